// SPDX-License-Identifier: Apache-2.0
//
// Derivative rules of the user's own: an implicit function found by Newton's method, a function from a C library.
#include <gtest/gtest.h>

#include <cmath>

#include "derivative_checks.h"
#include "wengert/ad/derivatives.h"
#include "wengert/check/grad_check.h"
#include "wengert/exec/interpreter.h"
#include "wengert/trace/record.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

/// y with y^3 + a y = 1, by Newton's method from 1.
Program newton() {
  const Program step = trace([](Expr y, Expr a) { return y - (y * y * y + a * y - 1) / (3 * y * y + a); }, {f64(), f64()}, "newton_step");
  return trace([&](Expr a) { return scan(step, {{constant(Array(1.0))}}, {{a}}, {false}, 30); }, {f64()}, "newton");
}

/// The implicit function theorem: (3 y^2 + a) y_dot + y a_dot = 0, whatever found y.
Program implicit_rule() {
  return trace([](Expr a, Expr y, Expr a_dot) { return -y * a_dot / (3 * y * y + a); }, {f64(), f64(), f64()}, "implicit_rule");
}

Program root_of_cubic() {
  return trace([](Expr a) { return custom_jvp(newton(), implicit_rule(), {{a}}); }, {f64()}, "root_of_cubic");
}

TEST(CustomRule, an_implicit_function_is_differentiated_through_its_equation) {
  const Case c{"root", root_of_cubic(), {Array(2.0)}};
  EXPECT_TRUE(tangents_match_differences(c));
  EXPECT_TRUE(pullback_is_transpose(c));
}

TEST(CustomRule, an_implicit_function_has_second_derivatives) { EXPECT_TRUE(second_order_agrees({"root", root_of_cubic(), {Array(2.0)}})); }

TEST(CustomRule, the_derivative_of_an_implicit_function_does_not_run_the_solver_backwards) {
  const Program g = grad(root_of_cubic());
  int scans = 0;
  for (uint32_t v = 0; v < g.size(); ++v) scans += &g.primitive(ValueId{v}) == &scan_p;
  EXPECT_EQ(scans, 0);  // the value is found by `custom`; differentiating the loop would leave a scan
}

TEST(CustomRule, a_wrong_one_is_found_by_grad_check_and_named) {
  const Program wrong = trace([](Expr a, Expr y, Expr a_dot) { return y * a_dot / (3 * y * y + a); }, {f64(), f64(), f64()}, "wrong");
  const Program p = trace([&](Expr a) { return 2 * custom_jvp(newton(), wrong, {{a}})[0]; }, {f64()});
  const auto report = grad_check(p, std::vector{Array(2.0)});
  EXPECT_FALSE(report.passed);
  EXPECT_NE(report.where.find("custom"), std::string::npos) << report.where;
  EXPECT_NE(report.where.find("custom_rule_test.cpp:"), std::string::npos) << report.where;
}

// A black box, as a C library might have it, with its gradient.
extern "C" double black_box(double x, double y) { return x * std::exp(y) + y; }
extern "C" void black_box_gradient(double x, double y, double* by_x, double* by_y) {
  *by_x = std::exp(y);
  *by_y = x * std::exp(y) + 1;
}

const Foreign black_box_p("black_box", 2, [](const Signature& s) { return std::vector{s.operands[0]}; },
                          [](std::span<const ConstView> in, std::span<const View> out) {
                            *out[0].as<double>() = black_box(*in[0].as<double>(), *in[1].as<double>());
                          });
const Foreign black_box_gradient_p("black_box_gradient", 2, [](const Signature& s) { return std::vector{s.operands[0], s.operands[1]}; },
                                   [](std::span<const ConstView> in, std::span<const View> out) {
                                     black_box_gradient(*in[0].as<double>(), *in[1].as<double>(), out[0].as<double>(), out[1].as<double>());
                                   });

Program wrapped_black_box() {
  const Program body = trace([](Expr x, Expr y) { return black_box_p(x, {y}); }, {f64(), f64()}, "black_box");
  const Program vjp = trace(
      [](Expr x, Expr y, Expr, Expr f_bar) {
        const auto partials = record_all(black_box_gradient_p, {{x, y}});
        return std::pair(f_bar * partials[0], f_bar * partials[1]);
      },
      {f64(), f64(), f64(), f64()}, "black_box_vjp");
  return trace([&](Expr x, Expr y) { return sin(custom_vjp(body, vjp, {{x, y}})[0]); }, {f64(), f64()}, "wrapped");
}

TEST(CustomRule, a_black_box_is_differentiated_by_its_own_vjp) {
  const Case c{"black box", wrapped_black_box(), {Array(0.5), Array(0.25)}};
  EXPECT_TRUE(tangents_match_differences(c));  // forward mode: one VJP an output element
  EXPECT_TRUE(pullback_is_transpose(c));
  EXPECT_TRUE(both_modes_give_one_jacobian(c));
}

TEST(CustomRule, forward_mode_of_a_vjp_on_arrays_runs_it_once_a_row) {
  const Program body = trace([](Expr x) { return x * sin(x); }, {f64({3})}, "body");
  const Program vjp = trace([](Expr x, Expr, Expr y_bar) { return y_bar * (sin(x) + x * cos(x)); }, {f64({3}), f64({3}), f64({3})}, "rule");
  const Program p = trace([&](Expr x) { return custom_vjp(body, vjp, {{x}}); }, {f64({3})});
  EXPECT_TRUE(all_close(tangents(p, {Array({3}, {1, 2, 3})}, {Array({3}, {0.5, -1, 2})}),
                        tangents(body, {Array({3}, {1, 2, 3})}, {Array({3}, {0.5, -1, 2})}), 1e-14));
}

std::string id_of_error(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& error) {
    return error.id();
  }
  return "none";
}

TEST(CustomRule, is_not_used_on_a_branch_that_its_body_was_not_recorded_for) {
  const Program body = record([](const std::vector<Real>& x) { return x[0] < 1 ? x[0] * x[0] : x[0]; }, {0.5});
  const Program rule = trace([](Expr x, Expr, Expr x_dot) { return 2 * x * x_dot; }, {f64(), f64(), f64()}, "rule");
  const Program g = grad(trace([&](Expr x) { return custom_jvp(body, rule, {{x}}); }, {f64()}));
  EXPECT_EQ(evaluate(g, {Array(0.25)})[0], Array(0.5));
  EXPECT_EQ(id_of_error([&] { evaluate(g, {Array(3.0)}); }), "W701");
}

TEST(CustomRule, without_one_a_foreign_function_cannot_be_differentiated) {
  const Program p = trace([](Expr x, Expr y) { return black_box_p(x, {y}); }, {f64(), f64()});
  EXPECT_DOUBLE_EQ(evaluate(p, {Array(2.0), Array(0.0)})[0].item(), 2);
  EXPECT_EQ(id_of_error([&] { grad(p); }), "W130");
  EXPECT_EQ(id_of_error([&] { jvp(p, {1}); }), "W130");
}

TEST(CustomRule, a_foreign_function_of_what_does_not_vary_is_no_obstacle) {
  const Program p = trace([](Expr x, Expr y) { return x * black_box_p(y, {y}); }, {f64(), f64()});
  EXPECT_DOUBLE_EQ(evaluate(grad(p, {0}), {Array(5.0), Array(0.0)})[0].item(), 0);
}

TEST(CustomRule, what_a_vjp_cannot_give_is_an_error) {
  EXPECT_EQ(id_of_error([] { jvp(jvp(wrapped_black_box())); }), "W130");
  EXPECT_EQ(id_of_error([] { grad(grad(trace([](Expr x) { return replay(wrapped_black_box(), {{x, x}}); }, {f64()}))); }), "W130");
}

/// What becomes of a rule (x, y, seed) -> derivative of sin: an id, or "none".
template <class F> std::pair<std::string, std::string> judged(F rule) {
  const Program body = trace([](Expr x) { return sin(x); }, {f64()}, "body");
  const Program traced = trace(rule, {f64(), f64(), f64()}, "rule");
  return {id_of_error([&] { trace([&](Expr x) { return custom_jvp(body, traced, {{x}}); }, {f64()}); }),
          id_of_error([&] { trace([&](Expr x) { return custom_vjp(body, traced, {{x}}); }, {f64()}); })};
}

TEST(CustomRule, that_is_not_linear_is_an_error) {
  const std::pair<std::string, std::string> refused{"W133", "W133"}, taken{"none", "none"};
  EXPECT_EQ(judged([](Expr x, Expr, Expr seed) { return cos(x) * seed; }), taken);
  EXPECT_EQ(judged([](Expr x, Expr, Expr seed) { return seed / x - 2 * (seed + 0); }), taken);
  EXPECT_EQ(judged([](Expr, Expr, Expr) { return Expr(0); }), taken);
  EXPECT_EQ(judged([](Expr x, Expr, Expr seed) { return select(less(x, 0), seed, 0); }), taken);
  EXPECT_EQ(judged([](Expr x, Expr, Expr) { return cos(x); }), refused);  // the seed is forgotten
  EXPECT_EQ(judged([](Expr x, Expr, Expr seed) { return cos(x) * seed + x; }), refused);
  EXPECT_EQ(judged([](Expr x, Expr, Expr seed) { return select(less(x, 0), seed, x); }), refused);
  EXPECT_EQ(judged([](Expr, Expr, Expr seed) { return seed * seed; }), refused);
  EXPECT_EQ(judged([](Expr, Expr, Expr seed) { return dot(seed, seed); }), refused);
  EXPECT_EQ(judged([](Expr x, Expr, Expr seed) { return x / seed; }), refused);
  EXPECT_EQ(judged([](Expr, Expr, Expr seed) { return abs(seed); }), refused);
  EXPECT_EQ(judged([](Expr x, Expr, Expr seed) { return cos(x) * stop_gradient(seed); }), refused);
}

TEST(CustomRule, of_the_wrong_shape_is_an_error) {
  const Program body = trace([](Expr x) { return sin(x); }, {f64()}, "body");
  const Program rule = trace([](Expr x, Expr x_dot) { return x * x_dot; }, {f64(), f64()}, "rule");  // y is missing
  EXPECT_EQ(id_of_error([&] { trace([&](Expr x) { return custom_jvp(body, rule, {{x}}); }, {f64()}); }), "W208");
}

}  // namespace
}  // namespace wengert
