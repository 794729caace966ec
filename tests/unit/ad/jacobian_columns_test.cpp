// SPDX-License-Identifier: Apache-2.0
//
// Jacobians by columns written out in scalars: the entries of the other modes, at the cost of those that are not always
// 0, in one loop over the points where there is one.
#include <gtest/gtest.h>

#include "random_cases.h"
#include "random_program.h"
#include "same_values.h"
#include "wengert/ad/derivatives.h"
#include "wengert/exec/interpreter.h"
#include "wengert/passes/scalar_loops.h"
#include "wengert/primitives/primitives.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

/// Points moved by two joints, of which the second hangs on the first: (angles[2], x[n, 2], weight[n, 2]) -> [n, 2].
Program arm(int64_t n) {
  const Program skin = trace([](Expr joints, Expr x, Expr weight) { return matmul(weight, matmul(joints, x)); },
                             {f64({2, 2, 2}), f64({2}), f64({2})}, "skin");
  return trace(
      [&](Expr angles, Expr x, Expr weight) {
        const auto turn = [](Expr a) { return reshape(stack({cos(a), -sin(a), sin(a), cos(a)}), {2, 2}); };
        const Expr first = turn(element(angles, {0})), second = matmul(first, turn(element(angles, {1})));
        return map(skin, {{stack({first, second}), x, weight}}, {false, true, true})[0];
      },
      {f64({2}), f64({n, 2}), f64({n, 2})}, "arm");
}

const std::vector<Array> arm_point{Array({0.5, -0.25}), Array({3, 2}, {1, 2, -1, 0.5, 3, -2}),
                                   Array({3, 2}, {0.25, 0.75, 0.5, 0.5, 1, 0})};

size_t count(const Program& p, const Primitive& primitive) {
  size_t lines = 0;
  for (uint32_t v = 0; v < p.size(); ++v) lines += &p.primitive(ValueId{v}) == &primitive;
  return lines;
}

TEST(JacobianColumns, are_one_loop_over_the_points) {
  const Program j = jacobian(arm(3), {0}, JacobianMode::columns);
  EXPECT_EQ(count(j, map_p), 1u);
  EXPECT_EQ(j.output_types(), jacobian(arm(3), {0}, JacobianMode::forward).output_types());
  EXPECT_TRUE(
      same_values(evaluate(j, arm_point), evaluate(jacobian(arm(3), {0}, JacobianMode::forward), arm_point), 8, 1e-15));
}

TEST(JacobianColumns, entries_that_are_always_0_cost_nothing) {
  const Program j = jacobian(arm(3), {0}, JacobianMode::columns);
  uint32_t v = 0;
  while (&j.primitive(ValueId{v}) != &map_p) ++v;
  // d/da0 moves both joints: 2 matrices of 4 entries and 2 weights for each of 2 coordinates; d/da1 the second one
  // alone.
  EXPECT_EQ(count(j.attributes(ValueId{v}).program("body"), mul_p), 8u + 4u + 4u + 2u);
}

TEST(JacobianColumns, are_what_fewest_takes_where_they_are_less_work) {
  EXPECT_EQ(jacobian(arm(3), {0}, JacobianMode::fewest), jacobian(arm(3), {0}, JacobianMode::columns));
  const Program large = trace([](Expr x) { return matmul(x, x); }, {f64({12, 12})}, "large");
  EXPECT_EQ(jacobian(large, {}, JacobianMode::fewest), jacobian(large));
}

TEST(JacobianColumns, agree_with_forward_mode_on_random_programs) {
  for (uint64_t key = 0; key < random_cases(120); ++key) {
    const RandomProgram drawn = random_program(key, {.draws = 15, .nesting = 2});
    Program columns, forward;
    try {
      forward = jacobian(drawn.program, {}, JacobianMode::forward);
      columns = jacobian(drawn.program, {}, JacobianMode::columns);
    } catch (const Error& error) {
      if (error.id() == "W450" || error.id() == "W130") continue;
      throw;
    }
    EXPECT_TRUE(same_values(evaluate(columns, drawn.point), evaluate(forward, drawn.point), 1e6, 1e-9))
        << "key " << key;
  }
}

TEST(JacobianColumns, keep_the_derivatives_that_are_stated_at_kinks) {
  const Program p = trace([](Expr x) { return norm(x) + max_reduce(x); }, {f64({2})});
  const std::vector<Array> zero{Array({0.0, 0.0})};
  EXPECT_TRUE(same_values(evaluate(jacobian(p, {}, JacobianMode::columns), zero),
                          evaluate(jacobian(p, {}, JacobianMode::forward), zero)));
}

TEST(JacobianColumns, guards_of_points_are_looked_at) {
  const Program body = trace(
      [](Expr a, Expr x) {
        guard(less(x, 1.0), true);
        return a * x;
      },
      {f64(), f64()}, "body");
  const Program p = trace([&](Expr a, Expr x) { return map(body, {{a, x}}, {false, true})[0]; }, {f64(), f64({2})});
  const Program j = jacobian(p, {0}, JacobianMode::columns);
  EXPECT_TRUE(same_values(evaluate(j, {2.0, Array({0.5, -3.0})}), {Array({0.5, -3.0})}));
  EXPECT_THROW(evaluate(j, {2.0, Array({0.5, 3.0})}), Error);
}

TEST(ScalarLoops, have_the_values_of_the_program) {
  for (uint64_t key = 0; key < random_cases(120); ++key) {
    const RandomProgram drawn = random_program(key, {.draws = 20, .nesting = 2});
    const Program q = scalar_loops(drawn.program, std::vector<bool>(drawn.program.inputs(), false));
    EXPECT_TRUE(same_values(evaluate(q, drawn.point), evaluate(drawn.program, drawn.point), 64, 1e-12))
        << "key " << key;
  }
}

}  // namespace
}  // namespace wengert
