// SPDX-License-Identifier: Apache-2.0
//
// grad_check passes what is right, names what is wrong, and says where differences cannot tell.
#include "wengert/check/grad_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wengert/trace/trace.h"

namespace wengert {
namespace {

using testing::HasSubstr;

GradCheckReport check(const Program& p, const std::vector<Array>& x, const GradCheckOptions& options = {}) { return grad_check(p, x, options); }

/// sin with a rule that is wrong by a factor.
Expr wrong_sine(Expr x, double factor = 1.001) {
  const Program body = trace([](Expr e) { return sin(e); }, {f64()}, "sine");
  const Program rule = trace([&](Expr e, Expr, Expr e_dot) { return factor * cos(e) * e_dot; }, {f64(), f64(), f64()}, "sine_rule");
  return custom_jvp(body, rule, {{x}})[0];
}

TEST(GradCheck, passes_right_derivatives_of_every_entry) {
  const Program p = trace([](Expr x, Expr a) { return std::pair(tanh(matmul(a, x)), sum(x)); }, {f64({3}), f64({2, 3})});
  const auto report = check(p, {Array({3}, {1, -2, 0.5}), Array({2, 3}, {1, 2, 3, 4, 5, 6})});
  EXPECT_TRUE(report.passed) << report.worst_entry;
  EXPECT_EQ(report.columns, 9);
  EXPECT_EQ(report.entries, 27);
  EXPECT_LT(report.worst_error, 1e-8);
  EXPECT_LT(report.transpose_error, 1e-14);
  EXPECT_FALSE(report.instruction.has_value());
}

TEST(GradCheck, names_the_entry_and_the_line_of_a_wrong_rule) {
  const Program p = trace([](Expr x, Expr y) { return std::pair(x * y, stack({x, wrong_sine(y)})); }, {f64(), f64()}, "f", {"width", "angle"});
  const auto report = check(p, {Array(2.0), Array(0.5)});
  EXPECT_FALSE(report.passed);
  EXPECT_THAT(report.worst_entry, HasSubstr("d y1[1] / d angle"));
  EXPECT_NEAR(report.worst_error, 0.001 * std::cos(0.5) / (1 + std::cos(0.5)), 1e-5);
  ASSERT_TRUE(report.instruction.has_value());
  EXPECT_THAT(report.where, HasSubstr("custom"));
}

TEST(GradCheck, finds_a_wrong_rule_whatever_the_rest_makes_of_it) {
  const auto report = check(trace([](Expr x) { return exp(3 * wrong_sine(x * x, -1)); }, {f64()}), {Array(0.7)});
  EXPECT_FALSE(report.passed);
  EXPECT_THAT(report.where, HasSubstr("custom"));
}

TEST(GradCheck, a_nan_is_an_error_and_the_worst_of_all) {
  const Program p = trace([](Expr x, Expr n) { return stack({wrong_sine(x), polygamma(n, x)}); }, {f64(), f64()});
  const auto report = check(p, {Array(2.0), Array(1.0)});
  EXPECT_FALSE(report.passed);
  EXPECT_THAT(report.worst_entry, HasSubstr("exact nan"));
}

TEST(GradCheck, a_wrong_transpose_is_found_though_tangents_are_right) {
  const Program body = trace([](Expr x) { return x * x; }, {f64({2})}, "square");
  // A VJP is run for both modes, so a wrong one shows in the tangents as well.
  const Program rule = trace([](Expr x, Expr, Expr y_bar) { return 2 * x * reverse(y_bar, {0}); }, {f64({2}), f64({2}), f64({2})}, "rule");
  EXPECT_FALSE(check(trace([&](Expr x) { return custom_vjp(body, rule, {{x}}); }, {f64({2})}), {Array({2}, {1, 2})}).passed);
}

TEST(GradCheck, knows_a_kink_from_an_error) {
  const auto report = check(trace([](Expr x) { return stack({relu(x), x * x}); }, {f64()}, "f", {"x"}), {Array(0.0)});
  EXPECT_TRUE(report.passed);
  ASSERT_EQ(report.kinks.size(), 1U);
  EXPECT_THAT(report.kinks[0], HasSubstr("0 from the left, 1 from the right, exact says 0"));
}

TEST(GradCheck, a_derivative_outside_its_kink_is_an_error) {
  const Program body = trace([](Expr x) { return abs(x); }, {f64()}, "body");
  const Program rule = trace([](Expr, Expr, Expr x_dot) { return 2 * x_dot; }, {f64(), f64(), f64()}, "rule");
  EXPECT_FALSE(check(trace([&](Expr x) { return custom_jvp(body, rule, {{x}}); }, {f64()}), {Array(0.0)}).passed);
}

TEST(GradCheck, says_where_differences_cannot_tell) {
  const auto report = check(trace([](Expr x) { return sqrt(x); }, {f64()}), {Array(0.0)});
  EXPECT_TRUE(report.passed);
  EXPECT_FALSE(report.undecided.empty());
}

TEST(GradCheck, an_infinite_derivative_of_a_smooth_function_is_an_error) {
  const Program body = trace([](Expr x) { return x * x; }, {f64()}, "body");
  const Program rule = trace([](Expr x, Expr, Expr x_dot) { return x_dot / (x - x); }, {f64(), f64(), f64()}, "rule");
  EXPECT_FALSE(check(trace([&](Expr x) { return custom_jvp(body, rule, {{x}}); }, {f64()}), {Array(2.0)}).passed);
}

TEST(GradCheck, holds_integers_fixed) {
  const Program p = trace([](Expr x, Expr i) { return gather(x, i); }, {f64({3}), i64()});
  const auto report = check(p, {Array({3}, {1, 2, 3}), Array(2.0).as(DType::i64)});
  EXPECT_TRUE(report.passed);
  EXPECT_EQ(report.columns, 3);
}

TEST(GradCheck, takes_random_directions_where_there_are_many_inputs) {
  const Program p = trace([](Expr x) { return sum(sin(x)); }, {f64({1000})});
  const auto report = check(p, {Array::filled(f64({1000}), 0.3)});
  EXPECT_TRUE(report.passed);
  EXPECT_EQ(report.columns, 32);
  const Program wrong = trace([](Expr x) { return sum(sin(x)) + wrong_sine(element(x, {17}), 2); }, {f64({1000})});
  EXPECT_FALSE(check(wrong, {Array::filled(f64({1000}), 0.3)}).passed);
}

TEST(GradCheck, in_f32_uses_the_precision_of_f32) {
  EXPECT_TRUE(check(trace([](Expr x) { return exp(sin(x)); }, {f32({2})}), {Array({2}, {0.5, 2}).as(DType::f32)}).passed);
  EXPECT_TRUE(check(trace([](Expr x) { return convert(convert(x, DType::f32), DType::f64); }, {f64()}), {Array(0.3)}).passed);
}

TEST(GradCheck, of_another_branch_near_by_is_not_an_error) {
  const Program p = trace(
      [](Expr x) {
        guard(less(x, 1.005), true);
        return x * x;
      },
      {f64()});
  EXPECT_TRUE(check(p, {Array(1.0)}).passed);
}

TEST(GradCheck, of_nothing_passes) {
  EXPECT_TRUE(check(trace([](Expr x) { return argmax(x); }, {f64({3})}), {Array({3}, {1, 2, 3})}).passed);
  EXPECT_TRUE(check(trace([](Expr x) { return 2 * x; }, {f64({0})}), {Array(f64({0}))}).passed);
}

TEST(GradCheck, needs_inputs_that_fit) {
  try {
    check(trace([](Expr x) { return x; }, {f64({2})}), {Array(1.0)});
    FAIL() << "no error";
  } catch (const ShapeError& error) {
    EXPECT_EQ(error.id(), "W207");
  }
}

}  // namespace
}  // namespace wengert
