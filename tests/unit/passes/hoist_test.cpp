// SPDX-License-Identifier: Apache-2.0
//
// Loop-invariant code: what depends on shared operands alone is computed before the loop; what could be noticed stays.
#include "wengert/passes/hoist.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "random_cases.h"
#include "random_program.h"
#include "same_values.h"
#include "wengert/ad/derivatives.h"
#include "wengert/exec/interpreter.h"
#include "wengert/primitives/primitives.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

size_t count(const Program& p, const Primitive& primitive) {
  size_t lines = 0;
  for (uint32_t v = 0; v < p.size(); ++v) lines += &p.primitive(ValueId{v}) == &primitive;
  return lines;
}

/// The body of the only loop of `p`.
const Program& body_of(const Program& p, const Primitive& loop) {
  uint32_t v = 0;
  while (&p.primitive(ValueId{v}) != &loop) ++v;
  return p.attributes(ValueId{v}).program("body");
}

/// map of (a shared, x) -> f over `length` points.
template <class F> Program loop_of(F f, int64_t length, const Type& shared = f64()) {
  const Program body = trace(f, {shared, f64()}, "body");
  return trace([&](Expr a, Expr x) { return map(body, {{a, x}}, {false, true}); }, {shared, f64({length})}, "loop");
}

const Array points({0.5, -1.0, 2.0});

TEST(Hoist, what_no_point_changes_is_computed_once) {
  const Program p = loop_of([](Expr a, Expr x) { return x * sin(exp(a)); }, 3);
  const Program q = hoist(p);
  EXPECT_EQ(count(q, exp_p) + count(q, sin_p), 2u);
  const Program& body = body_of(q, map_p);
  EXPECT_EQ(count(body, exp_p) + count(body, sin_p), 0u);
  EXPECT_EQ(count(body, mul_p), 1u);
  EXPECT_TRUE(same_values(evaluate(q, {0.25, points}), evaluate(p, {0.25, points})));
}

TEST(Hoist, it_leaves_all_loops_that_surround_it) {
  const Program inner = trace([](Expr a, Expr x, Expr y) { return exp(a) * x + y; }, {f64(), f64(), f64()}, "inner");
  const Program outer = trace(
      [&](Expr a, Expr x, Expr ys) {
        return sum_map(inner, {{a, x, ys}}, {false, false, true})[0];
      },
      {f64(), f64(), f64({3})}, "outer");
  const Program p = trace(
      [&](Expr a, Expr x, Expr ys) {
        return map(outer, {{a, x, ys}}, {false, true, false});
      },
      {f64(), f64({3}), f64({3})});
  const Program q = hoist(p);
  EXPECT_EQ(count(q, exp_p), 1u);
  EXPECT_EQ(count(body_of(q, map_p), exp_p), 0u);
  EXPECT_TRUE(same_values(evaluate(q, {0.25, points, points}), evaluate(p, {0.25, points, points})));
}

TEST(Hoist, carries_are_not_invariant_shared_operands_of_a_scan_are) {
  const Program step = trace([](Expr s, Expr x, Expr w) { return std::pair(cos(s) + exp(w) * x, exp(w)); },
                             {f64(), f64(), f64()}, "step");
  const Program p = trace(
      [&](Expr s, Expr x, Expr w) {
        return scan(step, {{s}}, {{x, w}}, {true, false});
      },
      {f64(), f64({3}), f64()});
  const Program q = hoist(p);
  EXPECT_EQ(count(q, exp_p), 2u);
  EXPECT_EQ(count(body_of(q, scan_p), exp_p), 0u);
  EXPECT_EQ(count(body_of(q, scan_p), cos_p), 1u);
  EXPECT_TRUE(same_values(evaluate(q, {0.3, points, 0.7}), evaluate(p, {0.3, points, 0.7})));
}

TEST(Hoist, guards_stay_at_their_points) {
  const auto f = [](Expr a, Expr x) {
    guard(less(exp(a), 2.0), true);
    return x * a;
  };
  const Program q = hoist(loop_of(f, 3));
  EXPECT_EQ(count(q, guard_p), 0u);
  EXPECT_EQ(count(body_of(q, map_p), guard_p), 1u);
  EXPECT_THROW(evaluate(q, {1.0, points}), Error);
  EXPECT_NO_THROW(evaluate(q, {0.5, points}));
}

TEST(Hoist, a_loop_over_no_points_and_over_one_stays_as_it_is) {
  const auto f = [](Expr a, Expr x) {
    guard(less(a, 2.0), true);
    return x * exp(a);
  };
  for (const int64_t length : {0, 1}) {
    const Program p = loop_of(f, length);
    EXPECT_EQ(hoist(p), p);
  }
  EXPECT_NO_THROW(evaluate(hoist(loop_of(f, 0)), {3.0, Array(f64({0}))}));
}

TEST(Hoist, nothing_is_stored_that_costs_no_more_to_compute_than_to_load) {
  const Program stretched = loop_of([](Expr a, Expr x) { return sum(broadcast_to(a, {100}) * x); }, 3);
  EXPECT_EQ(hoist(stretched), stretched);
  const auto outer_product = [](Expr a, Expr x) { return sum(reshape(a, {8, 1}) * reshape(a, {1, 8}) * x); };
  const Program p = loop_of(outer_product, 3, f64({8}));
  EXPECT_EQ(hoist(p), p);
}

TEST(Hoist, integers_and_flags_cross_too) {
  const auto f = [](Expr table, Expr x) {
    const Expr place = convert(floor(exp(element(table, {0}))), DType::i64);
    return select(greater(sin(element(table, {1})), 0.0), x, -x) + gather(table, place);
  };
  const Program p = loop_of(f, 3, f64({3}));
  const Program q = hoist(p);
  EXPECT_EQ(count(body_of(q, map_p), exp_p) + count(body_of(q, map_p), sin_p), 0u);
  const std::vector<Array> x{Array({0.75, 2.0, 5.0}), points};
  EXPECT_TRUE(same_values(evaluate(q, x), evaluate(p, x)));
}

TEST(Hoist, values_of_random_programs_are_the_same_to_the_last_bit) {
  for (uint64_t key = 0; key < random_cases(150); ++key) {
    const RandomProgram drawn =
        random_program(key, {.draws = 25, .dtype = key % 4 == 3 ? DType::f32 : DType::f64, .nesting = 2});
    const Program q = hoist(drawn.program);
    EXPECT_TRUE(same_values(evaluate(q, drawn.point), evaluate(drawn.program, drawn.point))) << "key " << key;
    EXPECT_EQ(hoist(q), q) << "key " << key;
  }
}

TEST(Hoist, a_random_body_in_a_loop_keeps_its_values) {
  for (uint64_t key = 0; key < random_cases(100); ++key) {
    const RandomProgram drawn = random_program(key, {.draws = 15});
    std::vector<Type> types = drawn.program.input_types();
    types[0].shape = types[0].shape.with(0, 2);
    std::vector<Array> point = drawn.point;
    point[0] = Array(types[0]);
    const auto bytes = drawn.point[0].type().bytes();
    for (size_t k = 0; k < 2; ++k)
      std::memcpy(static_cast<char*>(point[0].mutable_view().data) + k * bytes, drawn.point[0].view().data, bytes);
    std::vector<bool> mapped(types.size(), false);
    mapped[0] = true;
    const Program p = trace([&](const std::vector<Expr>& x) { return map(drawn.program, x, mapped); }, types);
    EXPECT_TRUE(same_values(evaluate(hoist(p), point), evaluate(p, point))) << "key " << key;
  }
}

TEST(Hoist, a_gradient_needs_the_shared_part_once) {
  const auto f = [](Expr a, Expr x) { return exp(sin(a)) * x; };
  const Program body = trace(f, {f64(), f64()}, "body");
  const Program p = trace([&](Expr a, Expr x) { return sum_map(body, {{a, x}}, {false, true})[0]; }, {f64(), f64({3})});
  const Program g = value_and_grad(p);
  EXPECT_EQ(count(g, exp_p), 1u);
  for (uint32_t v = 0; v < g.size(); ++v)
    if (&g.primitive(ValueId{v}) == &map_p) {
      const Program& loop = g.attributes(ValueId{v}).program("body");
      EXPECT_EQ(count(loop, exp_p) + count(loop, sin_p) + count(loop, cos_p), 0u);
    }
  const double a = 0.3, e = std::exp(std::sin(a));
  EXPECT_TRUE(same_values(evaluate(g, {a, points}), {e * 1.5, e * std::cos(a) * 1.5, Array({e, e, e})}, 2));
}

}  // namespace
}  // namespace wengert
