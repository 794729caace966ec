// SPDX-License-Identifier: Apache-2.0
#include "objectives/bundle_adjustment.h"

#include <algorithm>

#include "objectives/reprojection_derivative.h"
#include "wengert/base/random.h"

namespace wengert::bench {
namespace {

void gather_point(const BundleAdjustment& b, int64_t i, double* x) {
  const auto at = static_cast<size_t>(i);
  const double* const camera = b.camera.data() + 11 * b.camera_index[at];
  const double* const point = b.point.data() + 3 * b.point_index[at];
  std::copy(camera, camera + 11, x);
  std::copy(point, point + 3, x + 11);
  x[14] = b.weight[at];
  x[15] = b.feature[2 * at];
  x[16] = b.feature[2 * at + 1];
}

void point_derivative(const double* x, double* residual, double* jacobian) {
  reprojection_rule::derivative(
      x, [=](int k, double y) { residual[k] = y; }, [=](int k, double y) { jacobian[k] = y; });
}

void add_camera(BundleAdjustment& b, Random& random) {
  for (int k = 0; k < 3; ++k) b.camera.push_back(random.uniform(-0.3, 0.3));
  for (int k = 0; k < 2; ++k) b.camera.push_back(random.uniform(-0.5, 0.5));
  b.camera.push_back(random.uniform(-6, -4));
  b.camera.insert(b.camera.end(), {random.uniform(400, 600), random.uniform(-5, 5), random.uniform(-5, 5),
                                   random.uniform(-0.1, 0.1), random.uniform(-0.01, 0.01)});
}

}  // namespace

BundleAdjustment make_bundle_adjustment(int64_t observations, uint64_t key) {
  Random random(key);
  BundleAdjustment b;
  b.cameras = std::max<int64_t>(2, observations / 650);
  b.points = std::max<int64_t>(4, observations / 4);
  b.observations = observations;
  for (int64_t i = 0; i < b.cameras; ++i) add_camera(b, random);
  for (int64_t i = 0; i < 3 * b.points; ++i) b.point.push_back(random.uniform(-1, 1));
  for (int64_t i = 0; i < observations; ++i) {
    b.weight.push_back(random.uniform(0.5, 1.5));
    b.camera_index.push_back(static_cast<int64_t>(random.below(static_cast<uint64_t>(b.cameras))));
    b.point_index.push_back(static_cast<int64_t>(random.below(static_cast<uint64_t>(b.points))));
    for (int k = 0; k < 2; ++k) b.feature.push_back(random.uniform(-100, 100));
  }
  return b;
}

BundlePattern bundle_pattern(const BundleAdjustment& b) {
  BundlePattern pattern{{0}, {}};
  const int64_t first_point = 11 * b.cameras, first_weight = first_point + 3 * b.points;
  for (int64_t row = 0; row < 2 * b.observations; ++row) {
    const auto i = static_cast<size_t>(row / 2);
    for (int64_t k = 0; k < 11; ++k) pattern.column.push_back(11 * b.camera_index[i] + k);
    for (int64_t k = 0; k < 3; ++k) pattern.column.push_back(first_point + 3 * b.point_index[i] + k);
    pattern.column.push_back(first_weight + row / 2);
    pattern.row_start.push_back(static_cast<int64_t>(pattern.column.size()));
  }
  for (int64_t i = 0; i < b.observations; ++i) {
    pattern.column.push_back(first_weight + i);
    pattern.row_start.push_back(static_cast<int64_t>(pattern.column.size()));
  }
  return pattern;
}

void bundle_residuals(const BundleAdjustment& b, double* residual) {
  double* const weights = residual + 2 * b.observations;
  for (int64_t i = 0; i < b.observations; ++i) {
    const auto at = static_cast<size_t>(i);
    reprojection(b.camera.data() + 11 * b.camera_index[at], b.point.data() + 3 * b.point_index[at], b.weight[at],
                 b.feature.data() + 2 * i, residual + 2 * i);
    weights[i] = 1 - b.weight[at] * b.weight[at];
  }
}

void bundle_jacobian(const BundleAdjustment& b, double* residual, double* value) {
  double* const weights = residual + 2 * b.observations;
  double* const by_weights = value + 30 * b.observations;
  for (int64_t i = 0; i < b.observations; ++i) {
    double x[17];
    gather_point(b, i, x);
    point_derivative(x, residual + 2 * i, value + 30 * i);
    weights[i] = 1 - x[14] * x[14];
    by_weights[i] = -2 * x[14];
  }
}

std::vector<double> bundle_points(const BundleAdjustment& b) {
  std::vector<double> points(static_cast<size_t>(17 * b.observations));
  for (int64_t i = 0; i < b.observations; ++i) gather_point(b, i, points.data() + 17 * i);
  return points;
}

void reprojection_values(int64_t count, const double* points, double* residual) {
  for (int64_t i = 0; i < count; ++i, points += 17, residual += 2)
    reprojection(points, points + 11, points[14], points + 15, residual);
}

void reprojection_jacobians(int64_t count, const double* points, double* residual, double* jacobian) {
  for (int64_t i = 0; i < count; ++i) point_derivative(points + 17 * i, residual + 2 * i, jacobian + 30 * i);
}

}  // namespace wengert::bench
