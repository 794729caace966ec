// SPDX-License-Identifier: Apache-2.0
//
// Algorithms 6.3 and 6.4 and Nielsen's equations: odd cases and errors.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "derivative_checks.h"
#include "teach_nets.h"
#include "wengert/teach/nielsen.h"

namespace wengert::teach {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

template <class F> std::string message_of(F f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(TeachNets, a_record_is_a_function_with_its_derivative) {
  const ScalarFunction f = scalar_function(sigmoid_p);
  EXPECT_EQ(f.value(0), 0.5);
  EXPECT_EQ(f.derivative(0), 0.25);
  EXPECT_THAT(values(identity(), {1, -2}), ElementsAre(1, -2));
  EXPECT_THAT(derivatives(identity(), {1, -2}), ElementsAre(1, 1));
}

TEST(TeachNets, a_net_without_layers_is_its_input) {
  const auto pass = forward_propagation({}, {1, 2}, {0, 0}, squared_error());
  EXPECT_EQ(pass.cost, 2.5);
  EXPECT_TRUE(back_propagation({}, pass, {0, 0}, squared_error()).empty());
  EXPECT_TRUE(five_steps({}, {1, 2}, {0, 0}, squared_error()).gradient.empty());
}

TEST(TeachNets, a_regulariser_is_any_sum_of_a_function_of_each_parameter) {
  const std::vector<Layer> net{{Matrix(1, 2, {3, -4}), {2}, identity()}};
  const Regularizer lasso{0.5, scalar_function(abs_p)};
  const auto pass = forward_propagation(net, {0, 0}, {2}, squared_error(), lasso);
  EXPECT_EQ(pass.cost, 0.5 * (3 + 4 + 2));
  const auto gradient = back_propagation(net, pass, {2}, squared_error(), lasso);
  EXPECT_THAT(gradient[0].weight.values, ElementsAre(0.5, -0.5));
  EXPECT_THAT(gradient[0].bias, ElementsAre(0.5));
}

TEST(TeachNets, a_loss_of_the_users_own_is_a_value_and_a_gradient) {
  const Loss log_loss{
      [](const Vector& y_hat, const Vector& y) {
        return -y[0] * std::log(y_hat[0]) - (1 - y[0]) * std::log(1 - y_hat[0]);
      },
      [](const Vector& y_hat, const Vector& y) { return Vector{(y_hat[0] - y[0]) / (y_hat[0] * (1 - y_hat[0]))}; }};
  const std::vector<Layer> net{{Matrix(1, 2, {3, -4}), {2}, scalar_function(sigmoid_p)}};
  const auto steps = five_steps(net, {0.5, 1}, {1}, log_loss);
  EXPECT_NEAR(steps.delta[0][0], steps.a[1][0] - 1, 1e-15);  // with this loss the sigmoid's slope cancels
}

TEST(TeachNets, layers_that_do_not_fit_are_errors) {
  const std::vector<Layer> net{{Matrix(2, 3), {0, 0}, identity()}};
  const auto run = [&](const std::vector<Layer>& layers, const Vector& x, const Vector& y) {
    return message_of([&] { forward_propagation(layers, x, y, squared_error()); });
  };
  EXPECT_THAT(run(net, {1, 2}, {0, 0}),
              HasSubstr("W201 shape: matmul needs equal inner extents; left is f64[2,3], right is f64[2] (3 vs 2)"));
  EXPECT_THAT(run(net, {1, 2, 3}, {0}), HasSubstr("W203 shape: shapes [2] and [1] are to be equal: 2 vs 1"));
  EXPECT_THAT(run({{Matrix(2, 3), {0}, identity()}}, {1, 2, 3}, {0, 0}), HasSubstr("W203"));
  EXPECT_THAT(message_of([&] { five_steps(net, {1}, {0, 0}, squared_error()); }), HasSubstr("W201"));
  EXPECT_THAT(message_of([] {
                Matrix(2, 2, {1, 2, 3});
              }),
              HasSubstr("W204 shape: shape [2,2] has 4 elements, 3 were given"));
}

TEST(TeachNets, the_forward_pass_of_another_net_is_an_error) {
  const std::vector<Layer> net{{Matrix(2, 3), {0, 0}, identity()}};
  EXPECT_THAT(message_of([&] {
                back_propagation(net, {}, {0, 0}, squared_error());
              }),
              HasSubstr("W203 shape: a forward pass of 0 layers does not fit a net of 1"));
}

}  // namespace
}  // namespace wengert::teach
