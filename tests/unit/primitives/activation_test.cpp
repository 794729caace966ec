// SPDX-License-Identifier: Apache-2.0
//
// Activations far out, at their kinks, and for what is not a number.
#include "wengert/primitives/activation.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

#include "evaluated.h"
#include "same_values.h"

namespace wengert {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();

using Activation = Expr (*)(Expr);
const std::vector<std::pair<const char*, Activation>> activations{
    {"sigmoid", [](Expr x) { return sigmoid(x); }}, {"softplus", [](Expr x) { return softplus(x); }},
    {"relu", [](Expr x) { return relu(x); }},       {"leaky_relu", [](Expr x) { return leaky_relu(x); }},
    {"elu", [](Expr x) { return elu(x); }},         {"gelu", [](Expr x) { return gelu(x); }},
    {"silu", [](Expr x) { return silu(x); }}};

double value_at(Activation f, double x) { return evaluated(f, {Array(x)}).item(); }
double slope_at(Activation f, double x) { return gradient(f, {Array(x)}).item(); }
double bend_at(Activation f, double x) {
  return evaluate(jvp(grad(traced(f, {Array(x)}))), {Array(x), Array(1.0)})[1].item();
}

TEST(Activation, every_one_passes_nan_on) {
  for (const auto& [name, f] : activations) EXPECT_TRUE(std::isnan(value_at(f, nan))) << name;
}

TEST(Activation, nothing_overflows_far_out) {
  for (const auto& [name, f] : activations)
    for (double x : {-1e4, -800.0, 800.0, 1e4}) {
      EXPECT_TRUE(std::isfinite(value_at(f, x))) << name << " at " << x;
      EXPECT_TRUE(std::isfinite(slope_at(f, x))) << name << " at " << x;
      EXPECT_TRUE(std::isfinite(bend_at(f, x))) << name << " at " << x;
    }
}

TEST(Activation, has_its_limits_at_infinity) {
  for (const auto& [name, f] : activations) {
    const std::string_view n = name;
    EXPECT_EQ(value_at(f, infinity), n == "sigmoid" ? 1 : infinity) << name;
    EXPECT_EQ(value_at(f, -infinity), n == "leaky_relu" ? -infinity : n == "elu" ? -1 : 0) << name;
  }
}

TEST(Sigmoid, is_exact_on_both_sides) {
  for (double x : {0.1, 3.0, 36.0}) EXPECT_DOUBLE_EQ(value_at([](Expr e) { return sigmoid(e) + sigmoid(-e); }, x), 1);
  EXPECT_DOUBLE_EQ(value_at([](Expr e) { return sigmoid(e); }, -40), std::exp(-40)) << "1 + e^40 has lost the 1";
  EXPECT_DOUBLE_EQ(slope_at([](Expr e) { return sigmoid(e); }, -40), std::exp(-40));
}

TEST(Softplus, is_exact_on_both_sides) {
  EXPECT_EQ(value_at([](Expr x) { return softplus(x); }, 800), 800);
  EXPECT_DOUBLE_EQ(value_at([](Expr x) { return softplus(x); }, -40), std::exp(-40));
  EXPECT_DOUBLE_EQ(slope_at([](Expr x) { return softplus(x); }, -40), std::exp(-40));
  EXPECT_EQ(slope_at([](Expr x) { return softplus(x); }, 800), 1);
}

TEST(Relu, has_derivative_0_at_0) {
  EXPECT_EQ(slope_at([](Expr x) { return relu(x); }, 0), 0);
  EXPECT_EQ(slope_at([](Expr x) { return relu(x); }, -0.0), 0);
  EXPECT_EQ(slope_at([](Expr x) { return relu(x); }, 5e-324), 1);
}

TEST(LeakyRelu, is_the_maximum_of_two_lines) {
  const Array x({5}, {-3, -1e-3, 0, 2, 1e5});
  EXPECT_EQ(evaluated([](Expr e) { return leaky_relu(e); }, {x}), evaluated([](Expr e) { return max(0.1 * e, e); }, {x}));
  EXPECT_EQ(evaluated([](Expr e) { return leaky_relu(e, 0.25); }, {x}), evaluated([](Expr e) { return max(0.25 * e, e); }, {x}));
}

TEST(LeakyRelu, learns_its_slope) {
  const auto f = [](Expr slope, Expr x) { return sum(leaky_relu(x, slope)); };
  EXPECT_EQ(gradient(f, {Array(0.25), Array({3}, {-3, 0.5, -4})}), Array(-7.0));
}

TEST(Elu, has_the_slope_alpha_at_0) {
  EXPECT_EQ(slope_at([](Expr x) { return elu(x); }, 0), 1);
  EXPECT_EQ(slope_at([](Expr x) { return elu(x, 0.5); }, 0), 0.5);
  EXPECT_EQ(slope_at([](Expr x) { return elu(x, 0.5); }, 1e-9), 1);
  EXPECT_EQ(bend_at([](Expr x) { return elu(x, 2); }, 1000), 0) << "0 times infinity on the side not taken";
}

TEST(Gelu, keeps_its_digits_in_the_tail) {
  const auto f = [](Expr x) { return gelu(x); };
  EXPECT_NEAR(value_at(f, -10) / -0x1.7079362639d51p-74, 1, 1e-13);
  EXPECT_NEAR(slope_at(f, -10) / -0x1.cc81080c0cc8cp-71, 1, 1e-13);
}

TEST(Silu, is_x_times_the_sigmoid) {
  for (double x : {-30.0, -1.0, 0.0, 2.5})
    EXPECT_DOUBLE_EQ(value_at([](Expr e) { return silu(e); }, x), value_at([](Expr e) { return e * sigmoid(e); }, x));
}

TEST(Maxout, takes_the_largest_piece) {
  const auto f = [](Expr x, Expr y) { return maxout({2 * x, y, 1}); };
  EXPECT_EQ(evaluated(f, {Array({3}, {1, 2, 0}), Array({3}, {3, 3, 0})}), Array({3}, {3, 4, 1}));
  EXPECT_EQ(evaluated([](Expr x) { return maxout({x}); }, {Array({2}, {1, 2})}), Array({2}, {1, 2}));
}

TEST(Maxout, shares_the_derivative_among_pieces_that_tie) {
  EXPECT_EQ(slope_at([](Expr x) { return maxout({x, 5 * x}); }, 0), 3);
  EXPECT_EQ(slope_at([](Expr x) { return maxout({x, 2 * x, 6 * x}); }, 0), 3);
}

TEST(Maxout, works_along_an_axis) {
  const Array x({2, 3}, {1, 5, 2, 7, 4, 6});
  EXPECT_EQ(evaluated([](Expr e) { return maxout(e, -1); }, {x}), Array({2}, {5, 7}));
  EXPECT_EQ(evaluated([](Expr e) { return maxout(e, 0); }, {x}), Array({3}, {7, 5, 6}));
  EXPECT_EQ(error_of([](Expr e) { return maxout(e, 2); }, {f64({2, 3})}), "W206");
}

TEST(Maxout, refuses_to_choose_among_nothing) {
  EXPECT_EQ(error_of([](Expr) { return maxout(std::vector<Expr>{}); }, {f64()}), "W123");
}

}  // namespace
}  // namespace wengert
