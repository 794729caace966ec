// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <span>

#include "wengert/optim/line_search.h"

namespace wengert {
namespace {

struct Curve {
  const char* name;
  double (*value)(double);
  double (*slope)(double);
};

// MT94, section 5: a minimum far out, a concave start, a nearly linear function with a sine; and a
// quartic, a function with a wall, and one that is nearly flat first.
const Curve curves[] = {
    {"rational", [](double a) { return -a / (a * a + 2); },
     [](double a) { return (a * a - 2) / std::pow(a * a + 2, 2); }},
    {"power", [](double a) { return std::pow(a + 0.004, 5) - 2 * std::pow(a + 0.004, 4); },
     [](double a) { return 5 * std::pow(a + 0.004, 4) - 8 * std::pow(a + 0.004, 3); }},
    {"parabola", [](double a) { return (a - 3) * (a - 3); }, [](double a) { return 2 * (a - 3); }},
    {"quartic", [](double a) { return std::pow(a - 0.01, 4); }, [](double a) { return 4 * std::pow(a - 0.01, 3); }},
    {"wall", [](double a) { return a < 0.3 ? -a - std::log(0.3 - a) * 0.01 : std::nan(""); },
     [](double a) { return a < 0.3 ? -1 + 0.01 / (0.3 - a) : std::nan(""); }},
    {"wave", [](double a) { return -0.5 * a + 0.3 * std::sin(5 * a) - 1.3 * a; },
     [](double a) { return -1.8 + 1.5 * std::cos(5 * a) + 0.02 * a; }}};

LineFunction line(const Curve& c) {
  return [c](double a) { return LinePoint{a, c.value(a), c.slope(a)}; };
}

TEST(LineSearch, strong_wolfe_points_satisfy_both_conditions) {
  for (const Curve& c : std::span(curves).first(5))
    for (const double first : {1e-3, 0.1, 1.0, 10.0, 1000.0})
      for (const double curvature : {0.1, 0.9}) {
        const LinePoint start{0, c.value(0), c.slope(0)};
        const auto r = strong_wolfe(line(c), start, {.curvature = curvature, .first_step = first});
        ASSERT_TRUE(r.found) << c.name << " from " << first << ": " << r.reason;
        EXPECT_GT(r.point.step, 0);
        EXPECT_EQ(r.point.value, c.value(r.point.step));
        EXPECT_LE(r.point.value, start.value + 1e-4 * r.point.step * start.slope) << c.name;
        EXPECT_LE(std::abs(c.slope(r.point.step)), -curvature * start.slope) << c.name;
        EXPECT_LE(r.evaluations, 30) << c.name << " from " << first;
      }
}

TEST(LineSearch, armijo_takes_the_first_step_that_decreases_enough) {
  const Curve& c = curves[2];  // (a - 3)^2: every step below 6 (1 - c1) decreases enough
  const auto r = armijo(line(c), {0, 9, -6}, {.first_step = 40});
  ASSERT_TRUE(r.found);
  EXPECT_EQ(r.point.step, 5);
  EXPECT_EQ(r.evaluations, 4);
}

TEST(LineSearch, a_step_is_cut_back_where_the_function_is_not_finite) {
  const auto r = armijo(line(curves[4]), {0, curves[4].value(0), curves[4].slope(0)});
  ASSERT_TRUE(r.found);
  EXPECT_EQ(r.point.step, 0.25);
}

TEST(LineSearch, nothing_found_is_said_with_the_reason) {
  const LineFunction falls = [](double a) { return LinePoint{a, -a, -1}; };
  const auto unbounded = strong_wolfe(falls, {0, 0, -1}, {.largest_step = 100});
  EXPECT_FALSE(unbounded.found);
  EXPECT_EQ(unbounded.reason, "the function still falls at the largest step 100");
  EXPECT_EQ(unbounded.point.step, 0);
  const LineFunction rises = [](double a) { return LinePoint{a, a, 1}; };  // whose slope at 0 is claimed to be -1
  EXPECT_EQ(armijo(rises, {0, 0, -1}, {.most_evaluations = 7}).reason, "no step found in 7 evaluations");
  EXPECT_FALSE(strong_wolfe(rises, {0, 0, -1}).found);
  const LineFunction nowhere = [](double a) { return LinePoint{a, std::nan(""), std::nan("")}; };
  EXPECT_FALSE(armijo(nowhere, {0, 0, -1}).found);
  EXPECT_FALSE(strong_wolfe(nowhere, {0, 0, -1}).found);
}

}  // namespace
}  // namespace wengert
