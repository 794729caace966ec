// SPDX-License-Identifier: Apache-2.0
//
// Least squares in one pass: what one point adds to J'J and J'r, as a Program, so that a loop over the points adds up
// without storing a Jacobian:
//
//     const Program one = normal_equations(residual, {0});       // of the first input; the others are a point's data
//     ... sum_map(one, {{x, points}}, {false, true}) ...         // J'J (its lower triangle), J'r, r'r/2 of all points
#pragma once

#include <vector>

#include "wengert/ir/expr.h"

namespace wengert {

/// (x...) -> (lower triangle of J'J, J'r, r'r/2) for the residuals r, all outputs of float dtype of `p`, and their Jacobian
/// J by the n elements of the inputs in `wrt`: f64[n (n + 1) / 2], row by row; f64[n]; f64[].
///
/// cost   : sparse_jacobian's, and a multiplication for each pair of entries of a row that are not 0
/// throws : what sparse_jacobian throws
Program normal_equations(const Program& p, const std::vector<size_t>& wrt = {});

/// [n, n] of its lower triangle [n (n + 1) / 2]. throws : ShapeError W206 for a vector of another length
Expr symmetric(Sited lower);

}  // namespace wengert
