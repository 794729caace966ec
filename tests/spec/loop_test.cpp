// SPDX-License-Identifier: Apache-2.0
//
// Loops are differentiated as loops: what their derivatives store does not grow with what a step computes.
#include <gtest/gtest.h>

#include "derivative_checks.h"
#include "wengert/ad/derivatives.h"
#include "wengert/exec/interpreter.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

constexpr int64_t length = 1000;

/// A step of some forty operations.
Expr long_step(Expr x) {
  for (int k = 0; k < 20; ++k) x = sin(x) + 0.5;
  return x;
}

/// Values of p that hold a number for each step.
int stored(const Program& p) {
  int count = 0;
  for (uint32_t v = 0; v < p.size(); ++v) count += p.type(ValueId{v}).shape.rank() > 0 && p.type(ValueId{v}).shape[0] == length;
  return count;
}

TEST(Map, derivative_recomputes_rather_than_stores) {
  const Program body = trace(long_step, {f64()}, "long_step");
  const Program p = trace([&](Expr x) { return sum_map(body, {{x}}); }, {f64({length})});
  EXPECT_LE(stored(grad(p)), 2);  // x and x_bar
  EXPECT_LE(Interpreter(grad(p)).workspace_bytes(), 2 * length * sizeof(double) + 4096);
}

TEST(Map, derivative_equals_that_of_the_operations_written_out) {
  const Program body = trace(long_step, {f64()}, "long_step");
  const Program looped = trace([&](Expr x) { return sum(map(body, {{x}})[0]); }, {f64({5})});
  const Program whole = trace([&](Expr x) { return sum(long_step(x)); }, {f64({5})});
  const Array x({5}, {-2, -1, 0, 1, 2});
  EXPECT_TRUE(all_close(evaluate(grad(looped), {x}), evaluate(grad(whole), {x}), 1e-14));
}

TEST(Scan, derivative_keeps_the_carries_and_nothing_else) {
  const Program step = trace([](Expr s, Expr x) { return long_step(0.5 * s + x); }, {f64(), f64()}, "step");
  const Program p = trace([&](Expr s, Expr x) { return scan(step, {{s}}, {{x}}); }, {f64(), f64({length})});
  EXPECT_LE(stored(grad(p)), 4);  // x, the carries, the last result's cotangents, x_bar
}

TEST(Scan, derivative_equals_that_of_the_steps_written_out) {
  const Program step = trace([](Expr s, Expr x) { return sin(s * x) + x; }, {f64(), f64()}, "step");
  const Program looped = trace([&](Expr s, Expr x) { return scan(step, {{s}}, {{x}}); }, {f64(), f64({4})});
  const Program unrolled = trace(
      [](Expr s, Expr x) {
        for (int64_t k = 0; k < 4; ++k) s = sin(s * element(x, {k})) + element(x, {k});
        return s;
      },
      {f64(), f64({4})});
  const std::vector<Array> at{Array(0.5), Array({4}, {1, -2, 0.5, 3})};
  EXPECT_TRUE(all_close(evaluate(grad(looped), at), evaluate(grad(unrolled), at), 1e-14));
}

TEST(Scan, second_derivatives_exist) {
  const Program step = trace([](Expr s, Expr x) { return tanh(s + x); }, {f64(), f64()}, "step");
  const Program p = trace([&](Expr s, Expr x) { return scan(step, {{s}}, {{x}}); }, {f64(), f64({3})});
  EXPECT_TRUE(second_order_agrees({"scan", p, {Array(0.1), Array({3}, {0.2, -0.3, 0.4})}}));
}

TEST(Loops, of_no_step_have_the_derivative_of_nothing) {
  const Program step = trace([](Expr s, Expr x) { return s * x; }, {f64(), f64()}, "step");
  const Program p = trace([&](Expr s, Expr x) { return scan(step, {{s}}, {{x}}); }, {f64(), f64({0})});
  EXPECT_EQ(evaluate(grad(p), {Array(3.0), Array(f64({0}))})[0], Array(1.0));
}

}  // namespace
}  // namespace wengert
