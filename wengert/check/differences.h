// SPDX-License-Identifier: Apache-2.0
//
// Numerical directional derivatives, to check exact ones against: central differences over a sweep of steps,
// extrapolated to step 0 (Richardson 1911; the tableau is Ridders 1982), with an error estimate; and one-sided
// differences, which tell a kink from an error.
#pragma once

#include <functional>
#include <vector>

namespace wengert {

/// One number of a directional derivative.
struct Difference {
  double value = 0;      ///< extrapolated central difference
  double error = 0;      ///< estimate of its error
  double from_left = 0, from_right = 0;  ///< one-sided differences at a small step
  double one_sided_noise = 0;            ///< what rounding makes of these

  /// Whether the one-sided derivatives differ: the function has a kink here (or the difference is not usable).
  bool kink(double tolerance) const;
};

/// A function along a line, t -> y(x + t v), all outputs in one vector.
using AlongLine = std::function<std::vector<double>(double t)>;

/// d/dt y(0). largest_step: where the sweep starts. cost: some 22 evaluations
std::vector<Difference> differences(const AlongLine& y, double largest_step);

}  // namespace wengert
