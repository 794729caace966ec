// SPDX-License-Identifier: Apache-2.0
//
// How the digits 0-9 are written: each in several styles, each style a few pen strokes, each stroke a smooth curve
// through knots in the unit square (x rightward, y downward) with corners where the hand turns sharply.
#pragma once

#include <span>
#include <vector>

namespace wengert {

/// A point the pen passes; the curve has a kink there if it is a corner.
struct Knot {
  double x = 0, y = 0;
  bool corner = false;
};

using Stroke = std::vector<Knot>;

/// One way to write a digit, with its share among the styles of that digit (shares add up to 1).
struct DigitStyle {
  double share = 0;
  std::vector<Stroke> strokes;
};

/// The styles of a digit in 0..9.
std::span<const DigitStyle> digit_styles(int digit);

}  // namespace wengert
