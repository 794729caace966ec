// SPDX-License-Identifier: Apache-2.0
//
// The hand-written derivative of a reprojection residual on four points a vector.
#include <cmath>

#include "objectives/bundle_adjustment.h"
#include "objectives/lanes.h"
#include "objectives/reprojection_derivative.h"

namespace wengert::bench {

void reprojection_jacobians_avx2(int64_t count, const double* columns, double* residual, double* jacobian) {
  for (int64_t i = 0; i < count; i += Lanes::width) {
    Lanes x[17];
    for (int k = 0; k < 17; ++k) x[k] = Lanes::load(columns + k * count + i);
    reprojection_rule::derivative(
        x, [=](int k, Lanes y) { y.store(residual + k * count + i); },
        [=](int k, Lanes y) { y.store(jacobian + k * count + i); });
  }
}

}  // namespace wengert::bench
