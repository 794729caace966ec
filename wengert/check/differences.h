// SPDX-License-Identifier: Apache-2.0
//
// Numerical directional derivatives, to check exact ones against: central differences over sweeps of steps, extrapolated
// to step 0 (Richardson 1911; the tableau is Ridders 1982), with an error estimate; and one-sided differences, which tell
// a kink from an error. No one step fits every function: 1/x at 1e-8 asks for one far below x, cos at 1e10 for one that
// is small beside a period, and rounding forbids what is too small. So there are several sweeps, coarse to fine, which
// share no step, and it is for judgement.h to say what they make known together.
#pragma once

#include <functional>
#include <span>
#include <vector>

namespace wengert {

/// What one sweep of steps says of one number of a directional derivative.
struct Difference {
  double value = 0;  ///< extrapolated central difference; NaN where too few steps could be taken
  double error = 0;  ///< estimate of its error
  double largest = 0;  ///< of the central differences: an error about as large says that no step resolves the function
  double from_left = 0, from_right = 0;  ///< one-sided differences at the smallest step
  double jump = 0;                       ///< right minus left, extrapolated to step 0: not 0 at a kink
  double jump_change = 0;                ///< by how much right minus left varies over the sweep
  double noise = 0;                      ///< what rounding makes of the one-sided differences
};

/// A function along a line, t -> y(x + t v), all outputs in one vector; NaN where it cannot be evaluated.
using AlongLine = std::function<std::vector<double>(double t)>;

/// Which steps can be taken.
struct StepRange {
  double scale = 1;             ///< the largest |x_i| that moves; sweeps start at an eighth of max(1, scale)
  double near = 0;              ///< |x_i| of the one element that moves, 0 otherwise: further sweeps around it where it is small
  double epsilon = 0x1p-52;     ///< of the arithmetic: f32 leaves fewer sweeps
};

/// d/dt y(0), sweep after sweep. All steps are powers of two, so that x + t is exact.
class Differences {
 public:
  static constexpr int steps = 6;  ///< of a sweep, each half of the one before

  /// cost: one evaluation
  Differences(AlongLine y, const StepRange& range);

  /// y(0).
  const std::vector<double>& at() const { return at_; }
  bool finished() const { return next_ == first_exponents_.size(); }
  /// The next sweep. cost: 12 evaluations; there are at most ten sweeps
  void sweep();
  /// What the sweeps so far say of output k, coarse to fine.
  std::span<const Difference> of(size_t k) const { return found_[k]; }

 private:
  AlongLine y_;
  double epsilon_;
  std::vector<double> at_;
  std::vector<int> first_exponents_;  // of each sweep's first step
  size_t next_ = 0;
  std::vector<std::vector<Difference>> found_;
};

}  // namespace wengert
