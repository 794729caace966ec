// SPDX-License-Identifier: Apache-2.0
//
// Derivatives of C++ functions as numbers.
#include "wengert/api/gradient.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace wengert {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

template <class F> std::string message_of(F f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "no Error";
}

TEST(Gradient, of_a_function_of_two_numbers) {
  const auto [y, g] = gradient([](auto x1, auto x2) { return x1 * x2 + sin(x1); }, {2, 3});
  EXPECT_EQ(y, 6 + std::sin(2.0));
  EXPECT_THAT(g, ElementsAre(3 + std::cos(2.0), 2));
}

TEST(Gradient, of_a_function_of_a_vector) {
  const std::vector<double> x{1, 2, 3};
  const auto f = [](const auto& v) {
    auto sum = v[0] * 0;
    for (const auto& each : v) sum += each * each;
    return sum;
  };
  EXPECT_THAT(gradient(f, x).gradient, ElementsAre(2, 4, 6));
  EXPECT_EQ(gradient(f, x).value, f(x));
}

TEST(Gradient, a_constant_function_has_gradient_zero) {
  EXPECT_THAT(gradient([](std::span<const Real>) { return Real(3); }, {1, 2}).gradient, ElementsAre(0, 0));
}

TEST(Gradient, functions_with_state_may_be_passed) {
  struct Counter {
    int calls = 0;
    Real operator()(std::span<const Real> x) { return x[0] * static_cast<double>(++calls); }
  } counter;
  EXPECT_THAT(gradient(counter, {1}).gradient, ElementsAre(1));
  EXPECT_THAT(gradient(counter, {1}).gradient, ElementsAre(2));
}

TEST(Derivative, of_one_number) {
  const auto [y, dy] = derivative([](auto x) { return exp(2 * x); }, 0);
  EXPECT_EQ(y, 1);
  EXPECT_EQ(dy, 2);
}

TEST(Jacobian, of_a_function_with_several_results) {
  const auto [y, j] = jacobian([](Real a, Real b, Real c) { return std::pair(a * b, b - c); }, {2, 3, 4});
  EXPECT_THAT(y, ElementsAre(6, -1));
  EXPECT_THAT(j, ElementsAre(3, 2, 0, 0, 1, -1));
}

TEST(Products, jvp_and_vjp_are_transposes) {
  const auto f = [](Real a, Real b, Real c) { return std::pair(a * b * c, sin(b) - c); };
  const std::vector<double> x{2, 3, 4}, x_dot{1, -2, 0.5}, y_bar{3, 7};
  const auto [y, y_dot] = jvp(f, x, x_dot);
  const auto [same_y, x_bar] = vjp(f, x, y_bar);
  EXPECT_EQ(y, same_y);
  EXPECT_NEAR(y_bar[0] * y_dot[0] + y_bar[1] * y_dot[1],
              x_bar[0] * x_dot[0] + x_bar[1] * x_dot[1] + x_bar[2] * x_dot[2], 1e-12);
}

TEST(Gradient, W151_a_result_computed_from_numbers_taken_out) {
  const auto f = [](std::span<const Real> x) { return Real(value(x[0]) * value(x[1])); };
  EXPECT_THAT(message_of([&] {
                gradient(f, {1, 2});
              }),
              HasSubstr("W151 usage: the result depends on no input: it was computed"));
  EXPECT_THAT(message_of([&] { jacobian(f, {1, 2}); }), HasSubstr("\n  at gradient_test.cpp:"));
}

TEST(Gradient, W152_several_results) {
  EXPECT_THAT(message_of([] {
                gradient([](Real a, Real b) { return std::pair(a, b); }, {1, 2});
              }),
              HasSubstr("W152 usage: gradient needs a function with one result; \"f\" has 2\n  fix: use jacobian"));
}

}  // namespace
}  // namespace wengert
