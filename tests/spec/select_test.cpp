// SPDX-License-Identifier: Apache-2.0
//
// The dead side of a select never leaks: its derivative is exactly zero, whatever is infinite or undefined there.
#include <gtest/gtest.h>

#include <limits>

#include "derivative_checks.h"
#include "wengert/ad/accumulate.h"
#include "wengert/ad/derivatives.h"
#include "wengert/ad/linearize.h"
#include "wengert/exec/interpreter.h"
#include "wengert/plan/elimination_order.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// The gradient of sum(f) at x, which reverse mode and forward mode agree on.
template <class F> Array derivative(F f, const Array& x) {
  const Program p = trace([&](Expr e) { return sum(f(e)); }, {x.type()});
  const Array reverse = evaluate(grad(p), {x})[0];
  EXPECT_TRUE(all_close(evaluate(jacobian(p, {}, JacobianMode::forward), {x}), {reverse}, 0));
  return reverse;
}

Expr safe_root(Expr x) { return select(less(0, x), sqrt(x), 0); }

TEST(Select, an_infinite_partial_on_the_dead_side_does_not_leak) {
  EXPECT_EQ(derivative(safe_root, Array({3}, {0, 4, -1})), Array({3}, {0, 0.25, 0}));
}

TEST(Select, a_nan_on_the_dead_side_does_not_leak) {
  EXPECT_EQ(derivative([](Expr x) { return select(less(x, 0), x * x, log(x)); }, Array({2}, {-3, 2})), Array({2}, {-6, 0.5}));
}

TEST(Select, second_derivatives_do_not_leak) {
  const Program p = trace([](Expr x) { return sum(safe_root(x) * x); }, {f64({2})});
  EXPECT_EQ(evaluate(hessian(p), {Array({2}, {0, 4})})[0], Array({2, 2}, {0, 0, 0, 0.375}));
}

TEST(Select, with_a_scalar_condition_over_arrays_does_not_leak) {
  const auto f = [](Expr x) { return select(less(0, sum(x)), sqrt(x), 3 * x); };
  EXPECT_EQ(derivative(f, Array({2}, {0, -1})), Array({2}, {3, 3}));
}

TEST(Select, does_not_leak_through_reductions_and_products) {
  const auto f = [](Expr x) { return select(less(0, sum(x)), dot(sqrt(x), log(x)), sum(x)); };
  EXPECT_EQ(derivative(f, Array({2}, {0, -1})), Array({2}, {1, 1}));
}

TEST(Select, does_not_leak_out_of_nested_programs) {
  const Program root = trace([](Expr x) { return sqrt(x); }, {f64()}, "root");
  const auto called = [&](Expr x) { return select(less(0, x), call(root, {{x}})[0], 0); };
  EXPECT_EQ(derivative(called, Array(0.0)), Array(0.0));
  const auto mapped = [&](Expr x) { return select(less(0, x), map(root, {{x}})[0], 2 * x); };
  EXPECT_EQ(derivative(mapped, Array({2}, {0, 4})), Array({2}, {2, 0.25}));
  const auto all_or_none = [&](Expr x) { return select(less(0, sum(x)), map(root, {{x}})[0], 2 * x); };
  EXPECT_EQ(derivative(all_or_none, Array({2}, {0, 0})), Array({2}, {2, 2}));
}

TEST(Select, inside_a_nested_program_does_not_leak) {
  const Program body = trace(safe_root, {f64()}, "safe_root");
  EXPECT_EQ(derivative([&](Expr x) { return map(body, {{x}})[0]; }, Array({2}, {0, 4})), Array({2}, {0, 0.25}));
}

TEST(Select, does_not_leak_out_of_solvers) {
  const auto f = [](Expr a) { return select(less(0, log_determinant(a)), sum(inverse(a)), sum(a)); };
  EXPECT_EQ(derivative(f, Array({2, 2}, {1, 1, 1, 1})), Array({2, 2}, {1, 1, 1, 1}));  // singular: 1 / 0
}

TEST(Select, does_not_leak_in_any_elimination_order) {
  const Program p = trace([](Expr x) { return safe_root(x) * x; }, {f64()});
  const LinearGraph graph = linearize(p).graph;
  for (const auto& order : {forward_order(graph), reverse_order(graph), markowitz_order(graph)})
    EXPECT_EQ(evaluate(accumulate(p, order).program, {Array(0.0)})[0], Array(0.0));
}

TEST(Select, the_live_side_keeps_its_infinity) {
  const auto f = [](Expr x) { return select(less_equal(0, x), sqrt(x), 0); };
  EXPECT_EQ(derivative(f, Array(0.0)).item(), HUGE_VAL);
}

TEST(Select, a_value_used_on_both_sides_has_the_derivative_of_the_side_taken) {
  const auto f = [](Expr x) {
    const Expr root = sqrt(x);
    return select(less(x, 1), 2 * root, root * root);
  };
  EXPECT_TRUE(all_close({derivative(f, Array({2}, {0.25, 4}))}, {Array({2}, {2, 1})}, 1e-15));
}

TEST(Select, a_nan_condition_takes_the_second_side) {
  EXPECT_EQ(derivative([](Expr x) { return select(less(0, x * nan), 5 * x, x); }, Array(1.0)), Array(1.0));
}

TEST(Select, of_selects_takes_one_path) {
  const auto f = [](Expr x) { return select(less(x, 0), 0, select(less(x, 1), sqrt(x) * x, 1 / (x - 1))); };
  EXPECT_TRUE(all_close({derivative(f, Array({3}, {-1, 0.25, 3}))}, {Array({3}, {0, 0.75, -0.25})}, 1e-15));
  EXPECT_EQ(derivative([](Expr x) { return select(less(0, x), select(less(0, x), sqrt(x), 1 / x), x); }, Array(0.0)), Array(1.0));
}

}  // namespace
}  // namespace wengert
