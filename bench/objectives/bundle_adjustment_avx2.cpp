// SPDX-License-Identifier: Apache-2.0
//
// The hand-written derivative of a reprojection residual on four points a vector.
#include <cmath>

#include "objectives/bundle_adjustment.h"
#include "objectives/columns.h"
#include "objectives/lanes.h"
#include "objectives/reprojection_derivative.h"

namespace wengert::bench {
namespace {

/// With the layout as a constant, the addresses within a block are too.
template <Layout layout> void run(int64_t count, const double* points, double* residual, double* jacobian) {
  const Places from{layout, count, 17}, to{layout, count, 2}, entries{layout, count, 30};
  for (int64_t i = 0; i < count; i += Lanes::width) {
    Lanes x[17];
    const double* const in = points + from.of(i, 0);
    double* const values = residual + to.of(i, 0);
    double* const rows = jacobian + entries.of(i, 0);
    for (int k = 0; k < 17; ++k) x[k] = Lanes::load(in + k * from.stride());
    reprojection_rule::derivative(
        x, [=](int k, Lanes y) { y.store(values + k * to.stride()); },
        [=](int k, Lanes y) { y.store(rows + k * entries.stride()); });
  }
}

}  // namespace

void reprojection_jacobians_avx2(Layout layout, int64_t count, const double* points, double* residual,
                                 double* jacobian) {
  if (layout == Layout::blocks)
    run<Layout::blocks>(count, points, residual, jacobian);
  else
    run<Layout::padded_columns>(count, points, residual, jacobian);
}

}  // namespace wengert::bench
