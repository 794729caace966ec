// SPDX-License-Identifier: Apache-2.0
//
// The flux of the one-dimensional Euler equations between two states by Roe's approximate Riemann solver. A state is
// (density, momentum, energy) per volume; gamma = 1.4; no entropy fix, so |eigenvalue| has a kink where one is 0.
// Source: Roe 1981, "Approximate Riemann solvers, parameter vectors, and difference schemes", sections 3 and 4.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "objectives/columns.h"

namespace wengert::bench {

/// [count, 6]: left state, right state. Velocities have one direction and stay below the speed of sound, so no point
/// lies near a kink, where differences would tell nothing.
std::vector<double> make_roe_points(int64_t count, uint64_t key);

/// The flux at a point; T is a number, or a type that records or carries derivatives.
template <class T> void roe_flux(const T* q, T* flux) {
  using std::abs, std::sqrt;
  const double g = 0.4;  // gamma - 1
  const T u_l = q[1] / q[0], u_r = q[4] / q[3];
  const T p_l = g * (q[2] - 0.5 * q[1] * u_l), p_r = g * (q[5] - 0.5 * q[4] * u_r);
  const T h_l = (q[2] + p_l) / q[0], h_r = (q[5] + p_r) / q[3];
  const T s_l = sqrt(q[0]), s_r = sqrt(q[3]), weight = 1.0 / (s_l + s_r);
  const T u = (s_l * u_l + s_r * u_r) * weight, h = (s_l * h_l + s_r * h_r) * weight;
  const T a2 = g * (h - 0.5 * u * u), a = sqrt(a2), rho = s_l * s_r;
  const T d_u = rho * a * (u_r - u_l), d_p = p_r - p_l, half = 0.5 / a2;
  const T w1 = abs(u - a) * (d_p - d_u) * half;
  const T w2 = abs(u) * (q[3] - q[0] - d_p / a2);
  const T w3 = abs(u + a) * (d_p + d_u) * half;
  const T sum = w1 + w3, difference = a * (w3 - w1);
  flux[0] = 0.5 * (q[1] + q[4] - (sum + w2));
  flux[1] = 0.5 * (q[1] * u_l + p_l + q[4] * u_r + p_r - (u * (sum + w2) + difference));
  flux[2] = 0.5 * (q[1] * h_l + q[4] * h_r - (h * sum + 0.5 * u * u * w2 + u * difference));
}

/// [count, 6] -> [count, 3], a point at a time.
void roe_values(int64_t count, const double* points, double* flux);
/// [count, 6] -> [count, 3] and [count, 3, 6], by the hand-written derivative, a point at a time.
void roe_jacobians(int64_t count, const double* points, double* flux, double* jacobian);
/// The same on structures of arrays of 6, 3 and 18 entries, four points at a time; count a multiple of 4.
/// Needs AVX2 and FMA (has_avx2 of harness/limits.h).
void roe_jacobians_avx2(Layout layout, int64_t count, const double* points, double* flux, double* jacobian);

}  // namespace wengert::bench
