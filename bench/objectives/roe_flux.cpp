// SPDX-License-Identifier: Apache-2.0
#include "objectives/roe_flux.h"

#include "objectives/roe_derivative.h"
#include "wengert/base/random.h"

namespace wengert::bench {

std::vector<double> make_roe_points(int64_t count, uint64_t key) {
  Random random(key);
  std::vector<double> points;
  for (int64_t i = 0; i < count; ++i) {
    const double direction = random.below(2) == 0 ? -1 : 1;
    for (int side = 0; side < 2; ++side) {
      const double density = random.uniform(0.5, 1.5), u = direction * random.uniform(0.1, 0.6),
                   p = random.uniform(0.5, 1.5);
      points.insert(points.end(), {density, density * u, p / 0.4 + 0.5 * density * u * u});
    }
  }
  return points;
}

void roe_values(int64_t count, const double* points, double* flux) {
  for (int64_t i = 0; i < count; ++i) roe_flux(points + 6 * i, flux + 3 * i);
}

void roe_jacobians(int64_t count, const double* points, double* flux, double* jacobian) {
  for (int64_t i = 0; i < count; ++i) {
    double* const f = flux + 3 * i;
    double* const j = jacobian + 18 * i;
    roe::derivative(
        points + 6 * i, [f](int k, double x) { f[k] = x; }, [j](int k, double x) { j[k] = x; });
  }
}

}  // namespace wengert::bench
