// SPDX-License-Identifier: Apache-2.0
//
// Where a function has an edge, its derivatives of first and second order say so: what is unbounded is infinite or NaN,
// never a number; what is chosen at a kink is 0; what is computed of NaN is NaN.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "derivative_checks.h"
#include "wengert/ad/derivatives.h"
#include "wengert/exec/interpreter.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

const Program& power() {
  static const Program p = trace([](Expr x, Expr y) { return pow(x, y); }, {f64(), f64()});
  return p;
}

std::vector<double> gradient_of(const Program& p, const std::vector<Array>& x) { return flat(evaluate(grad(p), x)); }
std::vector<double> hessian_of(const Program& p, const std::vector<Array>& x) { return flat(evaluate(hessian(p), x)); }

TEST(Edges, the_derivative_of_a_length_at_0_is_0_and_its_curvature_unbounded) {
  const Program length = trace([](Expr x, Expr y) { return hypot(x, y); }, {f64(), f64()});
  EXPECT_EQ(gradient_of(length, {Array(0.0), Array(0.0)}), (std::vector<double>{0, 0}));
  for (const DType dtype : {DType::f64, DType::f32}) {
    const Program p = trace([](Expr x) { return norm(x); }, {Type{dtype, {2}}});
    const std::vector<Array> x{Array({2}, {0, 0}).as(dtype)};
    EXPECT_EQ(gradient_of(p, x), (std::vector<double>{0, 0}));
    for (const double entry : hessian_of(p, x)) EXPECT_FALSE(std::isfinite(entry));
  }
  const auto h = hessian_of(length, {Array(0.0), Array(0.0)});
  EXPECT_EQ(h[0], infinity);
  EXPECT_EQ(h[3], infinity);
}

TEST(Edges, a_length_of_one_number_has_the_derivative_of_abs) {
  const Program p = trace([](Expr x) { return hypot(x, 0) - abs(x); }, {f64()});
  for (const double x : {-2.0, 0.0, 1e-320, 3.0}) EXPECT_EQ(gradient_of(p, {Array(x)}), std::vector<double>{0}) << x;
}

TEST(Edges, a_power_of_0_by_its_exponent_is_minus_infinity_at_0_and_0_above) {
  EXPECT_EQ(gradient_of(power(), {Array(0.0), Array(0.0)}), (std::vector<double>{0, -infinity}));
  EXPECT_EQ(gradient_of(power(), {Array(0.0), Array(2.0)}), (std::vector<double>{0, 0}));
  EXPECT_EQ(gradient_of(trace([](Expr x) { return pow(x, x); }, {f64()}), {Array(0.0)}), std::vector<double>{-infinity});
}

TEST(Edges, the_mixed_derivative_of_a_power_is_the_same_from_both_sides) {
  const auto mixed = [](double x, double y) {
    const auto h = hessian_of(power(), {Array(x), Array(y)});
    EXPECT_TRUE(h[1] == h[2]) << x << " " << y << ": " << h[1] << " " << h[2];
    return h[1];
  };
  EXPECT_DOUBLE_EQ(mixed(2, 0), 0.5);
  EXPECT_DOUBLE_EQ(mixed(2, 3), 4 + 12 * std::log(2.0));
}

TEST(Edges, derivatives_of_a_power_with_a_constant_exponent_stay_cheap) {
  EXPECT_EQ(grad(trace([](Expr x) { return pow(x, 2.5); }, {f64()})).size(), 5U) << "x, 1.5, x^1.5, 2.5 and their product";
}

TEST(Edges, partials_at_0_do_not_trap) {
  for (const double y : {0.0, 0.5, 1.0, 2.0})
    EXPECT_NO_THROW(evaluate(grad(power()), std::vector{Array(0.0), Array(y)}, {.trap_nan = true})) << y;
}

}  // namespace
}  // namespace wengert
