// SPDX-License-Identifier: Apache-2.0
//
// The talk, section 6: the equations of backpropagation as in Nielsen's chapter 2, with the error delta^l = dC/dz^l;
// and the general algorithms 6.1 to 6.6 of Goodfellow, Bengio and Courville (6.3 and 6.4 are in
// talk_networks_test.cpp).
#include <gtest/gtest.h>

#include "derivative_checks.h"
#include "teach_nets.h"
#include "wengert/ad/derivatives.h"
#include "wengert/exec/interpreter.h"
#include "wengert/ir/text.h"
#include "wengert/passes/simplify.h"
#include "wengert/teach/build_grad.h"
#include "wengert/teach/nielsen.h"

namespace wengert {
namespace {

using namespace teach;

/// A net of three layers of neurons, 3-4-2, after its five steps at one example.
struct Net342 {
  Random random{7};
  const std::vector<Layer> net = random_layers({3, 4, 2}, sigmoid_p, random);
  const Vector x{0.5, -1, 2}, y{0, 1};
  const FiveSteps steps = five_steps(net, x, y, squared_error());
  const Program cost = cost_program(net, sigmoid_p, x, y);  // by w^2, b^2, w^3, b^3
  const std::vector<Array> gradient = evaluate(grad(cost), parameters_of(net));

  /// dC/dz of a layer, the cost being written as a function of its z alone.
  Array by_z(size_t layer) const {
    const Program of_z = trace(
        [&](Expr z) {
          Expr a = sigmoid(z);
          for (size_t k = layer + 1; k < net.size(); ++k)
            a = sigmoid(matmul(constant(array_of(net[k].weight)), a) + constant(Array(net[k].bias)));
          const Expr e = a - constant(Array(y));
          return dot(e, e) / 2;
        },
        {Array(steps.z[layer]).type()});
    return evaluate(grad(of_z), {Array(steps.z[layer])})[0];
  }
};

TEST(TalkBackpropagation, BP1_the_output_error_is_grad_a_C_times_s_prime) {
  const Net342 n;
  const Vector delta = output_error(squared_error().gradient(n.steps.a[2], n.y), n.net[1].activation, n.steps.z[1]);
  EXPECT_TRUE(all_close(delta, flat({{n.by_z(1)}}), 1e-14));
}

TEST(TalkBackpropagation, BP2_the_error_of_a_layer_is_that_above_through_the_transposed_weights_times_s_prime) {
  const Net342 n;
  const Vector delta = error_before(n.net[1].weight, n.steps.delta[1], n.net[0].activation, n.steps.z[0]);
  EXPECT_TRUE(all_close(delta, flat({{n.by_z(0)}}), 1e-14));
}

TEST(TalkBackpropagation, BP3_the_derivative_by_a_bias_is_the_error) {
  const Net342 n;
  for (size_t l : {0u, 1u})
    EXPECT_TRUE(all_close({Array(bias_gradient(n.steps.delta[l]))}, {n.gradient[2 * l + 1]}, 1e-14));
}

TEST(TalkBackpropagation, BP4_the_derivative_by_a_weight_is_the_activation_below_times_the_error) {
  const Net342 n;
  for (size_t l : {0u, 1u})
    EXPECT_TRUE(all_close({array_of(weight_gradient(n.steps.a[l], n.steps.delta[l]))}, {n.gradient[2 * l]}, 1e-14));
}

TEST(TalkBackpropagation, five_steps_give_the_gradient) {
  const Net342 n;
  EXPECT_TRUE(all_close(parameters_of(n.steps.gradient), n.gradient, 1e-14));
}

TEST(TalkBackpropagation, five_steps_and_algorithm_6_4_are_one_algorithm) {
  const Net342 n;
  const auto pass = forward_propagation(n.net, n.x, n.y, squared_error());
  const auto gradient = back_propagation(n.net, pass, n.y, squared_error());
  for (size_t l : {0u, 1u}) {
    EXPECT_EQ(gradient[l].bias, n.steps.gradient[l].bias);
    EXPECT_EQ(gradient[l].weight.values, n.steps.gradient[l].weight.values);
  }
}

Program scalars() { return parse_formula("a = x*y, b = sin(a), c = a*b + y, exp(c)*b/x"); }
const std::vector<Array> point{Array(0.5), Array(0.8)};

TEST(TalkBackpropagation, algorithm_6_1_evaluates_the_graph) {
  const Program p = scalars();
  const auto u = forward_evaluation(p, std::vector{0.5, 0.8});
  EXPECT_EQ(u[index(p.outputs()[0])], evaluate(p, point)[0].item());
}

TEST(TalkBackpropagation, algorithm_6_2_fills_the_grad_table_with_the_gradient) {
  const Program p = scalars();
  const auto table = scalar_backpropagation(p, std::vector{0.5, 0.8}, p.outputs()[0]);
  EXPECT_EQ(table[index(p.outputs()[0])], 1);
  EXPECT_TRUE(all_close({table[0], table[1]}, flat(evaluate(grad(p), point)), 1e-14));
}

TEST(TalkBackpropagation, algorithms_6_5_and_6_6_write_the_gradient_down_as_a_program) {
  const Program p = scalars();
  const std::vector targets{ValueId{0}, ValueId{1}};
  const Program gradient = backprop(targets, p, p.outputs()[0]);
  EXPECT_TRUE(all_close(evaluate(gradient, point), evaluate(grad(p), point), 1e-14));
  EXPECT_EQ(simplify(gradient).size(), grad(p).size());  // every value and partial once: memoised
}

TEST(TalkBackpropagation, algorithms_6_5_and_6_6_differentiate_nets_of_arrays) {
  const Net342 n;
  const std::vector targets{ValueId{0}, ValueId{1}, ValueId{2}, ValueId{3}};
  EXPECT_TRUE(
      all_close(evaluate(backprop(targets, n.cost, n.cost.outputs()[0]), parameters_of(n.net)), n.gradient, 1e-14));
}

TEST(TalkBackpropagation, algorithms_6_5_and_6_6_differentiate_what_they_have_written) {
  const Program p = scalars();
  const std::vector targets{ValueId{0}, ValueId{1}};
  const Program gradient = backprop(targets, p, p.outputs()[0]);
  const auto h = evaluate(hessian(p), point);
  for (size_t row : {0u, 1u}) {
    const auto second = evaluate(backprop(targets, gradient, gradient.outputs()[row]), point);
    EXPECT_TRUE(all_close(second, {h[2 * row], h[2 * row + 1]}, 1e-14));
  }
}

}  // namespace
}  // namespace wengert
