// SPDX-License-Identifier: Apache-2.0
//
// Small functions of scalars as Programs, their value and Jacobian in one Program, and loops of such a body over
// points.
#pragma once

#include <vector>

#include "wengert/ir/program.h"

namespace wengert::bench {

/// (q0 ... q5) -> (flux0, flux1, flux2), all f64[]: objectives/roe_flux.h.
Program roe_flux_program();
/// (camera 11, point 3, weight, feature 2) -> (residual0, residual1), all f64[]: objectives/bundle_adjustment.h.
Program reprojection_program();

enum class Accumulation { reverse, forward, markowitz };

/// (x...) -> (y..., dy_i/dx_j row by row) for the inputs wrt = 0 .. varying - 1; p is of scalars.
Program value_and_jacobian(const Program& p, size_t varying, Accumulation how);

/// (x...) -> (p's values in one array, those of `packed`), which has p's inputs.
Program values_and_packed(const Program& p, const Program& packed);

/// Each input f64[count], each output f64[count]: structure of arrays.
Program over_columns(const Program& body, int64_t count);
/// The same inputs, each output summed over the points.
Program summed_over_columns(const Program& body, int64_t count);
/// f64[count, inputs] -> f64[count, values] and, where the body has more outputs than `values`,
/// f64[count, values, varying]: rows of points.
Program over_rows(const Program& body, int64_t count, int64_t values);

}  // namespace wengert::bench
