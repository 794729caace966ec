// SPDX-License-Identifier: Apache-2.0
//
// Numerical derivatives: how exact, and what they say where there is none.
#include "wengert/check/differences.h"

#include <gtest/gtest.h>

#include <cmath>

namespace wengert {
namespace {

template <class F> Difference difference(F f, double x, double largest_step = 1e-2) {
  return differences([&](double t) { return std::vector<double>{f(x + t)}; }, largest_step)[0];
}

TEST(Differences, of_a_parabola_are_exact_to_rounding) {
  const auto d = difference([](double x) { return 3 * x * x; }, 2);
  EXPECT_NEAR(d.value, 12, 1e-11);
  EXPECT_FALSE(d.kink(1e-3));
}

TEST(Differences, have_ten_digits_of_smooth_functions_and_know_their_error) {
  const struct {
    double (*f)(double);
    double x, slope;
  } functions[] = {{std::sin, 1, std::cos(1.0)}, {std::exp, 2, std::exp(2.0)}, {std::log, 0.5, 2}, {std::atan, -3, 0.1}, {std::lgamma, 5, 1.5061176684318004}};
  for (const auto& [f, x, slope] : functions) {
    const auto d = difference(f, x);
    EXPECT_NEAR(d.value, slope, 1e-10);
    EXPECT_LE(std::abs(d.value - slope), 10 * d.error);
  }
}

TEST(Differences, on_both_sides_of_a_kink_differ) {
  const auto d = difference([](double x) { return std::abs(x); }, 0);
  EXPECT_TRUE(d.kink(1e-3));
  EXPECT_DOUBLE_EQ(d.from_left, -1);
  EXPECT_DOUBLE_EQ(d.from_right, 1);
}

TEST(Differences, do_not_mind_a_kink_near_by) {
  const auto d = difference([](double x) { return std::abs(x); }, 3e-4);
  EXPECT_NEAR(d.value, 1, 1e-9);
  EXPECT_FALSE(d.kink(1e-3));
}

TEST(Differences, at_the_end_of_the_domain_are_not_finite) {
  const auto d = difference([](double x) { return std::sqrt(x); }, 0);
  EXPECT_TRUE(std::isnan(d.from_left));
  EXPECT_TRUE(d.kink(1e-3));
}

TEST(Differences, step_back_where_the_domain_ends_near_by) {
  const auto d = difference([](double x) { return std::log(x); }, 1e-3);
  EXPECT_NEAR(d.value, 1000, 1e-5);
}

TEST(Differences, of_several_outputs_are_independent) {
  const auto all = differences([](double t) { return std::vector<double>{t, std::nan(""), t * t + 5 * t}; }, 1e-2);
  EXPECT_NEAR(all[0].value, 1, 1e-12);
  EXPECT_TRUE(std::isnan(all[1].value));
  EXPECT_NEAR(all[2].value, 5, 1e-11);
}

}  // namespace
}  // namespace wengert
