// SPDX-License-Identifier: Apache-2.0
//
// Axes: round ticks, labels that differ from their neighbours, and ranges that are no ranges.
#include "wengert/draw/axis.h"

#include <gtest/gtest.h>

#include <set>

namespace wengert {
namespace {

std::vector<std::string> labels(const Axis& axis) {
  std::vector<std::string> result;
  for (const Tick& tick : axis.ticks)
    if (!tick.label.empty()) result.push_back(tick.label);
  return result;
}

using Texts = std::vector<std::string>;

TEST(Axis, ticks_are_at_round_numbers) {
  EXPECT_EQ(labels(linear_axis(0.03, 0.97, AxisEnds::at_ticks, 5)), (Texts{"0", "0.2", "0.4", "0.6", "0.8", "1.0"}));
  EXPECT_EQ(labels(linear_axis(0, 4999, AxisEnds::at_data, 5)), (Texts{"0", "1000", "2000", "3000", "4000"}));
  EXPECT_EQ(labels(linear_axis(-3, 3, AxisEnds::at_ticks, 3)), (Texts{"−4", "−2", "0", "2", "4"}));
}

TEST(Axis, ends_are_at_ticks_or_at_the_data_as_asked) {
  const Axis round = linear_axis(0.13, 0.87, AxisEnds::at_ticks, 4),
             exact = linear_axis(0.13, 0.87, AxisEnds::at_data, 4);
  EXPECT_DOUBLE_EQ(round.low, 0);
  EXPECT_DOUBLE_EQ(round.high, 1);
  EXPECT_EQ(exact.low, 0.13);
  EXPECT_EQ(exact.high, 0.87);
}

TEST(Axis, labels_of_any_range_differ_from_each_other) {
  for (const auto& [low, high] : std::vector<std::pair<double, double>>{{0, 1e-300},
                                                                        {1e-7, 1.1e-7},
                                                                        {1e6, 1e6 + 1},
                                                                        {-1e300, 1e300},
                                                                        {999.99, 1000.01},
                                                                        {5, 5},
                                                                        {0, 0},
                                                                        {1e15, 1e15 + 8}}) {
    const Axis axis = linear_axis(low, high, AxisEnds::at_ticks, 6);
    const Texts texts = labels(axis);
    EXPECT_GE(texts.size(), 3u) << low;
    EXPECT_LE(texts.size(), 14u) << low;
    EXPECT_EQ(std::set<std::string>(texts.begin(), texts.end()).size(), texts.size()) << low << " " << high;
    EXPECT_LT(axis.low, axis.high);
  }
}

TEST(Axis, whole_numbers_have_no_ticks_between_them) {
  EXPECT_EQ(labels(linear_axis(1, 3, AxisEnds::at_data, 8, true)), (Texts{"1", "2", "3"}));
}

TEST(Axis, long_numbers_become_multiples_of_a_power_of_ten) {
  EXPECT_EQ(labels(linear_axis(0, 2e7, AxisEnds::at_data, 2)), (Texts{"0", "1×10⁷", "2×10⁷"}));
  EXPECT_EQ(labels(linear_axis(0, 2e-7, AxisEnds::at_data, 2)), (Texts{"0", "1×10⁻⁷", "2×10⁻⁷"}));
}

TEST(Axis, logarithmic_ticks_are_powers_of_ten) {
  EXPECT_EQ(labels(log_axis(1e-9, 1e-3, AxisEnds::at_ticks, 3)), (Texts{"10⁻⁸", "10⁻⁶", "10⁻⁴"}));
  EXPECT_EQ(labels(log_axis(0.1, 1, AxisEnds::at_ticks, 7)), (Texts{"0.1", "0.2", "0.5", "1"}));
}

TEST(Axis, a_single_logarithmic_value_gets_room_around_it) {
  const Axis axis = log_axis(3, 3, AxisEnds::at_ticks, 7);
  EXPECT_LT(axis.low, 3);
  EXPECT_GT(axis.high, 3);
}

TEST(Axis, every_tick_lies_on_the_axis) {
  for (const Axis& axis : {linear_axis(-0.37, 12.9, AxisEnds::at_data, 7), log_axis(0.0037, 812, AxisEnds::at_data, 7)})
    for (const Tick& tick : axis.ticks) {
      EXPECT_GE(axis.pixel(tick.value), -1e-9);
      EXPECT_LE(axis.pixel(tick.value), 1 + 1e-9);
    }
}

TEST(Axis, pixels_follow_the_value_or_its_logarithm) {
  Axis linear = linear_axis(0, 10, AxisEnds::at_data, 5), log = log_axis(1, 100, AxisEnds::at_data, 5);
  for (Axis* axis : {&linear, &log}) axis->pixel_low = 200, axis->pixel_high = 0;
  EXPECT_DOUBLE_EQ(linear.pixel(5), 100);
  EXPECT_DOUBLE_EQ(log.pixel(10), 100);
}

}  // namespace
}  // namespace wengert
