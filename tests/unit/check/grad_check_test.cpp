// SPDX-License-Identifier: Apache-2.0
//
// grad_check passes what is right, names what is wrong, and says where differences cannot tell.
#include "wengert/check/grad_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wengert/primitives/foreign.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

using testing::HasSubstr;

GradCheckReport check(const Program& p, const std::vector<Array>& x, const GradCheckOptions& options = {}) { return grad_check(p, x, options); }

int sine_calls = 0;
const Foreign counted_sine_p(
    "counted_sine", 1, [](const Signature& s) { return std::vector{s.operands[0]}; },
    [](std::span<const ConstView> x, std::span<const View> y) {
      ++sine_calls;
      *y[0].as<double>() = std::sin(*x[0].as<double>());
    });

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
  EXPECT_THAT(report.worst_entry, HasSubstr("d f[1][1] / d angle"));
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
  const Program body = trace([](Expr x) { return x * x; }, {f64()}, "body");
  const Program rule = trace([](Expr x, Expr, Expr x_dot) { return x_dot * log(-x); }, {f64(), f64(), f64()}, "rule");
  const Program p = trace([&](Expr x) { return stack({wrong_sine(x), custom_jvp(body, rule, {{x}})[0]}); }, {f64()});
  const auto report = check(p, {Array(2.0)});
  EXPECT_EQ(report.verdict, Verdict::failed);
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
  const auto report = check(trace([](Expr x) { return stack({sqrt(x), x}); }, {f64()}), {Array(0.0)});
  EXPECT_TRUE(report.passed);
  EXPECT_EQ(report.verified, 1);
  EXPECT_FALSE(report.undecided.empty());
}

TEST(GradCheck, that_verifies_nothing_does_not_pass) {
  for (const Program& p : {trace([](Expr x) { return sqrt(x); }, {f64()}), trace([](Expr x) { return relu(x); }, {f64()}),
                           trace([](Expr x) { return log(x - 1); }, {f64()})}) {
    const auto report = check(p, {Array(0.0)});
    EXPECT_EQ(report.verdict, Verdict::undecided);
    EXPECT_FALSE(report.passed);
    EXPECT_EQ(report.verified, 0);
  }
}

TEST(GradCheck, where_the_function_is_nan_says_so) {
  const auto report = check(trace([](Expr x) { return log(x); }, {f64()}, "f", {"x"}), {Array(-1.0)});
  ASSERT_FALSE(report.undecided.empty());
  EXPECT_EQ(report.undecided[0], "d f / d x: f is nan at this point");
}

TEST(GradCheck, holds_an_input_fixed_whose_partial_is_infinite) {
  const auto power = check(trace([](Expr x, Expr y) { return pow(x, y); }, {f64(), f64()}), {Array(-2.0), Array(2.0)});
  EXPECT_EQ(power.verdict, Verdict::passed) << power.worst_entry;
  const auto root = check(trace([](Expr x, Expr y) { return sqrt(y) + x; }, {f64(), f64()}), {Array(1.0), Array(0.0)});
  EXPECT_EQ(root.verdict, Verdict::passed) << root.worst_entry;
  EXPECT_EQ(root.verified, 1);
}

TEST(GradCheck, an_infinite_partial_of_another_element_is_no_error) {
  const auto report = check(trace([](Expr x) { return sum(sqrt(x)); }, {f64({2})}), {Array({2}, {1, 0})});
  EXPECT_EQ(report.verdict, Verdict::passed) << report.worst_entry;
  EXPECT_EQ(report.verified, 1);
}

TEST(GradCheck, does_not_mind_derivatives_whose_squares_overflow) {
  const auto report = check(trace([](Expr x) { return x * 1e300; }, {f64()}), {Array(1.0)});
  EXPECT_EQ(report.verdict, Verdict::passed);
  EXPECT_TRUE(report.undecided.empty()) << report.undecided[0];
}

TEST(GradCheck, finds_a_wrong_rule_at_any_scale) {
  const Program p = trace([](Expr x) { return wrong_sine(x); }, {f64()});
  for (const double x : {1e-9, 1e-3, 1.0, 1e3, 1e9}) EXPECT_EQ(check(p, {Array(x)}).verdict, Verdict::failed) << x;
}

TEST(GradCheck, settles_a_smooth_function_with_one_sweep) {
  sine_calls = 0;
  const Program body = trace([](Expr x) { return counted_sine_p(x); }, {f64()}, "body");
  const Program rule = trace([](Expr x, Expr, Expr x_dot) { return cos(x) * x_dot; }, {f64(), f64(), f64()}, "rule");
  EXPECT_TRUE(check(trace([&](Expr x) { return custom_jvp(body, rule, {{x}})[0]; }, {f64()}), {Array(1.0)}).passed);
  EXPECT_LE(sine_calls, 13 + 4) << "the point, twelve steps, and the values beside tangents and cotangents";
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
  const auto report = check(trace([](Expr x) { return x * x; }, {f32()}), {Array(0.5).as(DType::f32)});
  EXPECT_EQ(report.tolerance, 1e-2);
  EXPECT_EQ(check(trace([](Expr x) { return 1.1 * wrong_sine(x, 1.1); }, {f64()}), {Array(0.5)}).verdict, Verdict::failed);
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

TEST(GradCheck, of_nothing_is_undecided) {
  for (const auto& report : {check(trace([](Expr x) { return argmax(x); }, {f64({3})}), {Array({3}, {1, 2, 3})}),
                             check(trace([](Expr x) { return 2 * x; }, {f64({0})}), {Array(f64({0}))})}) {
    EXPECT_EQ(report.verdict, Verdict::undecided);
    EXPECT_EQ(report.entries, 0);
  }
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
