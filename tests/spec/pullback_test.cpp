// SPDX-License-Identifier: Apache-2.0
//
// Forward and reverse mode: two ways along one linear map, and Programs themselves.
#include <gtest/gtest.h>

#include "derivative_checks.h"
#include "wengert/ad/derivatives.h"
#include "wengert/exec/interpreter.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

Program model() {
  return trace([](Expr x, Expr a) { return std::pair(tanh(matmul(a, x)), sum(x * x)); }, {f64({3}), f64({2, 3})}, "model", {"x", "a"});
}

std::vector<Array> point() { return {Array({3}, {0.5, -1, 2}), Array({2, 3}, {1, 2, -1, 0.25, 0, 3})}; }

TEST(Pullback, is_the_transpose_of_the_pushforward) {
  EXPECT_TRUE(pullback_is_transpose({"model", model(), point()}));
}

TEST(Pullback, of_a_unit_vector_is_a_row_of_the_jacobian) {
  const auto rows = evaluate(jacobian(model(), {0}), point())[0];  // of tanh(a x) by x: f64[2,3]
  const auto x_bar = evaluate(vjp(model(), {0}), joined(point(), {Array({2}, {0, 1}), Array(0.0)}))[2];
  for (int64_t j = 0; j < 3; ++j) EXPECT_DOUBLE_EQ(x_bar[j], rows[3 + j]);
}

TEST(Pushforward, along_a_unit_vector_is_a_column_of_the_jacobian) {
  const auto rows = evaluate(jacobian(model(), {0}), point())[0];
  const auto y_dot = evaluate(jvp(model(), {0}), joined(point(), {Array({3}, {0, 0, 1})}))[2];
  for (int64_t i = 0; i < 2; ++i) EXPECT_DOUBLE_EQ(y_dot[i], rows[i * 3 + 2]);
}

TEST(Jacobian, is_the_same_by_columns_and_by_rows) { EXPECT_TRUE(both_modes_give_one_jacobian({"model", model(), point()})); }

TEST(Gradient, has_one_partial_an_input) {
  const Program f = trace([](Expr x, Expr y) { return x * sin(y); }, {f64(), f64()});
  const auto g = evaluate(grad(f), {Array(2.0), Array(3.0)});
  EXPECT_DOUBLE_EQ(g[0].item(), std::sin(3.0));
  EXPECT_DOUBLE_EQ(g[1].item(), 2 * std::cos(3.0));
}

TEST(Derivatives, are_programs_that_can_be_differentiated_again) {
  Program f = trace([](Expr x) { return x * x * x * x; }, {f64()});
  const double expected[] = {32, 48, 48, 24, 0};  // of x^4 at 2
  for (const double derivative : expected) {
    f = grad(f);
    EXPECT_DOUBLE_EQ(evaluate(f, {Array(2.0)})[0].item(), derivative);
  }
}

TEST(Derivatives, of_any_mixture_of_modes_agree) {
  const Program f = trace([](Expr x) { return exp(sin(x)) * x; }, {f64()});
  const std::vector<Array> at{Array(0.7), Array(1.0)};
  const double forward_forward = evaluate(jvp(jvp(f)), joined(at, {Array(1.0), Array(0.0)})).back().item();
  const double reverse_forward = evaluate(grad(trace([&](Expr x) { return replay(jvp(f), {{x, constant(Array(1.0))}})[1]; }, {f64()})), {at[0]})[0].item();
  const double forward_reverse = evaluate(hvp(f), at)[0].item();
  EXPECT_NEAR(forward_forward, forward_reverse, 1e-13);
  EXPECT_NEAR(reverse_forward, forward_reverse, 1e-13);
}

TEST(Wrt, inputs_left_out_are_held_fixed) {
  const Program p = model();
  EXPECT_EQ(vjp(p, {1}).output_types(), (std::vector<Type>{f64({2}), f64(), f64({2, 3})}));
  EXPECT_EQ(jvp(p, {1}).input_types(), (std::vector<Type>{f64({3}), f64({2, 3}), f64({2, 3})}));
  const Program product = trace([](Expr x, Expr y) { return x * y; }, {f64(), f64()});
  EXPECT_EQ(grad(product, {1}).outputs().size(), 1U);
  EXPECT_DOUBLE_EQ(evaluate(grad(product, {1}), {Array(3.0), Array(5.0)})[0].item(), 3);
}

TEST(Wrt, integers_are_never_varied) {
  const Program p = trace([](Expr x, Expr i) { return gather(x, i); }, {f64({3}), i64()});
  EXPECT_EQ(evaluate(grad(p), {Array({3}, {1, 2, 3}), Array(1.0).as(DType::i64)})[0], Array({3}, {0, 1, 0}));
}

TEST(Gradient, of_an_input_that_does_not_matter_is_zero) {
  const Program p = trace([](Expr x, Expr y) { return sum(x) + 0 * sum(stop_gradient(y)); }, {f64({2}), f64({2})});
  EXPECT_EQ(evaluate(grad(p), {Array({2}, {1, 2}), Array({2}, {3, 4})})[1], Array({2}, {0, 0}));
}

}  // namespace
}  // namespace wengert
