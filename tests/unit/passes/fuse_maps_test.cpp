// SPDX-License-Identifier: Apache-2.0
//
// Fusing maps: what loops over the same points becomes one loop, what depends on another loop stays, values are the
// same.
#include "wengert/passes/fuse_maps.h"

#include <gtest/gtest.h>

#include "same_values.h"
#include "wengert/ad/derivatives.h"
#include "wengert/exec/interpreter.h"
#include "wengert/primitives/primitives.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

size_t maps(const Program& p) {
  size_t count = 0;
  for (uint32_t v = 0; v < p.size(); ++v) count += &p.primitive(ValueId{v}) == &map_p;
  return count;
}

const Array points({0.5, -1.0, 2.0});

/// The body of the only map of `p`.
const Program& body_of(const Program& p) {
  uint32_t v = 0;
  while (&p.primitive(ValueId{v}) != &map_p) ++v;
  return p.attributes(ValueId{v}).program("body");
}

Program body(Expr (*f)(Expr, Expr)) { return trace(f, {f64(), f64()}, "body"); }

TEST(FuseMaps, value_and_gradient_of_a_sum_are_one_loop) {
  const Program term = body([](Expr a, Expr x) { return exp(a * x); });
  const Program f = trace([&](Expr a, Expr x) { return sum_map(term, {{a, x}}, {false, true})[0]; }, {f64(), f64({3})});
  const Program g = value_and_grad(f);
  EXPECT_EQ(maps(g), 1u);
  size_t exponentials = 0;
  const Program& both = body_of(g);
  for (uint32_t v = 0; v < both.size(); ++v) exponentials += &both.primitive(ValueId{v}) == &exp_p;
  EXPECT_EQ(exponentials, 1u);
  const auto fused = evaluate(g, {0.5, points}), alone = evaluate(grad(f), {0.5, points});
  EXPECT_TRUE(same_values({fused[0]}, evaluate(f, {0.5, points})));
  EXPECT_TRUE(same_values({fused[1], fused[2]}, alone));
}

TEST(FuseMaps, a_loop_that_needs_the_others_result_stays) {
  const Program square = body([](Expr a, Expr x) { return a * x * x; });
  const Program p = trace(
      [&](Expr a, Expr x) {
        const Expr first = sum_map(square, {{a, x}}, {false, true})[0];
        return sum_map(square, {{sin(first), x}}, {false, true})[0];
      },
      {f64(), f64({3})});
  EXPECT_EQ(maps(fuse_maps(p)), 2u);
}

TEST(FuseMaps, lines_that_the_second_loop_needs_move_before_the_first) {
  const Program square = body([](Expr a, Expr x) { return a * x * x; });
  const Program p = trace(
      [&](Expr a, Expr x) {
        const Expr first = sum_map(square, {{a, x}}, {false, true})[0];
        const Expr used = cos(first), moved = sin(a) + 1;
        return std::pair(used, map(square, {{moved, x}}, {false, true})[0]);
      },
      {f64(), f64({3})});
  const Program q = fuse_maps(p);
  EXPECT_EQ(maps(q), 1u);
  EXPECT_TRUE(same_values(evaluate(q, {0.5, points}), evaluate(p, {0.5, points})));
}

TEST(FuseMaps, an_operand_sliced_by_one_loop_and_whole_in_another_is_both) {
  const Program whole = trace([](Expr x, Expr all) { return x * sum(all); }, {f64(), f64({3})}, "whole");
  const Program half = trace([](Expr x) { return 0.5 * x; }, {f64()}, "half");
  const Program p = trace(
      [&](Expr x) {
        return std::pair(map(whole, {{x, x}}, {true, false})[0], map(half, {{x}})[0]);
      },
      {f64({3})});
  const Program q = fuse_maps(p);
  EXPECT_EQ(maps(q), 1u);
  EXPECT_TRUE(same_values(evaluate(q, {points}), evaluate(p, {points})));
}

TEST(FuseMaps, loops_of_other_lengths_or_over_other_points_stay) {
  const Program half = trace([](Expr x) { return 0.5 * x; }, {f64()}, "half");
  const Program p = trace(
      [&](Expr x, Expr y, Expr z) {
        return std::array{map(half, {{x}})[0], map(half, {{y}})[0], map(half, {{z}})[0]};
      },
      {f64({3}), f64({3}), f64({4})});
  EXPECT_EQ(fuse_maps(p), p);
}

}  // namespace
}  // namespace wengert
