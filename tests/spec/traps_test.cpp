// SPDX-License-Identifier: Apache-2.0
//
// Where derivatives go wrong without a word elsewhere: here the right answer, a stated choice, or an error that names it.
#include <gtest/gtest.h>

#include <cmath>

#include "derivative_checks.h"
#include "wengert/ad/derivatives.h"
#include "wengert/exec/interpreter.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

template <class F> Array derivative(F f, const Array& x) {
  return evaluate(grad(trace([&](Expr e) { return sum(f(e)); }, {x.type()})), {x})[0];
}

template <class F> std::string error_message(F f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Trap, a_value_of_another_program_is_named) {
  std::optional<Expr> stray;
  trace([&](Expr x) { return *(stray = x); }, {f64()}, "encoder");
  const auto message = error_message([&] { trace([&](Expr x) { return x * *stray; }, {f64()}, "decoder"); });
  EXPECT_NE(message.find("W103"), std::string::npos) << message;
  EXPECT_NE(message.find("decoder"), std::string::npos) << message;
}

TEST(Trap, a_value_outside_any_recording_is_named) {
  std::optional<Expr> stray;
  trace([&](Expr x) { return *(stray = x); }, {f64()});
  EXPECT_NE(error_message([&] { sin(*stray); }).find("W102"), std::string::npos);
}

TEST(Trap, an_exponent_of_zero_or_a_base_of_zero_has_its_limit) {
  const Program p = trace([](Expr x, Expr y) { return pow(x, y); }, {f64(), f64()});
  EXPECT_EQ(evaluate(grad(p), {Array(0.0), Array(2.0)}), (std::vector<Array>{Array(0.0), Array(0.0)}));
  EXPECT_EQ(evaluate(grad(p), {Array(0.0), Array(1.0)}), (std::vector<Array>{Array(1.0), Array(0.0)}));
  EXPECT_EQ(evaluate(grad(p), {Array(0.0), Array(0.0)}), (std::vector<Array>{Array(0.0), Array(-HUGE_VAL)})) << "infinity stays";
  EXPECT_EQ(evaluate(p, {Array(0.0), Array(0.0)})[0].item(), 1);
}

TEST(Trap, second_derivative_of_a_square_at_zero_is_two) {
  const Program p = trace([](Expr x) { return pow(x, 2); }, {f64()});
  EXPECT_EQ(evaluate(grad(grad(p)), {Array(0.0)})[0], Array(2.0));
}

TEST(Trap, a_negative_base_has_no_partial_by_its_exponent) {
  const Program p = trace([](Expr x, Expr y) { return pow(x, y); }, {f64(), f64()});
  EXPECT_EQ(evaluate(grad(p, {0}), {Array(-2.0), Array(3.0)})[0], Array(12.0));
  EXPECT_TRUE(std::isnan(evaluate(grad(p, {1}), {Array(-2.0), Array(3.0)})[0].item()));
}

TEST(Trap, the_norm_at_zero_has_the_least_subgradient) {
  EXPECT_EQ(derivative([](Expr x) { return norm(x); }, Array({3}, {0, 0, 0})), Array({3}, {0, 0, 0}));
  EXPECT_EQ(derivative([](Expr x) { return norm(x); }, Array({2}, {3, 4})), Array({2}, {0.6, 0.8}));
}

TEST(Trap, the_derivatives_of_a_kink_have_none_of_their_own) {
  const auto second = [](auto f) { return evaluate(hessian(trace(f, {f64({2})})), {Array({2}, {0, 0})})[0]; };
  const Array zero(f64({2, 2}));
  EXPECT_EQ(second([](Expr x) { return sum(abs(x)); }), zero);
}

TEST(Trap, an_infinite_slope_stays_infinite) {
  EXPECT_EQ(derivative([](Expr x) { return sqrt(x); }, Array(0.0)).item(), HUGE_VAL);
  EXPECT_EQ(derivative([](Expr x) { return cbrt(x); }, Array(0.0)).item(), HUGE_VAL);
  EXPECT_EQ(derivative([](Expr x) { return log(x); }, Array(0.0)).item(), HUGE_VAL);
}

TEST(Trap, those_that_tie_share_the_derivative) {
  const Program two = trace([](Expr a, Expr b) { return max(a, b); }, {f64(), f64()});
  EXPECT_EQ(evaluate(grad(two), {Array(3.0), Array(3.0)}), (std::vector<Array>{Array(0.5), Array(0.5)}));
  EXPECT_EQ(derivative([](Expr x) { return max_reduce(x); }, Array({4}, {1, 5, 5, 2})), Array({4}, {0, 0.5, 0.5, 0}));
  EXPECT_EQ(derivative([](Expr x) { return max(x, x); }, Array(3.0)), Array(1.0));
}

TEST(Trap, kinks_at_zero_have_derivative_zero) {
  EXPECT_EQ(derivative([](Expr x) { return relu(x); }, Array(0.0)), Array(0.0));
  EXPECT_EQ(derivative([](Expr x) { return abs(x); }, Array(0.0)), Array(0.0));
}

TEST(Trap, a_stopped_gradient_is_zero_and_nothing_else_is) {
  EXPECT_EQ(derivative([](Expr x) { return x * stop_gradient(x); }, Array(3.0)), Array(3.0));
}

TEST(Trap, a_reused_variable_means_the_value_it_had) {
  EXPECT_EQ(derivative(
                [](Expr x) {
                  Expr y = x;
                  const Expr alias = y;
                  y *= x;   // x^2
                  y += alias;
                  return y * alias;  // x^3 + x^2
                },
                Array(2.0)),
            Array(16.0));
}

TEST(Trap, softmax_and_its_logarithm_do_not_overflow) {
  const Array x({3}, {1000, 0, -1000});
  EXPECT_EQ(derivative([](Expr e) { return logsumexp(e); }, x), Array({3}, {1, 0, 0}));
  EXPECT_TRUE(all_close({derivative([](Expr e) { return gather(log_softmax(e), constant(Array(1.0).as(DType::i64))); }, x)},
                        {Array({3}, {-1, 1, 0})}, 1e-15));
}

TEST(Trap, nothing_is_lost_in_a_long_chain) {
  const Program p = trace(
      [](Expr x) {
        Expr y = x;
        for (int k = 0; k < 20000; ++k) y = y + 1e-4 * sin(y);
        return y;
      },
      {f64()});
  const double h = 1e-6, right = evaluate(p, {Array(1 + h)})[0].item(), left = evaluate(p, {Array(1 - h)})[0].item();
  EXPECT_NEAR(evaluate(grad(p), {Array(1.0)})[0].item(), (right - left) / (2 * h), 1e-7);
}

TEST(Trap, an_integer_output_has_no_derivative_to_ask_for) {
  const Program p = trace([](Expr x) { return argmax(x); }, {f64({3})});
  EXPECT_NE(error_message([&] { grad(p); }).find("W210"), std::string::npos);
}

TEST(Trap, an_input_that_cannot_vary_is_an_error) {
  const Program p = trace([](Expr x, Expr i) { return gather(x, i); }, {f64({3}), i64()});
  EXPECT_NE(error_message([&] { grad(p, {1}); }).find("W131"), std::string::npos);
  EXPECT_NE(error_message([&] { grad(p, {2}); }).find("W131"), std::string::npos);
}

}  // namespace
}  // namespace wengert
