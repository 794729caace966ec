// SPDX-License-Identifier: Apache-2.0
#include "wengert/draw/axis.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "wengert/draw/svg_text.h"

namespace wengert {
namespace {

// The smallest 1, 2 or 5 times a power of ten that is at least `width`.
double nice_step(double width) {
  const double power = std::pow(10, std::floor(std::log10(width)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power >= width * (1 - 1e-9)) return factor * power;
  return 10 * power;
}

// Labels of multiples of `step` up to `largest`: plain decimals, or multiples of one power of ten where those get long.
std::string linear_label(double value, double step, double largest) {
  const bool plain = largest < 1e6 && step >= 0.99e-4;
  const int exponent = plain ? 0 : static_cast<int>(std::floor(std::log10(largest) + 1e-9));
  const int decimals = std::clamp(exponent - static_cast<int>(std::floor(std::log10(step) + 1e-9)), 0, 15);
  const double mantissa = value / std::pow(10, exponent);
  std::string text = fmt::format("{:.{}f}", std::abs(mantissa), decimals);
  if (text.find_first_not_of("0.") == std::string::npos) return "0";
  if (!plain && exponent != 0) text += "×" + power_of_ten(exponent);
  return (value < 0 ? "−" : "") + text;
}

void widen(double& low, double& high) {
  const double largest = std::max(std::abs(low), std::abs(high));
  if (high - low > 1e-12 * largest) return;
  const double half = largest == 0 ? 1 : largest / 2;
  low -= half;
  high += half;
}

// 1, 2 or 5 times a power of ten next to `value`, not above it (or not below it).
double round_below(double value) {
  const double power = std::pow(10, std::floor(std::log10(value) + 1e-12));
  for (const double factor : {5.0, 2.0})
    if (factor * power <= value * (1 + 1e-9)) return factor * power;
  return power;
}
double round_above(double value) {
  const double below = round_below(value);
  return below >= value * (1 - 1e-9) ? below : nice_step(value);
}

std::string log_label(double value, bool decimal) {
  return decimal ? readable_number(value) : power_of_ten(static_cast<int>(std::lround(std::log10(value))));
}

// Ticks within a decade: 1, 2, 5 with labels where there are few decades, 2..9 without where there are some.
void add_decade(Axis& axis, int exponent, double decades, bool labelled) {
  const bool decimal = axis.low >= 0.99e-4 && axis.high < 1.01e5;
  const double power = std::pow(10, exponent);
  for (int factor = 1; factor < 10; ++factor) {
    const double value = factor * power;
    if (value < axis.low * (1 - 1e-9) || value > axis.high * (1 + 1e-9)) continue;
    if (factor == 1 && labelled)
      axis.ticks.push_back({value, log_label(value, decimal)});
    else if (decades <= 3 && (factor == 2 || factor == 5))
      axis.ticks.push_back({value, readable_number(value)});
    else if (decades <= 5)
      axis.ticks.push_back({value, {}});
  }
}

}  // namespace

double Axis::pixel(double value) const {
  const double part = logarithmic ? std::log(value / low) / std::log(high / low) : (value - low) / (high - low);
  return pixel_low + part * (pixel_high - pixel_low);
}

Axis linear_axis(double low, double high, AxisEnds ends, int wanted, bool whole) {
  widen(low, high);
  double step = nice_step((high - low) / std::max(wanted, 1));
  if (whole) step = std::max(step, 1.0);
  if (ends == AxisEnds::at_ticks) {
    low = std::floor(low / step + 1e-9) * step;
    high = std::ceil(high / step - 1e-9) * step;
  }
  Axis axis{false, low, high, 0, 1, {}};
  const double largest = std::max(std::abs(low), std::abs(high));
  for (double k = std::ceil(low / step - 1e-9); k <= std::floor(high / step + 1e-9); ++k)
    axis.ticks.push_back({k * step, linear_label(k * step, step, largest)});
  return axis;
}

Axis log_axis(double low, double high, AxisEnds ends, int wanted) {
  if (high / low < 1 + 1e-9) low /= 2, high *= 2;
  if (ends == AxisEnds::at_ticks) low = round_below(low), high = round_above(high);
  Axis axis{true, low, high, 0, 1, {}};
  const double decades = std::log10(high) - std::log10(low);
  const int first = static_cast<int>(std::floor(std::log10(low) + 1e-9));
  const int last = static_cast<int>(std::floor(std::log10(high) + 1e-9));
  const int stride = std::max(1, static_cast<int>(std::ceil(decades / std::max(wanted, 1))));
  for (int exponent = first; exponent <= last; ++exponent) add_decade(axis, exponent, decades, exponent % stride == 0);
  return axis;
}

}  // namespace wengert
