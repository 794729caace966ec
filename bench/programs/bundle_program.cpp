// SPDX-License-Identifier: Apache-2.0
#include "programs/bundle_program.h"

#include "programs/small_jacobians.h"
#include "wengert/trace/trace.h"

namespace wengert::bench {
namespace {

/// (camera 11, point 3, weight, feature 2) as arrays -> residual[2], and the block [2, 15] if asked for. The derivative
/// is that of the function of scalars: of arrays it would be a loop over the rows, with many zeros.
Program observation_body(bool jacobian) {
  const Program scalars =
      jacobian ? value_and_jacobian(reprojection_program(), 15, Accumulation::reverse) : reprojection_program();
  return trace(
      [&](Expr camera, Expr point, Expr weight, Expr feature) {
        std::vector<Expr> x;
        for (int64_t k = 0; k < 11; ++k) x.push_back(element(camera, {k}));
        for (int64_t k = 0; k < 3; ++k) x.push_back(element(point, {k}));
        x.push_back(weight);
        for (int64_t k = 0; k < 2; ++k) x.push_back(element(feature, {k}));
        const auto y = replay(scalars, x);
        std::vector<Expr> results{stack({y[0], y[1]})};
        if (jacobian) results.push_back(reshape(stack({y.begin() + 2, y.end()}), {2, 15}));
        return results;
      },
      {f64({11}), f64({3}), f64(), f64({2})}, "observation");
}

}  // namespace

Program bundle_program(const BundleAdjustment& b, bool jacobian) {
  const int64_t n = b.observations;
  return trace(
      [&](const std::vector<Expr>& x) {
        const Expr weight = x[2];
        const auto blocks = map(observation_body(jacobian), {{gather(x[0], x[4]), gather(x[1], x[5]), weight, x[3]}});
        std::vector<Expr> outputs{blocks[0], 1.0 - weight * weight};
        if (jacobian) outputs.insert(outputs.end(), {blocks[1], -2.0 * weight});
        return outputs;
      },
      {f64({b.cameras, 11}), f64({b.points, 3}), f64({n}), f64({n, 2}), i64({n}), i64({n})}, "bundle_adjustment",
      {"camera", "point", "weight", "feature", "camera_index", "point_index"});
}

std::vector<Array> bundle_inputs(const BundleAdjustment& b) {
  const int64_t n = b.observations;
  return {Array({b.cameras, 11}, b.camera),
          Array({b.points, 3}, b.point),
          Array(b.weight),
          Array({n, 2}, b.feature),
          Array::of<int64_t>({n}, b.camera_index),
          Array::of<int64_t>({n}, b.point_index)};
}

}  // namespace wengert::bench
