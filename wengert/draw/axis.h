// SPDX-License-Identifier: Apache-2.0
//
// Axes of charts: from a range of data to round ends, ticks at 1, 2 or 5 times a power of ten (Heckbert, "Nice numbers
// for graph labels", Graphics Gems 1990) with labels that tell neighbours apart, and the way from values to pixels.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace wengert {

/// Values beyond this are not drawn: differences of larger ones may overflow.
inline constexpr double largest_drawn = 1e300;

/// A mark on an axis; an empty label is a minor one.
struct Tick {
  double value = 0;
  std::string label;
};

/// An interval of values laid over an interval of pixels, linearly or by logarithm.
struct Axis {
  bool logarithmic = false;
  double low = 0, high = 1;              ///< values at the ends, low < high; positive if logarithmic
  double pixel_low = 0, pixel_high = 1;  ///< where the ends are drawn
  std::vector<Tick> ticks;               ///< ascending, within [low, high]

  double pixel(double value) const;
};

/// How the ends of an axis follow the data.
enum class AxisEnds { at_data, at_ticks };

/// A linear axis for values in [low, high], both at most `largest_drawn` in magnitude; a range of no width is widened.
///
/// wanted : about so many ticks
/// whole  : no ticks between whole numbers
Axis linear_axis(double low, double high, AxisEnds ends, int wanted, bool whole = false);

/// A logarithmic axis for values in [low, high], 0 < low <= high.
Axis log_axis(double low, double high, AxisEnds ends, int wanted);

}  // namespace wengert
