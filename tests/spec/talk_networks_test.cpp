// SPDX-License-Identifier: Apache-2.0
//
// The talk, sections 1 and 2: algorithm 6.4 of Goodfellow, Bengio and Courville, and the net that computes XOR, which
// no linear regression can.
#include <gtest/gtest.h>

#include "derivative_checks.h"
#include "teach_nets.h"
#include "wengert/ad/derivatives.h"
#include "wengert/exec/interpreter.h"

namespace wengert {
namespace {

using namespace teach;

const std::vector<Vector> corners{{0, 0}, {0, 1}, {1, 0}, {1, 1}};
const Vector exclusive_or{0, 1, 1, 0};

TEST(TalkNetworks, algorithm_6_3_computes_the_cost_with_its_regulariser) {
  Random random(1);
  const auto net = random_layers({3, 4, 2}, tanh_p, random);
  const Vector x{0.5, -1, 2}, y{1, -1};
  const auto pass = forward_propagation(net, x, y, squared_error(), weight_decay(0.1));
  EXPECT_NEAR(pass.cost, evaluate(cost_program(net, tanh_p, x, y, 0.1), parameters_of(net))[0].item(), 1e-14);
}

TEST(TalkNetworks, algorithm_6_4_is_the_gradient_with_its_regulariser) {
  Random random(1);
  const auto net = random_layers({3, 5, 4, 2}, sigmoid_p, random);
  const Vector x{0.5, -1, 2}, y{1, -1};
  for (double lambda : {0.0, 0.1}) {
    const auto pass = forward_propagation(net, x, y, squared_error(), weight_decay(lambda));
    const auto gradient = back_propagation(net, pass, y, squared_error(), weight_decay(lambda));
    const auto expected = evaluate(grad(cost_program(net, sigmoid_p, x, y, lambda)), parameters_of(net));
    EXPECT_TRUE(all_close(parameters_of(gradient), expected, 1e-14));
  }
}

TEST(TalkNetworks, xor_is_exact_with_the_talks_weights) {
  const std::vector<Layer> net{{Matrix(2, 2, {1, 1, 1, 1}), {0, -1}, scalar_function(relu_p)},
                               {Matrix(1, 2, {1, -2}), {0}, identity()}};
  for (size_t k = 0; k < 4; ++k) {
    const auto pass = forward_propagation(net, corners[k], {exclusive_or[k]}, squared_error());
    EXPECT_EQ(pass.h.back()[0], exclusive_or[k]);
    EXPECT_EQ(pass.cost, 0);
  }
}

TEST(TalkNetworks, xor_is_f2_of_f1) {
  const Program f1 = trace(
      [](Expr x) {
        return relu(matmul(constant(Array({2, 2}, {1, 1, 1, 1})), x) + constant(Array({2}, {0, -1})));
      },
      {f64({2})}, "f1");
  const Program f2 = trace([](Expr h) { return dot(constant(Array({2}, {1, -2})), h) + 0; }, {f64({2})}, "f2");
  const Program f = trace([&](Expr x) { return replay(f2, replay(f1, {{x}})); }, {f64({2})});
  for (size_t k = 0; k < 4; ++k) EXPECT_EQ(evaluate(f, {Array(corners[k])})[0].item(), exclusive_or[k]);
}

TEST(TalkNetworks, linear_regression_cannot_do_xor_and_answers_one_half_everywhere) {
  const Program mean_squared_error = trace(
      [](Expr w) {  // w1, w2 and the bias
        const Expr e =
            matmul(constant(Array({4, 3}, {0, 0, 1, 0, 1, 1, 1, 0, 1, 1, 1, 1})), w) - constant(Array(exclusive_or));
        return mean(e * e);
      },
      {f64({3})});
  const Array zero({3}, {0, 0, 0});
  const Array g = evaluate(grad(mean_squared_error), {zero})[0], h = evaluate(hessian(mean_squared_error), {zero})[0];
  const Array w = evaluate(trace([](Expr a, Expr b) { return -solve(a, b); }, {h.type(), g.type()}), {h, g})[0];
  for (const Vector& x : corners) EXPECT_NEAR(w[0] * x[0] + w[1] * x[1] + w[2], 0.5, 1e-14);
  EXPECT_NEAR(evaluate(mean_squared_error, {w})[0].item(), 0.25, 1e-14);
}

TEST(TalkNetworks, the_talks_activations_are_operations) {
  const auto at = [](double x, auto f) {
    return evaluate(trace([&](Expr e) { return f(e); }, {f64()}), {Array(x)})[0].item();
  };
  for (double x : {-2.0, -0.5, 0.5, 2.0}) {
    EXPECT_DOUBLE_EQ(at(x, [](Expr e) { return sigmoid(e); }), 1 / (1 + std::exp(-x)));
    EXPECT_DOUBLE_EQ(at(x, [](Expr e) { return tanh(e); }), std::tanh(x));
    EXPECT_EQ(at(x, [](Expr e) { return relu(e); }), std::max(0.0, x));
    EXPECT_EQ(at(x, [](Expr e) { return leaky_relu(e, 0.1); }), std::max(0.1 * x, x));
    EXPECT_EQ(at(x, [](Expr e) { return maxout({2 * e + 1, 1 - e}); }), std::max(2 * x + 1, 1 - x));
    EXPECT_DOUBLE_EQ(at(x, [](Expr e) { return elu(e, 0.7); }), x >= 0 ? x : 0.7 * (std::exp(x) - 1));
  }
}

}  // namespace
}  // namespace wengert
