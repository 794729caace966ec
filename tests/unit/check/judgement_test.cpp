// SPDX-License-Identifier: Apache-2.0
//
// What sweeps of differences prove together: right, a kink, wrong, or nothing.
#include "wengert/check/judgement.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace wengert {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

template <class F> Judgement judgement(F f, double x, double exact) {
  Differences differences([&](double t) { return std::vector<double>{f(x + t)}; }, {.scale = std::abs(x), .near = std::abs(x)});
  while (!differences.finished()) differences.sweep();
  return judge(exact, differences.of(0), 1e-6).judgement;
}

/// Right is right, and a thousandth more, another sign and NaN are wrong.
template <class F> void expect_decided(F f, double x, double exact) {
  EXPECT_EQ(judgement(f, x, exact), Judgement::right) << x << ", " << exact;
  for (const double wrong : {1.001 * exact, -exact, 0.0, nan, HUGE_VAL}) EXPECT_EQ(judgement(f, x, wrong), Judgement::wrong) << x << ", " << wrong;
}

TEST(Judgement, tells_right_from_wrong_where_a_function_is_smooth) {
  expect_decided([](double x) { return std::sin(x); }, 1, std::cos(1.0));
  expect_decided([](double x) { return std::exp(x); }, 5, std::exp(5.0));
  expect_decided([](double x) { return std::log(x); }, 0.01, 100);
  expect_decided([](double x) { return x * 1e300; }, 1, 1e300);
}

TEST(Judgement, tells_right_from_wrong_whatever_the_scale) {
  expect_decided([](double x) { return 1 / x; }, 1e-8, -1e16);
  expect_decided([](double x) { return std::cos(x); }, 1e10, -std::sin(1e10));
  expect_decided([](double x) { return std::sin(1e4 * x); }, 1, 1e4 * std::cos(1e4));
  expect_decided([](double x) { return std::sin(1e7 * x); }, 1, 1e7 * std::cos(1e7));
  expect_decided([](double x) { return std::sqrt(x); }, 1e-12, 5e5);
}

TEST(Judgement, of_a_steep_but_smooth_step_is_no_kink) {
  const auto step = [](double x) { return std::log1p(std::exp(1e4 * x)) / 1e4; };
  EXPECT_EQ(judgement(step, 0, 0.5), Judgement::right);
  EXPECT_EQ(judgement(step, 0, 0.6), Judgement::wrong);
}

TEST(Judgement, at_a_kink_allows_what_lies_between) {
  const auto abs = [](double x) { return std::abs(x); };
  for (const double between : {-1.0, 0.0, 0.3, 1.0}) EXPECT_EQ(judgement(abs, 0, between), Judgement::kink);
  for (const double outside : {-1.1, 1.1, nan, HUGE_VAL}) EXPECT_EQ(judgement(abs, 0, outside), Judgement::wrong);
  EXPECT_EQ(judgement(abs, 3e-4, 1), Judgement::right);
}

TEST(Judgement, of_what_no_step_can_tell_is_undecided) {
  EXPECT_EQ(judgement([](double x) { return std::sqrt(x); }, 0, HUGE_VAL), Judgement::undecided);
  EXPECT_EQ(judgement([](double x) { return std::cbrt(x); }, 0, HUGE_VAL), Judgement::undecided);
  EXPECT_EQ(judgement([](double x) { return std::floor(x); }, 1, 0), Judgement::undecided);
  EXPECT_EQ(judgement([](double x) { return std::sin(1e13 * x); }, 0.3, 1e13 * std::cos(3e12)), Judgement::undecided);
  EXPECT_EQ(judgement([](double) { return nan; }, 1, 2), Judgement::undecided);
  EXPECT_EQ(judge(1, {}, 1e-6).judgement, Judgement::undecided);
}

TEST(Judgement, is_not_misled_by_a_staircase_of_rounding) {
  EXPECT_EQ(judgement([](double x) { return 1e8 + x - 1e8; }, 0.3, 1), Judgement::right);
}

}  // namespace
}  // namespace wengert
