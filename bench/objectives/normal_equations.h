// SPDX-License-Identifier: Apache-2.0
//
// Least squares by a Jacobian that is stored: what the single pass is compared with.
#pragma once

#include <cstdint>

namespace wengert::bench {

/// sums: lower triangle of J'J row by row, J'r, r'r/2.
///
/// value    : [count, values]
/// jacobian : [count, values, varying]
void add_up_normal_equations(int64_t count, int64_t values, int64_t varying, const double* value, const double* jacobian, double* sums);

}  // namespace wengert::bench
