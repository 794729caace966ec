// SPDX-License-Identifier: Apache-2.0
//
// Jacobian accumulation along a given elimination order, emitted as a Program.
#pragma once

#include "wengert/ad/eliminate.h"
#include "wengert/ir/program.h"

namespace wengert {

struct Accumulation {
  Program program;       ///< (x...) -> dy_i/dx_j, row by row, like jacobian(p)
  EliminationCost cost;  ///< of the elimination; evaluating the partials comes on top
};

/// Jacobian of `p` by vertex elimination on its linear graph.
///
/// p      : every value that varies has one shape (all scalars, or all arrays handled element by element)
/// order  : a permutation of the intermediate vertices, numbered as in linearize(p).graph
/// cost   : sum over eliminated v of in(v) * out(v) multiplications, degrees at elimination time
/// throws : UsageError W132 if `order` is no such permutation; ShapeError W211 if p is to be scalarized first
/// source : GW08, sec. 9.2
Accumulation accumulate(const Program& p, std::span<const VertexId> order);

}  // namespace wengert
