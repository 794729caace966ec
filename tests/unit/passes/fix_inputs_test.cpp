// SPDX-License-Identifier: Apache-2.0
//
// Inputs held fixed, and calls inlined.
#include "wengert/passes/fix_inputs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "random_cases.h"
#include "random_program.h"
#include "same_values.h"
#include "wengert/exec/interpreter.h"
#include "wengert/passes/inline_calls.h"
#include "wengert/primitives/primitives.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

using testing::HasSubstr;

TEST(FixInputs, leaves_the_other_inputs_in_their_order_with_their_names) {
  const Program p =
      trace([](Expr a, Expr b, Expr c) { return a * b - c; }, {f64(), f64(), f64()}, "f", {"a", "b", "c"});
  const Program q = fix_inputs(p, {{std::nullopt, Array(3.0), std::nullopt}});
  ASSERT_EQ(q.inputs(), 2u);
  EXPECT_EQ(q.value_name(ValueId{1}), "c");
  EXPECT_TRUE(same_values(evaluate(q, {2.0, 5.0}), {Array(1.0)}));
}

TEST(FixInputs, of_all_inputs_gives_a_program_without_any) {
  const Program q = fix_inputs(trace(
                                   [](Expr x) {
                                     return std::vector<Expr>{x, x + 1};
                                   },
                                   {f64({2})}),
                               {{Array({2}, {1, 2})}});
  EXPECT_EQ(q.inputs(), 0u);
  EXPECT_TRUE(same_values(evaluate(q, std::vector<Array>{}), {Array({2}, {1, 2}), Array({2}, {2, 3})}));
}

TEST(FixInputs, refuses_a_wrong_count_and_a_wrong_type) {
  const Program p = trace([](Expr x) { return x; }, {f64({2})}, "f", {"x"});
  for (const std::vector<std::optional<Array>>& fixed : {std::vector<std::optional<Array>>{}, {Array(1.0)}}) {
    try {
      fix_inputs(p, fixed);
      FAIL() << "no error";
    } catch (const ShapeError& error) {
      EXPECT_EQ(error.id(), "W207");
      EXPECT_THAT(error.what(), HasSubstr("program \"f\""));
    }
  }
}

size_t calls(const Program& p) {
  size_t lines = 0;
  for (uint32_t v = 0; v < p.size(); ++v) lines += &p.primitive(ValueId{v}) == &call_p;
  return lines;
}

TEST(InlineCalls, puts_the_lines_of_the_body_in_the_place_of_the_call) {
  const Program inner = trace([](Expr x) { return std::vector<Expr>{sin(x), x}; }, {f64()});
  const Program outer = trace([&](Expr x) { return call(inner, {&x, 1})[0] * 2; }, {f64()});
  const Program p = trace([&](Expr x) { return call(outer, {&x, 1})[0] + x; }, {f64()});
  const Program q = inline_calls(p);
  EXPECT_EQ(q, trace([](Expr x) { return sin(x) * 2 + x; }, {f64()}));
}

TEST(InlineCalls, reaches_calls_in_the_bodies_of_loops) {
  const Program inner = trace([](Expr x) { return sin(x); }, {f64()});
  const Program body = trace([&](Expr x) { return call(inner, {&x, 1})[0]; }, {f64()});
  const Program q = inline_calls(trace([&](Expr x) { return map(body, {&x, 1}); }, {f64({3})}));
  EXPECT_EQ(q.attributes(ValueId{1}).program("body"), inner);
}

TEST(InlineCalls, stops_where_calls_of_calls_grow_beyond_the_limit) {
  Program p = trace([](Expr x) { return sin(x); }, {f64()});
  for (int k = 0; k < 60; ++k)
    p = trace(
        [&](Expr x) {
          const Expr y = call(p, {&x, 1})[0];
          return call(p, {&y, 1})[0];
        },
        {f64()});
  try {
    inline_calls(p, 1000);
    FAIL() << "no error";
  } catch (const ResourceError& error) {
    EXPECT_EQ(error.id(), "W450");
    EXPECT_THAT(error.what(), HasSubstr("1000 lines"));
  }
}

TEST(InlineCalls, values_of_random_programs_are_the_same_to_the_last_bit) {
  for (uint64_t key = 0; key < random_cases(100); ++key) {
    const RandomProgram drawn = random_program(5000 + key, {.draws = 25, .nesting = 2});
    const Program q = inline_calls(drawn.program);
    EXPECT_EQ(calls(q), 0u);
    EXPECT_TRUE(same_values(evaluate(q, drawn.point), evaluate(drawn.program, drawn.point))) << "key " << key;
  }
}

}  // namespace
}  // namespace wengert
