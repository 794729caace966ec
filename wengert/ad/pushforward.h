// SPDX-License-Identifier: Apache-2.0
//
// Forward mode: tangents along the edges of a LinearGraph, in order (GW08 table 3.3).
#pragma once

#include <functional>

#include "wengert/ad/linear_graph.h"

namespace wengert {

/// Where the values that a graph refers to are in the current recording; by default under their own numbers.
using Residuals = std::function<Expr(ValueId)>;
Residuals here();

/// Tangents of the outputs, given those of the inputs (missing: zero; a literal seed is folded).
/// cost: at most one multiplication and one addition an edge, elementwise
Tangents pushforward(const LinearGraph& graph, std::span<const std::optional<Expr>> x_dot, const Residuals& residual = here());

/// coefficient * t, folding numbers.
Expr scale(const Coefficient& coefficient, const Expr& t, const Residuals& residual);
/// sum + term, where a missing sum is zero.
void add_to(std::optional<Expr>& sum, const Expr& term);

}  // namespace wengert
