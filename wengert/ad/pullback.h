// SPDX-License-Identifier: Apache-2.0
//
// Reverse mode: cotangents against the edges of a LinearGraph, in reverse order (GW08 table 3.7). The transpose of the
// pushforward: <y_bar, J x_dot> = <J' y_bar, x_dot>.
#pragma once

#include "wengert/ad/pushforward.h"

namespace wengert {

/// Cotangents of the inputs, given those of the outputs (missing: zero; a literal seed is folded).
/// cost: at most one multiplication and one addition an edge, elementwise
Tangents pullback(const LinearGraph& graph, std::span<const std::optional<Expr>> y_bar, const Residuals& residual = here());

}  // namespace wengert
