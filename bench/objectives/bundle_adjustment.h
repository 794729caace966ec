// SPDX-License-Identifier: Apache-2.0
//
// Bundle adjustment as the ADBench suite has it: where a camera sees a point, less where it was seen, times a weight;
// and a residual 1 - weight^2. A camera is (rotation vector 3, centre 3, focal length, principal point 2, radial
// distortion k1 k2); 15 numbers vary a residual: camera 11, point 3, weight 1. Source: Srajer, Kukelova, Fitzgibbon
// 2018, "A benchmark of selected algorithmic differentiation tools on some problems in computer vision and machine
// learning", section 4.2.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "objectives/columns.h"

namespace wengert::bench {

struct BundleAdjustment {
  int64_t cameras = 0, points = 0, observations = 0;
  std::vector<double> camera, point, weight;       ///< [cameras, 11], [points, 3], [observations]
  std::vector<double> feature;                     ///< [observations, 2]
  std::vector<int64_t> camera_index, point_index;  ///< [observations]
};

/// Cameras on a circle that look at points around its centre; which camera sees which point is drawn.
BundleAdjustment make_bundle_adjustment(int64_t observations, uint64_t key);

/// Compressed rows of the Jacobian: row 2 i and 2 i + 1 of observation i have 15 entries each, rows 2 n + i have one.
/// Columns: cameras, then points, then weights.
struct BundlePattern {
  std::vector<int64_t> row_start, column;
};
BundlePattern bundle_pattern(const BundleAdjustment& b);

/// X turned by the rotation vector r (Rodrigues 1840): c v + sin(t)/t (r x v) + (1 - c)/t^2 (r . v) r, t = |r|, c = cos
/// t. At r = 0, where t has no derivative, its first order there: v + r x v.
template <class T> void rotate(const T* r, const T* v, T* turned) {
  using std::cos, std::sin, std::sqrt;
  const T square = r[0] * r[0] + r[1] * r[1] + r[2] * r[2];
  const T cross[3] = {r[1] * v[2] - r[2] * v[1], r[2] * v[0] - r[0] * v[2], r[0] * v[1] - r[1] * v[0]};
  if (square > 0.0) {
    const T angle = sqrt(square), c = cos(angle), a = sin(angle) / angle;
    const T along = (1.0 - c) / square * (r[0] * v[0] + r[1] * v[1] + r[2] * v[2]);
    for (int k = 0; k < 3; ++k) turned[k] = c * v[k] + a * cross[k] + along * r[k];
  } else {
    for (int k = 0; k < 3; ++k) turned[k] = v[k] + cross[k];
  }
}

/// camera 11, point 3, weight 1, feature 2 -> residual 2; T is a number, or a type that carries derivatives.
template <class T>
void reprojection(const T* camera, const T* point, const T& weight, const double* feature, T* residual) {
  const T v[3] = {point[0] - camera[3], point[1] - camera[4], point[2] - camera[5]};
  T x[3];
  rotate(camera, v, x);
  const T u = x[0] / x[2], w = x[1] / x[2], square = u * u + w * w;
  const T scale = camera[6] * (1.0 + camera[9] * square + camera[10] * square * square);
  residual[0] = weight * (scale * u + camera[7] - feature[0]);
  residual[1] = weight * (scale * w + camera[8] - feature[1]);
}

/// residual : [2 observations] of reprojections, then [observations] of weights
void bundle_residuals(const BundleAdjustment& b, double* residual);
/// The same, and the values of the Jacobian in the order of bundle_pattern: [30 observations], [observations].
void bundle_jacobian(const BundleAdjustment& b, double* residual, double* value);

/// Points of 17 numbers: camera 11, point 3, weight, feature 2; [count, 17]: observations with what they refer to.
std::vector<double> bundle_points(const BundleAdjustment& b);
/// [count, 17] -> [count, 2]
void reprojection_values(int64_t count, const double* points, double* residual);
/// [count, 17] -> [count, 2], [count, 2, 15], by the hand-written derivative, a point at a time.
void reprojection_jacobians(int64_t count, const double* points, double* residual, double* jacobian);
/// The same on structures of arrays of 17, 2 and 30 entries, four points at a time; count a multiple of 4.
/// Needs AVX2 and FMA (has_avx2 of harness/limits.h).
void reprojection_jacobians_avx2(Layout layout, int64_t count, const double* points, double* residual,
                                 double* jacobian);

}  // namespace wengert::bench
