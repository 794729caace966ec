// SPDX-License-Identifier: Apache-2.0
//
// Dead code: what is not needed goes, what is needed and what is guarded stays.
#include "wengert/passes/dead_code.h"

#include <gtest/gtest.h>

#include "random_cases.h"
#include "random_program.h"
#include "same_values.h"
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

TEST(DeadCode, lines_nobody_needs_go_and_the_lines_only_they_needed) {
  const Program p = trace(
      [](Expr x) {
        (void)exp(sin(x) * 3);
        return x * x;
      },
      {f64()});
  const Program q = dead_code(p);
  EXPECT_EQ(q.size(), 2u);
  EXPECT_EQ(count(q, mul_p), 1u);
}

TEST(DeadCode, inputs_stay_even_if_unused_and_keep_their_names) {
  const Program q = dead_code(trace([](Expr x, Expr) { return x + 1; }, {f64(), f64({3})}, "f", {"x", "unused"}));
  ASSERT_EQ(q.inputs(), 2u);
  EXPECT_EQ(q.type(ValueId{1}), f64({3}));
  EXPECT_EQ(q.value_name(ValueId{1}), "unused");
}

TEST(DeadCode, guards_stay_with_what_they_look_at) {
  const Program q = dead_code(trace(
      [](Expr x) {
        guard(less(sin(x), 0.5), true);
        (void)cos(x);
        return x;
      },
      {f64()}));
  EXPECT_EQ(count(q, guard_p), 1u);
  EXPECT_EQ(count(q, sin_p), 1u);
  EXPECT_EQ(count(q, cos_p), 0u);
}

TEST(DeadCode, an_instruction_with_several_results_stays_whole_while_one_is_needed) {
  const Program body = trace([](Expr x) { return std::vector<Expr>{sin(x), cos(x)}; }, {f64()});
  const Program p = trace([&](Expr x) { return call(body, {&x, 1})[1]; }, {f64()});
  const Program q = dead_code(p);
  EXPECT_EQ(q, p);
  EXPECT_EQ(q[ValueId{1}].results, 2);
}

TEST(DeadCode, bodies_are_cleaned_and_keep_their_interface) {
  const Program body = trace(
      [](Expr x, Expr y) {
        (void)exp(y);
        return x * 2;
      },
      {f64(), f64()}, "body");
  const Program p = trace(
      [&](Expr x, Expr y) {
        const Expr both[] = {x, y};
        return map(body, both);
      },
      {f64({4}), f64({4})});
  const Program q = dead_code(p);
  const Program& cleaned = q.attributes(ValueId{2}).program("body");
  EXPECT_EQ(cleaned.inputs(), 2u);
  EXPECT_EQ(count(cleaned, exp_p), 0u);
  EXPECT_EQ(count(cleaned, mul_p), 1u);
}

TEST(DeadCode, source_lines_and_names_go_with_their_values) {
  ProgramBuilder b("f");
  const ValueId x = b.input(f64(), "x");
  b.append(exp_p, {&x, 1}, {}, {"dead.cpp", 1});
  const ValueId y = b.append(sin_p, {&x, 1}, {}, {"live.cpp", 7});
  b.name_value(y, "y");
  const Program q = dead_code(b.finish({&y, 1}));
  EXPECT_EQ(to_string(q.site(ValueId{1})), "live.cpp:7");
  EXPECT_EQ(q.value_name(ValueId{1}), "y");
}

TEST(DeadCode, values_of_random_programs_are_the_same_to_the_last_bit) {
  for (uint64_t key = 0; key < random_cases(150); ++key) {
    const RandomProgram drawn = random_program(key, {.draws = 25, .dtype = key % 4 == 3 ? DType::f32 : DType::f64});
    const Program q = dead_code(drawn.program);
    EXPECT_LE(q.size(), drawn.program.size());
    EXPECT_EQ(dead_code(q), q) << "key " << key;
    EXPECT_TRUE(same_values(evaluate(q, drawn.point), evaluate(drawn.program, drawn.point))) << "key " << key;
  }
}

}  // namespace
}  // namespace wengert
