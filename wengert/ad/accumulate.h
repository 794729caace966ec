// SPDX-License-Identifier: Apache-2.0
//
// Jacobian accumulation along a given elimination order, emitted as a Program: of vertices, of vertices and edges, or of
// faces.
#pragma once

#include "wengert/ad/face_elimination.h"
#include "wengert/ir/program.h"

namespace wengert {

struct Accumulation {
  Program program;             ///< (x...) -> dy_i/dx_j, row by row, like jacobian(p)
  EliminationCost cost;        ///< of the elimination; evaluating the partials comes on top
  size_t lines_before = 0;     ///< of `program`, if it is not simplified: values and partials; what follows is the elimination
};

struct AccumulationOptions {
  std::vector<size_t> wrt = {};  ///< inputs that vary; empty: all of float dtype
  /// Which multiplications are lines of the Program (partials.h). All others than numbers_folded are for looking at, and
  /// the Program is then not simplified, whatever is said below: simplifying would take away what does not count.
  Counting written = Counting::numbers_folded;
  bool simplified = true;
};

/// Jacobian of `p` by vertex elimination on its linear graph.
///
/// p      : every value that varies has one shape (all scalars, or all arrays handled element by element)
/// order  : a permutation of the intermediate vertices, numbered as in linearize(p).graph; with `wrt`, as in
///          linearize(p, active).graph
/// cost   : sum over eliminated v of in(v) * out(v) multiplications, degrees at elimination time
/// throws : UsageError W132 if `order` is no such permutation; ShapeError W211 if p is to be scalarized first
/// source : GW08, sec. 9.2
Accumulation accumulate(const Program& p, std::span<const VertexId> order, const AccumulationOptions& options = {});

/// The same by steps that eliminate a vertex or an edge each, in any mixture, until no intermediate has edges.
/// throws : UsageError W132 or W717 for a step that cannot be taken at its turn, W718 if edges are left; ShapeError W211
/// source : GW08, sec. 9.3
Accumulation accumulate_by_steps(const Program& p, std::span<const EliminationStep> steps, const AccumulationOptions& options = {});

/// The same by faces, numbered as in a FaceGraph.
/// throws : UsageError W719 for what is no face at its turn, or if faces are left; ShapeError W211
/// source : Naumann 2004; GW08, sec. 9.4
Accumulation accumulate_by_faces(const Program& p, std::span<const Face> faces, const AccumulationOptions& options = {});

}  // namespace wengert
