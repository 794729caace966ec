// SPDX-License-Identifier: Apache-2.0
//
// Comparing arrays: to the last bit, or within ulps; NaN equals NaN, whichever it is.
#pragma once

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

#include "wengert/base/array.h"

namespace wengert {

/// How many numbers of their dtype lie from a to b; 0 for two NaNs, 0 for 0 and -0.
inline double ulps_between(double a, double b, DType dtype = DType::f64) {
  if (a == b || (a != a && b != b)) return 0;
  if (a != a || b != b || std::isinf(a) || std::isinf(b)) return HUGE_VAL;
  const auto place = [&](double x) {  // monotone: the integers in the order of the numbers
    const int64_t bits =
        dtype == DType::f32 ? std::bit_cast<int32_t>(static_cast<float>(x)) : std::bit_cast<int64_t>(x);
    const int64_t lowest = dtype == DType::f32 ? INT32_MIN : INT64_MIN;
    return bits < 0 ? lowest - bits : bits;
  };
  return std::abs(static_cast<double>(place(a)) - static_cast<double>(place(b)));
}

/// Equal types and values at most `ulps` apart, or `absolute` apart; with 0 and 0 the signs of zeros count too.
inline testing::AssertionResult same_values(const std::vector<Array>& found, const std::vector<Array>& expected,
                                            double ulps = 0, double absolute = 0) {
  if (found.size() != expected.size())
    return testing::AssertionFailure() << found.size() << " arrays, expected " << expected.size();
  for (size_t k = 0; k < found.size(); ++k) {
    if (found[k].type() != expected[k].type())
      return testing::AssertionFailure() << "array " << k << " is " << to_string(found[k].type()) << ", expected "
                                         << to_string(expected[k].type());
    for (int64_t i = 0; i < found[k].elements(); ++i) {
      const double a = found[k][i], b = expected[k][i];
      const bool exact = ulps == 0 && absolute == 0;
      if (exact ? ulps_between(a, b) == 0 && (a != a || std::signbit(a) == std::signbit(b))
                : ulps_between(a, b, found[k].dtype()) <= ulps || std::abs(a - b) <= absolute)
        continue;
      return testing::AssertionFailure() << "array " << k << " element " << i << " is " << shortest(a) << ", expected "
                                         << shortest(b) << " (" << ulps_between(a, b, found[k].dtype()) << " ulps)";
    }
  }
  return testing::AssertionSuccess();
}

}  // namespace wengert
