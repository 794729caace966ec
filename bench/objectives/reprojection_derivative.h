// SPDX-License-Identifier: Apache-2.0
//
// The 2 x 15 Jacobian of a reprojection residual, derived by hand: the projection's 2 x 3 partials by the turned point
// first, then a row g of them against the rotation, of which no matrix is written out:
//
//   g R        = c g + a (g x r) + b (g . r) r                    c = cos t, a = sin(t)/t, b = (1 - c)/t^2, t = |r|
//   g dX/dr_k  = r_k g . q + a (v x g)_k + b ((g . r) v_k + (r . v) g_k)
//   q          = -a v + a' (r x v) + b' (r . v) r                 a' = (c - a)/t^2, b' = (a - 2 b)/t^2
#pragma once

#include <cmath>

namespace wengert::bench::reprojection_rule {

inline void sine_cosine(double x, double& sine, double& cosine) { sine = std::sin(x), cosine = std::cos(x); }
inline double where_greater(double a, double b, double x, double y) { return a > b ? x : y; }

template <class T> T dot(const T* a, const T* b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }
template <class T> void cross(const T* a, const T* b, T* c) {
  c[0] = a[1] * b[2] - a[2] * b[1];
  c[1] = a[2] * b[0] - a[0] * b[2];
  c[2] = a[0] * b[1] - a[1] * b[0];
}

/// The rotation by r of v, and what its derivatives are made of.
template <class T> struct Rotation {
  T r[3], v[3], c, a, b, along, q[3], turned[3];

  Rotation(const T* rotation, const T* centre, const T* point) {
    using std::sqrt;
    for (int k = 0; k < 3; ++k) r[k] = rotation[k], v[k] = point[k] - centre[k];
    // Below 1e-16 the series' first terms are exact to rounding; the quotients would be 0 / 0.
    const T square = dot(r, r), tiny(1e-16), safe = where_greater(square, tiny, square, T(1.0));
    const T angle = sqrt(safe), inverse = T(1.0) / safe;
    T sine, cosine;
    sine_cosine(angle, sine, cosine);
    c = where_greater(square, tiny, cosine, T(1.0));
    a = where_greater(square, tiny, sine * angle * inverse, T(1.0));
    b = where_greater(square, tiny, (T(1.0) - c) * inverse, T(0.5));
    const T a_by = where_greater(square, tiny, (c - a) * inverse, T(-1.0 / 3));
    const T b_by = where_greater(square, tiny, (a - T(2.0) * b) * inverse, T(-1.0 / 12));
    T turn[3];
    cross(r, v, turn);
    along = dot(r, v);
    for (int k = 0; k < 3; ++k) {
      turned[k] = c * v[k] + a * turn[k] + b * along * r[k];
      q[k] = a_by * turn[k] + b_by * along * r[k] - a * v[k];
    }
  }

  /// Row g against the partials by rotation vector, and by the point.
  void row(const T* g, T* by_rotation, T* by_point) const {
    T vg[3], gr[3];
    cross(v, g, vg);
    cross(g, r, gr);
    const T along_g = dot(g, r), through_q = dot(g, q), b_along_g = b * along_g, b_along = b * along;
    for (int k = 0; k < 3; ++k) {
      by_rotation[k] = r[k] * through_q + a * vg[k] + b_along_g * v[k] + b_along * g[k];
      by_point[k] = c * g[k] + a * gr[k] + b_along_g * r[k];
    }
  }
};

/// x: camera 11, point 3, weight, feature 2; store_residual(i, value), store(2 x 15 place, value)
template <class T, class StoreResidual, class Store>
void derivative(const T* x, StoreResidual store_residual, Store store) {
  const T* const camera = x;
  const T weight = x[14], one(1.0), zero(0.0);
  const Rotation<T> rotation(camera, camera + 3, x + 11);
  const T depth = one / rotation.turned[2];
  const T image[2] = {rotation.turned[0] * depth, rotation.turned[1] * depth};
  const T square = image[0] * image[0] + image[1] * image[1];
  const T bend = one + square * (camera[9] + camera[10] * square);
  const T bend_by = T(2.0) * (camera[9] + T(2.0) * camera[10] * square);  // by square, times 2
  const T scale = weight * camera[6];
  for (int i = 0; i < 2; ++i) {
    const T error = camera[6] * bend * image[i] + camera[7 + i] - x[15 + i];
    T m[2];  // partials by the image point
    for (int k = 0; k < 2; ++k) m[k] = scale * (bend_by * image[i] * image[k] + (k == i ? bend : zero));
    const T g[3] = {m[0] * depth, m[1] * depth, -((m[0] * image[0] + m[1] * image[1]) * depth)};
    T by_rotation[3], by_point[3];
    rotation.row(g, by_rotation, by_point);
    const int at = 15 * i;
    for (int k = 0; k < 3; ++k) {
      store(at + k, by_rotation[k]);
      store(at + 3 + k, -by_point[k]);
      store(at + 11 + k, by_point[k]);
    }
    const T by_bend = scale * square * image[i];
    store(at + 6, weight * bend * image[i]);
    store(at + 7, i == 0 ? weight : zero);
    store(at + 8, i == 1 ? weight : zero);
    store(at + 9, by_bend);
    store(at + 10, by_bend * square);
    store(at + 14, error);
    store_residual(i, weight * error);
  }
}

}  // namespace wengert::bench::reprojection_rule
