// SPDX-License-Identifier: Apache-2.0
#include "objectives/normal_equations.h"

#include <algorithm>

namespace wengert::bench {

void add_up_normal_equations(int64_t count, int64_t values, int64_t varying, const double* value, const double* jacobian, double* sums) {
  double* const gradient = sums + varying * (varying + 1) / 2;
  double* const square = gradient + varying;
  std::fill(sums, square + 1, 0);
  for (int64_t row = 0; row < count * values; ++row) {
    const double* const j = jacobian + row * varying;
    double* product = sums;
    for (int64_t i = 0; i < varying; product += ++i)
      for (int64_t k = 0; k <= i; ++k) product[k] += j[i] * j[k];
    for (int64_t i = 0; i < varying; ++i) gradient[i] += j[i] * value[row];
    *square += 0.5 * value[row] * value[row];
  }
}

}  // namespace wengert::bench
