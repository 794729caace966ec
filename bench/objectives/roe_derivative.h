// SPDX-License-Identifier: Apache-2.0
//
// The Jacobian of the Roe flux, derived by hand. The dissipation |A| (q_r - q_l) is a function of six means and
// differences; its partials by those come first, then theirs by the two states, in which left and right are separate.
#pragma once

#include <cmath>

namespace wengert::bench::roe {

inline double with_sign(double x, double y) { return std::copysign(x, y); }

/// One state with what follows from it; partials by (density, momentum, energy).
template <class T> struct Side {
  T density, momentum, u, p, h, root;
  T u_by[2], p_by[2], h_by[3];  // du/denergy = 0, dp/denergy = gamma - 1

  explicit Side(const T& q0, const T& q1, const T& q2) : density(q0), momentum(q1) {
    using std::sqrt;
    const T g(0.4), inverse = T(1.0) / q0;
    u = q1 * inverse;
    const T half_square = T(0.5) * u * u;
    p = g * (q2 - half_square * q0);
    h = (q2 + p) * inverse;
    root = sqrt(q0);
    u_by[0] = -(u * inverse), u_by[1] = inverse;
    p_by[0] = g * half_square, p_by[1] = -(g * u);
    h_by[0] = (p_by[0] - h) * inverse, h_by[1] = p_by[1] * inverse, h_by[2] = T(1.4) * inverse;
  }

  void flux(T* f) const {
    f[0] = momentum;
    f[1] = momentum * u + p;
    f[2] = momentum * h;
  }
  /// Row by row, 3 x 3.
  void flux_jacobian(T* j) const {
    j[0] = T(0.0), j[1] = T(1.0), j[2] = T(0.0);
    j[3] = p_by[0] - u * u, j[4] = T(2.0) * u + p_by[1], j[5] = T(0.4);
    j[6] = momentum * h_by[0], j[7] = h + momentum * h_by[1], j[8] = momentum * h_by[2];
  }
};

/// The dissipation at Roe's means, with partials by (u, h, rho, d_rho, d_u, d_p).
template <class T> struct Dissipation {
  T value[3], by[3][6];

  Dissipation(T u, T h, T rho, T d_rho, T d_u, T d_p) {
    using std::abs, std::sqrt;
    const T g(0.4), half(0.5), zero(0.0), half_square = half * u * u;
    const T a2 = g * (h - half_square), a = sqrt(a2), inverse = T(1.0) / a, inverse2 = inverse * inverse;
    const T a_by_h = half * g * inverse, a_by_u = -(a_by_h * u);
    const T jump = half * rho * d_u * inverse, pressure = half * d_p * inverse2;
    const T alpha1 = pressure - jump, alpha3 = pressure + jump, alpha2 = d_rho - T(2.0) * pressure;
    const T l1 = abs(u - a), l2 = abs(u), l3 = abs(u + a);
    const T s1 = with_sign(T(1.0), u - a) * alpha1, s3 = with_sign(T(1.0), u + a) * alpha3;
    const T w1 = l1 * alpha1, w2 = l2 * alpha2, w3 = l3 * alpha3;
    // Partials of w1, w2, w3 by a, then by the six with a as a function of u and h.
    const T w1_a = l1 * inverse * (jump - T(2.0) * pressure) - s1,
            w3_a = s3 - l3 * inverse * (jump + T(2.0) * pressure);
    const T w2_a = T(4.0) * l2 * pressure * inverse;
    const T half_jump = half * d_u * inverse, half_rho = half * rho * inverse, half_a = half * inverse2;
    const T w1_by[6] = {s1 + w1_a * a_by_u, w1_a * a_by_h, -(l1 * half_jump), zero, -(l1 * half_rho), l1 * half_a};
    const T w2_by[6] = {with_sign(T(1.0), u) * alpha2 + w2_a * a_by_u, w2_a * a_by_h, zero, l2, zero, -(l2 * inverse2)};
    const T w3_by[6] = {s3 + w3_a * a_by_u, w3_a * a_by_h, l3 * half_jump, zero, l3 * half_rho, l3 * half_a};
    combine(u, h, a, half_square, w1, w2, w3, w1_by, w2_by, w3_by, a_by_u, a_by_h);
  }

 private:
  void combine(T u, T h, T a, T half_square, T w1, T w2, T w3, const T* w1_by, const T* w2_by, const T* w3_by, T a_by_u,
               T a_by_h) {
    const T outer = w1 + w3, all = outer + w2, difference = w3 - w1;
    value[0] = all;
    value[1] = u * all + a * difference;
    value[2] = h * outer + half_square * w2 + u * a * difference;
    for (int k = 0; k < 6; ++k) {
      const T sum = w1_by[k] + w3_by[k], skew = a * (w3_by[k] - w1_by[k]);
      by[0][k] = sum + w2_by[k];
      by[1][k] = u * by[0][k] + skew;
      by[2][k] = h * sum + half_square * w2_by[k] + u * skew;
    }
    by[1][0] = by[1][0] + all + a_by_u * difference;
    by[1][1] = by[1][1] + a_by_h * difference;
    by[2][0] = by[2][0] + u * w2 + (a + u * a_by_u) * difference;
    by[2][1] = by[2][1] + outer + u * a_by_h * difference;
  }
};

/// Half of one side's flux Jacobian less half of the dissipation's, into columns first .. first + 2 of a 3 x 6 matrix.
/// side: -1 left (differences fall with it), 1 right; other: the other side's root of the density.
template <class T, class Store>
void side_jacobian(const Side<T>& s, const Dissipation<T>& d, T u, T h, T weight, T other, double side, int first,
                   Store store) {
  const T half(0.5), sign(side), share = s.root * weight, root_by = half * weight / s.root;
  const T u_0 = root_by * (s.u - u) + share * s.u_by[0], u_1 = share * s.u_by[1];
  const T h_0 = root_by * (s.h - h) + share * s.h_by[0], h_1 = share * s.h_by[1], h_2 = share * s.h_by[2];
  const T rho_0 = half * other / s.root, p_0 = sign * s.p_by[0], p_1 = sign * s.p_by[1], p_2 = sign * T(0.4);
  const T d_u_0 = sign * s.u_by[0], d_u_1 = sign * s.u_by[1];
  T flux[9];
  s.flux_jacobian(flux);
  for (int i = 0; i < 3; ++i) {
    const T* by = d.by[i];
    const T j0 = by[0] * u_0 + by[1] * h_0 + by[2] * rho_0 + sign * by[3] + by[4] * d_u_0 + by[5] * p_0;
    const T j1 = by[0] * u_1 + by[1] * h_1 + by[4] * d_u_1 + by[5] * p_1;
    const T j2 = by[1] * h_2 + by[5] * p_2;
    store(6 * i + first, half * (flux[3 * i] - j0));
    store(6 * i + first + 1, half * (flux[3 * i + 1] - j1));
    store(6 * i + first + 2, half * (flux[3 * i + 2] - j2));
  }
}

/// store_flux(i, value), store(3 x 6 place, value)
template <class T, class StoreFlux, class Store> void derivative(const T* q, StoreFlux store_flux, Store store) {
  const Side<T> l(q[0], q[1], q[2]), r(q[3], q[4], q[5]);
  const T weight = T(1.0) / (l.root + r.root), half(0.5);
  const T u = (l.root * l.u + r.root * r.u) * weight, h = (l.root * l.h + r.root * r.h) * weight;
  const Dissipation<T> d(u, h, l.root * r.root, r.density - l.density, r.u - l.u, r.p - l.p);
  T left[3], right[3];
  l.flux(left), r.flux(right);
  for (int i = 0; i < 3; ++i) store_flux(i, half * (left[i] + right[i] - d.value[i]));
  side_jacobian(l, d, u, h, weight, r.root, -1, 0, store);
  side_jacobian(r, d, u, h, weight, l.root, 1, 3, store);
}

}  // namespace wengert::bench::roe
