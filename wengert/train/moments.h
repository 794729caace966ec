// SPDX-License-Identifier: Apache-2.0
//
// Mean and deviation in one pass: m_k = m_{k-1} + (x - m_{k-1}) / k, s_k = s_{k-1} + (x - m_{k-1}) (x - m_k).
// Sums of squares would cancel for numbers far from 0.
// Source: Welford 1962, "Note on a method for calculating corrected sums of squares and products".
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace wengert {

struct Moments {
  int64_t count = 0;
  double mean = 0, squares = 0;
  double least = std::numeric_limits<double>::infinity(), most = -least;

  void add(double value) {
    const double from_old = value - mean;
    mean += from_old / static_cast<double>(++count);
    squares += from_old * (value - mean);
    least = std::min(least, value);
    most = std::max(most, value);
  }
  bool is_constant() const { return least == most; }
  bool is_finite() const { return std::isfinite(mean) && std::isfinite(squares); }
  /// Of the values as a population; 1 if all are equal (or differ by less than can be squared), so that one may divide
  /// by it.
  double deviation() const {
    const double deviation = is_constant() ? 1 : std::sqrt(squares / static_cast<double>(count));
    return deviation > 0 ? deviation : 1;
  }
};

}  // namespace wengert
