// SPDX-License-Identifier: Apache-2.0
//
// Numerical derivatives: how exact the best sweep of steps is, and what they say where there is none.
#include "wengert/check/differences.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace wengert {
namespace {

std::vector<Difference> all_sweeps(const AlongLine& y, const StepRange& range, size_t output = 0) {
  Differences differences(y, range);
  while (!differences.finished()) differences.sweep();
  const auto all = differences.of(output);
  return {all.begin(), all.end()};
}

/// The sweep that states the least error.
template <class F> Difference best(F f, double x) {
  const auto all = all_sweeps([&](double t) { return std::vector<double>{f(x + t)}; }, {.scale = std::abs(x), .near = std::abs(x)});
  return *std::ranges::min_element(all, {}, [](const Difference& d) { return std::isnan(d.value) ? HUGE_VAL : d.error / (1 + std::abs(d.value)); });
}

TEST(Differences, of_a_parabola_are_exact_to_rounding) { EXPECT_NEAR(best([](double x) { return 3 * x * x; }, 2).value, 12, 1e-12); }

TEST(Differences, have_ten_digits_of_smooth_functions_and_know_their_error) {
  const struct {
    double (*f)(double);
    double x, slope;
  } functions[] = {{std::sin, 1, std::cos(1.0)}, {std::exp, 2, std::exp(2.0)}, {std::log, 0.5, 2}, {std::atan, -3, 0.1}, {std::lgamma, 5, 1.5061176684318004}};
  for (const auto& [f, x, slope] : functions) {
    const auto d = best(f, x);
    EXPECT_NEAR(d.value, slope, 1e-10);
    EXPECT_LE(std::abs(d.value - slope), 10 * d.error);
  }
}

TEST(Differences, find_the_step_that_a_function_asks_for) {
  const auto relative_error = [](double value, double slope) { return std::abs(value / slope - 1); };
  EXPECT_LT(relative_error(best([](double x) { return 1 / x; }, 1e-8).value, -1e16), 1e-9);
  EXPECT_LT(relative_error(best([](double x) { return std::sqrt(x); }, 1e-12).value, 5e5), 1e-9);
  EXPECT_LT(relative_error(best([](double x) { return std::cos(x); }, 1e10).value, -std::sin(1e10)), 1e-9);
  EXPECT_LT(relative_error(best([](double x) { return std::sin(1e7 * x); }, 1).value, 1e7 * std::cos(1e7)), 1e-5);
  EXPECT_LT(relative_error(best([](double x) { return std::log(x); }, 1e-300).value, 1e300), 1e-9);
}

TEST(Differences, on_both_sides_of_a_kink_differ) {
  for (const Difference& d : all_sweeps([](double t) { return std::vector<double>{std::abs(t)}; }, {})) {
    EXPECT_EQ(d.from_left, -1);
    EXPECT_EQ(d.from_right, 1);
    EXPECT_EQ(d.jump, 2);
    EXPECT_EQ(d.jump_change, 0);
  }
}

TEST(Differences, jump_by_nothing_where_a_function_is_smooth) {
  for (const Difference& d : all_sweeps([](double t) { return std::vector<double>{std::exp(t)}; }, {})) EXPECT_LE(std::abs(d.jump), 1e-3 + 8 * d.noise);
}

TEST(Differences, at_the_end_of_the_domain_are_not_finite) {
  for (const Difference& d : all_sweeps([](double t) { return std::vector<double>{std::sqrt(t)}; }, {})) {
    EXPECT_TRUE(std::isnan(d.value));
    EXPECT_TRUE(std::isnan(d.from_left));
  }
}

TEST(Differences, of_several_outputs_are_independent) {
  const auto y = [](double t) { return std::vector<double>{t, std::nan(""), t * t + 5 * t}; };
  EXPECT_NEAR(all_sweeps(y, {}, 0)[0].value, 1, 1e-12);
  EXPECT_TRUE(std::isnan(all_sweeps(y, {}, 1)[0].value));
  EXPECT_NEAR(all_sweeps(y, {}, 2)[0].value, 5, 1e-11);
}

TEST(Differences, cost_twelve_evaluations_a_sweep_and_at_most_ten_sweeps) {
  for (const double x : {0.0, 1.0, 1e-8, 1e-300, 1e10, 0.3}) {
    int evaluations = 0;
    const auto y = [&](double) { return ++evaluations, std::vector<double>{0}; };
    const auto sweeps = all_sweeps(y, {.scale = x, .near = x}).size();
    EXPECT_LE(sweeps, 10U) << x;
    EXPECT_EQ(static_cast<size_t>(evaluations), 1 + 12 * sweeps) << x;
  }
}

TEST(Differences, around_infinity_and_nan_take_the_steps_of_1) {
  for (const double x : {HUGE_VAL, std::nan("")})
    EXPECT_GE(all_sweeps([](double) { return std::vector<double>{0}; }, {.scale = x, .near = x}).size(), 1U) << x;
}

}  // namespace
}  // namespace wengert
