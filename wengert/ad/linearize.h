// SPDX-License-Identifier: Apache-2.0
//
// linearize: a Program becomes a Program of its values and partials, and the LinearGraph over them (GW08 sec. 2.2).
// Composite rules are taken apart: what depends on a tangent becomes edges, what does not becomes lines.
#pragma once

#include "wengert/ad/linear_graph.h"

namespace wengert {

struct Linearized {
  std::vector<Expr> outputs;  ///< the primal outputs
  LinearGraph graph;          ///< its coefficients are values of the same recording
};

/// Records the values and partials of `p` at `inputs` into the current recording. Inputs not marked active (and all
/// integers and bools) are held fixed.
///
/// cost   : one pass over p; lines of the recording: those of p plus its partials
/// throws : UsageError W130 where an active value enters an operation without derivative rule, W133 where a rule is not
///          linear in its tangents
Linearized linearize(const Program& p, std::span<const Expr> inputs, const std::vector<bool>& active);

/// The same as a Program of its own: outputs of p, then every value that the graph refers to.
struct Linearization {
  Program program;
  LinearGraph graph;  ///< its coefficients are values of `program`
};
Linearization linearize(const Program& p);
Linearization linearize(const Program& p, const std::vector<bool>& active);

/// `p` again, where each line knows its place and operation, as those of a linearization do: for passes that move lines
/// before they are differentiated.
Program with_origins(const Program& p);

/// All true.
std::vector<bool> all_active(const Program& p);

}  // namespace wengert
