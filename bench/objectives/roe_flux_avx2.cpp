// SPDX-License-Identifier: Apache-2.0
//
// The hand-written derivative of the Roe flux on four points a vector.
#include <cmath>

#include "objectives/columns.h"
#include "objectives/lanes.h"
#include "objectives/roe_derivative.h"
#include "objectives/roe_flux.h"

namespace wengert::bench {
namespace {

/// With the layout as a constant, the addresses within a block are too.
template <Layout layout> void run(int64_t count, const double* points, double* flux, double* jacobian) {
  const Places from{layout, count, 6}, to{layout, count, 3}, entries{layout, count, 18};
  for (int64_t i = 0; i < count; i += Lanes::width) {
    Lanes x[6];
    const double* const in = points + from.of(i, 0);
    double* const values = flux + to.of(i, 0);
    double* const rows = jacobian + entries.of(i, 0);
    for (int k = 0; k < 6; ++k) x[k] = Lanes::load(in + k * from.stride());
    roe::derivative(
        x, [=](int k, Lanes y) { y.store(values + k * to.stride()); },
        [=](int k, Lanes y) { y.store(rows + k * entries.stride()); });
  }
}

}  // namespace

void roe_jacobians_avx2(Layout layout, int64_t count, const double* points, double* flux, double* jacobian) {
  if (layout == Layout::blocks)
    run<Layout::blocks>(count, points, flux, jacobian);
  else
    run<Layout::padded_columns>(count, points, flux, jacobian);
}

}  // namespace wengert::bench
