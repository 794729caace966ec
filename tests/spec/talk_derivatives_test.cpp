// SPDX-License-Identifier: Apache-2.0
//
// The talk, section 4: what a derivative is, and why one walks against the gradient.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "wengert/api/gradient.h"

namespace wengert {
namespace {

const auto f = [](auto x) { return exp(sin(x)); };
const auto landscape = [](auto x, auto y) { return x * x + 3 * y * y + sin(x * y); };

TEST(TalkDerivatives, leave_a_remainder_that_vanishes_faster_than_u) {
  const double a = 0.7;
  const auto [value, slope] = derivative(f, a);
  for (double u = 0.1; u > 1e-6; u /= 10) {
    const double remainder = derivative(f, a + u).value - value - slope * u;
    EXPECT_LT(std::abs(remainder / u), u);  // so its limit is 0
  }
}

TEST(TalkDerivatives, are_the_best_linear_approximation_any_other_leaves_a_remainder_like_u) {
  const double a = 0.7, u = 1e-6;
  const auto [value, slope] = derivative(f, a);
  for (double wrong : {-0.5, -0.01, 0.01, 0.5}) {
    const double remainder = derivative(f, a + u).value - value - (slope + wrong) * u;
    EXPECT_NEAR(remainder / u, -wrong, 1e-5);
  }
}

TEST(TalkDerivatives, in_several_variables_are_the_gradient_times_the_step) {
  const std::vector<double> a{0.5, -1}, u{0.6, 0.8};
  const auto [value, g] = gradient(landscape, a);
  const double slope = g[0] * u[0] + g[1] * u[1];
  EXPECT_DOUBLE_EQ(jvp(landscape, a, u).product[0], slope);
  for (double t = 0.1; t > 1e-6; t /= 10)
    EXPECT_LT(std::abs(gradient(landscape, {a[0] + t * u[0], a[1] + t * u[1]}).value - value - slope * t) / t, 4 * t);
}

TEST(TalkDerivatives, in_the_direction_at_angle_theta_to_the_gradient_are_its_length_times_cos_theta) {
  const std::vector<double> a{0.5, -1};
  const auto g = gradient(landscape, a).gradient;
  const double length = std::hypot(g[0], g[1]), angle = std::atan2(g[1], g[0]);
  for (double theta = 0; theta < 6.28; theta += 0.01) {
    const std::vector<double> u{std::cos(angle + theta), std::sin(angle + theta)};
    EXPECT_NEAR(jvp(landscape, a, u).product[0], length * std::cos(theta), 1e-13);
  }
}

TEST(TalkDerivatives, fall_fastest_against_the_gradient) {
  const std::vector<double> a{0.5, -1};
  const auto g = gradient(landscape, a).gradient;
  double lowest = HUGE_VAL, steepest = 0;
  for (double theta = 0; theta < 2 * std::numbers::pi; theta += 1e-3) {
    const double value = gradient(landscape, {a[0] + 1e-4 * std::cos(theta), a[1] + 1e-4 * std::sin(theta)}).value;
    if (value < lowest) lowest = value, steepest = theta;
  }
  const double length = std::hypot(g[0], g[1]);
  EXPECT_NEAR(std::cos(steepest), -g[0] / length, 2e-3);
  EXPECT_NEAR(std::sin(steepest), -g[1] / length, 2e-3);
}

TEST(TalkDerivatives, lead_downhill_by_steps_x_minus_alpha_grad) {
  std::vector<double> x{0.5, -1};
  double before = HUGE_VAL;
  for (int step = 0; step < 20; ++step) {
    const auto [value, g] = gradient(landscape, x);
    EXPECT_LT(value, before);
    before = value;
    for (size_t k = 0; k < 2; ++k) x[k] -= 0.1 * g[k];
  }
}

}  // namespace
}  // namespace wengert
