// SPDX-License-Identifier: Apache-2.0
//
// Loops without what nothing needs of them; concatenations of a map's results made inside it.
#include "wengert/passes/trim_loops.h"

#include <gtest/gtest.h>

#include "random_cases.h"
#include "random_program.h"
#include "same_values.h"
#include "wengert/exec/interpreter.h"
#include "wengert/passes/sink_into_maps.h"
#include "wengert/primitives/primitives.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

const Array points({0.5, -1.0, 2.0});

Instruction only(const Program& p, const Primitive& primitive) {
  uint32_t v = 0;
  while (&p.primitive(ValueId{v}) != &primitive) ++v;
  return p[ValueId{v}];
}

/// (a, b, x) -> (sin x, a x, b): three results, of which the first needs x alone.
Program three() {
  return trace(
      [](Expr a, Expr b, Expr x) {
        return std::vector<Expr>{sin(x), a * x, b};
      },
      {f64(), f64(), f64()}, "three");
}

TEST(TrimLoops, operands_and_results_that_nothing_reads_go) {
  const Program p = trace(
      [](Expr a, Expr x) {
        return map(three(), {{a, exp(a), x}}, {false, false, true})[0];
      },
      {f64(), f64({3})});
  const Program q = trim_loops(p);
  const Instruction loop = only(q, map_p);
  EXPECT_EQ(loop.operands.size(), 1u);
  EXPECT_EQ(loop.results, 1);
  EXPECT_EQ(q.size(), 3u);  // with them the exponential
  EXPECT_TRUE(same_values(evaluate(q, {0.5, points}), evaluate(p, {0.5, points})));
}

TEST(TrimLoops, carries_of_a_scan_stay) {
  const Program step = trace(
      [](Expr s, Expr t, Expr x, Expr) {
        return std::vector<Expr>{s + x, t * x, sin(x), s};
      },
      {f64(), f64(), f64(), f64()}, "step");
  const Program p = trace([&](Expr s, Expr x) { return scan(step, {{s, s}}, {{x, exp(x)}})[3]; }, {f64(), f64({3})});
  const Program q = trim_loops(p);
  const Instruction loop = only(q, scan_p);
  EXPECT_EQ(loop.operands.size(), 3u);
  EXPECT_EQ(loop.results, 3);
  EXPECT_TRUE(same_values(evaluate(q, {0.5, points}), evaluate(p, {0.5, points})));
}

TEST(TrimLoops, a_loop_with_guards_stays_whole) {
  const Program checked = trace(
      [](Expr a, Expr x) {
        guard(less(x, 1.0), true);
        return std::pair(x, a * x);
      },
      {f64(), f64()}, "checked");
  const Program p = trace(
      [&](Expr a, Expr x) {
        return map(checked, {{a, x}}, {false, true})[0] + 1;
      },
      {f64(), f64({3})});
  EXPECT_EQ(trim_loops(p), p);
  const Program unread = trace(
      [&](Expr a, Expr x) {
        (void)map(checked, {{a, x}}, {false, true});
        return a;
      },
      {f64(), f64({3})});
  EXPECT_THROW(evaluate(trim_loops(unread), {0.5, points}), Error);
}

TEST(TrimLoops, values_of_random_programs_are_the_same_to_the_last_bit) {
  for (uint64_t key = 0; key < random_cases(150); ++key) {
    const RandomProgram drawn = random_program(key, {.draws = 25, .nesting = 2});
    for (const Program& q : {trim_loops(drawn.program), sink_into_maps(drawn.program)})
      EXPECT_TRUE(same_values(evaluate(q, drawn.point), evaluate(drawn.program, drawn.point))) << "key " << key;
  }
}

TEST(SinkIntoMaps, columns_are_put_side_by_side_inside_the_loop) {
  const Program both = trace([](Expr x) { return std::pair(sin(x), cos(x)); }, {f64()}, "both");
  const Program p = trace(
      [&](Expr x) {
        const auto y = map(both, {{x}});
        return concatenate({reshape(y[0], {3, 1}), zeros(f64({3, 1})), reshape(y[1], {3, 1})}, 1);
      },
      {f64({3})});
  const Program q = sink_into_maps(p);
  EXPECT_EQ(q.size(), 2u);
  EXPECT_EQ(only(q, map_p).results, 1);
  EXPECT_TRUE(same_values(evaluate(q, {points}), evaluate(p, {points})));
}

TEST(SinkIntoMaps, results_of_two_loops_and_joins_of_points_stay_outside) {
  const Program one = trace([](Expr x) { return sin(x); }, {f64()}, "one");
  const Program p = trace(
      [&](Expr x) {
        const Expr y = map(one, {{x}})[0], z = map(one, {{y}})[0];
        return std::pair(concatenate({y, y}, 0), concatenate({reshape(y, {3, 1}), reshape(z, {3, 1})}, 1));
      },
      {f64({3})});
  EXPECT_EQ(sink_into_maps(p), p);
}

}  // namespace
}  // namespace wengert
