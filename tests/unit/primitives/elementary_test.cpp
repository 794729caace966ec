// SPDX-License-Identifier: Apache-2.0
//
// The elementary functions where they are delicate: far out, at poles and branch points, at the edge of the domain.
#include "wengert/primitives/elementary.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

#include "evaluated.h"
#include "same_values.h"

namespace wengert {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
constexpr double pi = 3.14159265358979323846;

const std::vector<const Elementwise<1>*> functions_of_one{
    &exp_p,  &expm1_p, &log_p,  &log1p_p, &sqrt_p, &cbrt_p,  &sin_p,   &cos_p,   &tan_p, &asin_p, &acos_p,
    &atan_p, &sinh_p,  &cosh_p, &tanh_p,  &asinh_p, &acosh_p, &atanh_p, &erf_p,   &erfc_p, &lgamma_p};

template <class F> double value_at(F f, double x) { return evaluated(f, {Array(x)}).item(); }
template <class F> double slope_at(F f, double x) { return gradient(f, {Array(x)}).item(); }
/// The derivative of the derivative.
template <class F> double bend_at(F f, double x) {
  return evaluate(jvp(grad(traced(f, {Array(x)}))), {Array(x), Array(1.0)})[1].item();
}

TEST(Elementary, every_function_passes_nan_on) {
  for (const auto* f : functions_of_one)
    EXPECT_TRUE(std::isnan(value_at([&](Expr x) { return (*f)(x); }, nan))) << f->name;
  for (const auto* f : {&hypot_p, &atan2_p, &polygamma_p}) {
    EXPECT_TRUE(std::isnan(evaluated([&](Expr x, Expr y) { return (*f)(x, y); }, {Array(1.0), Array(nan)}).item())) << f->name;
    EXPECT_TRUE(std::isnan(evaluated([&](Expr x, Expr y) { return (*f)(x, y); }, {Array(nan), Array(1.0)}).item())) << f->name;
  }
}

TEST(Elementary, a_value_outside_the_domain_is_nan) {
  for (const auto* f : {&log_p, &sqrt_p, &asin_p, &acos_p, &acosh_p, &atanh_p, &log1p_p})
    EXPECT_TRUE(std::isnan(value_at([&](Expr x) { return (*f)(x); }, -1.5))) << f->name;
}

TEST(Elementary, f32_is_f64_rounded_once) {
  for (const auto* f : functions_of_one) {
    const Array x = Array(0.6999999).as(DType::f32);
    const double wide = value_at([&](Expr e) { return (*f)(e); }, x.item());
    EXPECT_TRUE(same_values({evaluated([&](Expr e) { return (*f)(e); }, {x})}, {Array(wide).as(DType::f32)})) << f->name;
  }
}

TEST(Elementary, unbounded_derivatives_are_infinite) {
  EXPECT_EQ(slope_at([](Expr x) { return sqrt(x); }, 0), infinity);
  EXPECT_EQ(slope_at([](Expr x) { return cbrt(x); }, 0), infinity);
  EXPECT_EQ(slope_at([](Expr x) { return log(x); }, 0), infinity);
  EXPECT_EQ(slope_at([](Expr x) { return log1p(x); }, -1), infinity);
  EXPECT_EQ(slope_at([](Expr x) { return asin(x); }, 1), infinity);
  EXPECT_EQ(slope_at([](Expr x) { return acos(x); }, -1), -infinity);
  EXPECT_EQ(slope_at([](Expr x) { return acosh(x); }, 1), infinity);
  EXPECT_EQ(slope_at([](Expr x) { return atanh(x); }, -1), infinity);
}

TEST(Elementary, the_derivative_of_acosh_is_nan_where_the_value_is) {
  EXPECT_TRUE(std::isnan(slope_at([](Expr x) { return acosh(x); }, -2)));
}

TEST(Exponentials, keep_their_digits_near_the_point_they_are_made_for) {
  EXPECT_EQ(value_at([](Expr x) { return expm1(x); }, 1e-30), 1e-30);
  EXPECT_EQ(value_at([](Expr x) { return log1p(x); }, 1e-30), 1e-30);
  EXPECT_DOUBLE_EQ(slope_at([](Expr x) { return expm1(x); }, -40), 0x1.39792499b1a24p-58) << "e^-40, not y + 1";
  EXPECT_EQ(slope_at([](Expr x) { return expm1(x); }, -infinity), 0);
}

TEST(Hyperbolic, derivatives_do_not_overflow) {
  EXPECT_DOUBLE_EQ(slope_at([](Expr x) { return asinh(x); }, 1e200), 1e-200);
  EXPECT_DOUBLE_EQ(slope_at([](Expr x) { return acosh(x); }, 1e200), 1e-200);
  EXPECT_EQ(slope_at([](Expr x) { return tanh(x); }, 1000), 0);
  EXPECT_EQ(slope_at([](Expr x) { return atan(x); }, 1e200), 0);
}

TEST(Inverse, derivatives_keep_their_digits_near_a_branch_point) {
  const double close = 1 - 0x1p-40;  // 1 - x^2 = 2^-39 - 2^-80, exactly (1 - x)(1 + x)
  const double expected = 1 / std::sqrt(0x1p-40 * (2 - 0x1p-40));
  EXPECT_DOUBLE_EQ(slope_at([](Expr x) { return asin(x); }, close), expected);
  EXPECT_DOUBLE_EQ(slope_at([](Expr x) { return acos(x); }, close), -expected);
  EXPECT_DOUBLE_EQ(slope_at([](Expr x) { return atanh(x); }, close), expected * expected);
}

TEST(Hypot, neither_overflows_nor_divides_by_zero) {
  const auto f = [](Expr x, Expr y) { return hypot(x, y); };
  EXPECT_DOUBLE_EQ(evaluated(f, {Array(3e300), Array(4e300)}).item(), 5e300);
  EXPECT_DOUBLE_EQ(gradient(f, {Array(3e300), Array(4e300)}).item(), 0.6);
  EXPECT_EQ(gradient(f, {Array(0.0), Array(0.0)}).item(), 0) << "the least-norm subgradient";
  EXPECT_FALSE(std::isfinite(bend_at([](Expr x) { return hypot(x, 2 * x); }, 0))) << "the curvature is unbounded";
}

TEST(Atan2, knows_the_quadrants) {
  const auto angle = [](double y, double x) {
    return evaluated([](Expr a, Expr b) { return atan2(a, b); }, {Array(y), Array(x)}).item();
  };
  EXPECT_DOUBLE_EQ(angle(1, 1), pi / 4);
  EXPECT_DOUBLE_EQ(angle(1, -1), 3 * pi / 4);
  EXPECT_DOUBLE_EQ(angle(-1, -1), -3 * pi / 4);
  EXPECT_DOUBLE_EQ(angle(0.0, -1), pi);
  EXPECT_DOUBLE_EQ(angle(-0.0, -1), -pi);
}

TEST(Atan2, has_a_derivative_everywhere_but_at_the_origin) {
  const auto by_y = [](double y, double x) {
    return gradient([](Expr a, Expr b) { return atan2(a, b); }, {Array(y), Array(x)}).item();
  };
  EXPECT_DOUBLE_EQ(by_y(3e200, 4e200), 0.16e-200);
  EXPECT_DOUBLE_EQ(by_y(3e-200, 4e-200), 0.16e200);
  EXPECT_EQ(by_y(0, -1), -1) << "on the cut the angle jumps, its derivative does not";
  EXPECT_TRUE(std::isnan(by_y(0, 0)));
}

TEST(ErrorFunction, keeps_its_digits_in_the_tail) {
  EXPECT_TRUE(same_values({evaluated([](Expr x) { return erfc(x); }, {Array(20.0)})}, {Array(0x1.b54f244df93dfp-583)}, 2));
  EXPECT_EQ(slope_at([](Expr x) { return erf(x); }, 1e200), 0);
  EXPECT_EQ(value_at([](Expr x) { return erf(x); }, -infinity), -1);
}

TEST(Gamma, log_gamma_is_infinite_at_its_poles) {
  for (double pole : {0.0, -1.0, -2.0}) EXPECT_EQ(value_at([](Expr x) { return lgamma(x); }, pole), infinity);
  EXPECT_TRUE(std::isnan(slope_at([](Expr x) { return lgamma(x); }, -1)));
}

TEST(Gamma, digamma_is_the_derivative_of_log_gamma) {
  for (double x : {-1.5, 0.25, 3.0, 50.0}) {
    EXPECT_EQ(slope_at([](Expr e) { return lgamma(e); }, x), value_at([](Expr e) { return digamma(e); }, x));
    EXPECT_NEAR(value_at([](Expr e) { return digamma(e + 1) - digamma(e) - 1 / e; }, x), 0, 1e-14);  // AS64 6.3.5
  }
  EXPECT_NEAR(value_at([](Expr e) { return digamma(e); }, -1.5), 0x1.680425af12b5ep-1, 1e-14);
  EXPECT_NEAR(bend_at([](Expr e) { return lgamma(e); }, -1.5), 0x1.2c22c9dc2b128p+3, 1e-12);
}

TEST(Polygamma, has_whole_orders_only) {
  const auto f = [](Expr n, Expr x) { return polygamma(n, x); };
  EXPECT_TRUE(std::isnan(evaluated(f, {Array(0.5), Array(1.0)}).item()));
  EXPECT_TRUE(std::isnan(evaluated(f, {Array(-1.0), Array(1.0)}).item()));
  EXPECT_TRUE(std::isnan(gradient(f, {Array(1.0), Array(2.0)}).item())) << "by the order";
  EXPECT_FALSE(std::isnan(slope_at([](Expr x) { return polygamma(1, x); }, 2))) << "by x";
}

}  // namespace
}  // namespace wengert
