// SPDX-License-Identifier: Apache-2.0
//
// The hand-written derivative of the Roe flux on four points a vector.
#include <cmath>

#include "objectives/lanes.h"
#include "objectives/roe_derivative.h"
#include "objectives/roe_flux.h"

namespace wengert::bench {

void roe_jacobians_avx2(int64_t count, const double* columns, double* flux, double* jacobian) {
  for (int64_t i = 0; i < count; i += Lanes::width) {
    Lanes q[6];
    for (int k = 0; k < 6; ++k) q[k] = Lanes::load(columns + k * count + i);
    roe::derivative(
        q, [=](int k, Lanes x) { x.store(flux + k * count + i); },
        [=](int k, Lanes x) { x.store(jacobian + k * count + i); });
  }
}

}  // namespace wengert::bench
