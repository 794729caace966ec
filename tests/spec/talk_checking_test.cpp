// SPDX-License-Identifier: Apache-2.0
//
// The talk, section 9: checking a gradient by differences, and derivatives that reuse the result.
#include <gtest/gtest.h>

#include "derivative_checks.h"
#include "wengert/ad/derivatives.h"
#include "wengert/api/gradient.h"
#include "wengert/check/grad_check.h"
#include "wengert/exec/interpreter.h"
#include "wengert/ir/text.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

size_t count(const Program& p, const Primitive& primitive) {
  size_t found = 0;
  for (uint32_t v = 0; v < p.size(); ++v) found += &p.primitive(ValueId{v}) == &primitive;
  return found;
}

TEST(TalkChecking, central_differences_confirm_every_entry_of_a_gradient) {
  const auto loss = [](std::vector<Real>& a) { return log(1 + exp(a[0] * a[1])) + a[2] * a[2] / a[0]; };
  const std::vector<double> a{0.5, -1, 2};
  const auto g = gradient(loss, a).gradient;
  const double eps = 1e-5;
  for (size_t i = 0; i < a.size(); ++i) {
    auto right = a, left = a;
    right[i] += eps, left[i] -= eps;
    EXPECT_NEAR((gradient(loss, right).value - gradient(loss, left).value) / (2 * eps), g[i], 1e-8);
  }
}

TEST(TalkChecking, grad_check_does_it_for_a_program_and_names_the_worst_entry) {
  const Program loss = parse_formula("log(1 + exp(a*b)) + c^2/a");
  const auto report = grad_check(loss, std::vector{Array(0.5), Array(-1.0), Array(2.0)});
  EXPECT_TRUE(report.passed);
  EXPECT_EQ(report.entries, 3);
  EXPECT_LT(report.worst_error, 1e-9);
}

TEST(TalkChecking, grad_check_finds_a_gradient_cranked_out_wrongly_by_hand) {
  const Program sine = parse_formula("sin(x)");
  const Program by_hand =
      trace([](Expr x, Expr, Expr x_dot) { return -cos(x) * x_dot; }, {f64(), f64(), f64()}, "by_hand");
  const Program model = trace([&](Expr x) { return x * custom_jvp(sine, by_hand, {{x}})[0]; }, {f64()});
  const auto report = grad_check(model, std::vector{Array(0.7)});
  EXPECT_FALSE(report.passed);
  EXPECT_NE(report.where.find("custom"), std::string::npos) << report.where;
}

TEST(TalkChecking, the_derivative_of_the_sigmoid_is_f_times_1_minus_f) {
  for (double x : {-3.0, 0.0, 0.5, 4.0}) {
    const auto [f, f_prime] = derivative([](auto e) { return 1 / (1 + exp(-e)); }, x);
    EXPECT_NEAR(f_prime, f * (1 - f), 1e-15);
    EXPECT_EQ(evaluate(grad(parse_formula("sigmoid(x)")), {Array(x)})[0].item(),
              evaluate(parse_formula("f = sigmoid(x), f*(1 - f)"), {Array(x)})[0].item());
  }
}

TEST(TalkChecking, the_derivative_of_the_sigmoid_reuses_the_result_and_has_no_second_exp) {
  const Program sigmoid_and_derivative = value_and_grad(parse_formula("sigmoid(x)"));
  EXPECT_EQ(count(sigmoid_and_derivative, sigmoid_p), 1u);
  EXPECT_EQ(count(sigmoid_and_derivative, exp_p), 0u);
  EXPECT_EQ(count(value_and_grad(parse_formula("1/(1 + exp(-x))")), exp_p),
            1u);  // written out, it shares the one it has
}

}  // namespace
}  // namespace wengert
