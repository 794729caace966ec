// SPDX-License-Identifier: Apache-2.0
//
// W7xx: Programs that hold only where their comparisons turn out as recorded, batches of them, and emitted C.
#include "documented.h"
#include "wengert/api/function.h"
#include "wengert/exec/emit_c.h"
#include "wengert/exec/interpreter.h"
#include "wengert/ir/text.h"
#include "wengert/passes/batch.h"
#include "wengert/passes/scalar_loops.h"
#include "wengert/trace/record.h"

namespace wengert {
namespace {

Real magnitude(std::span<const Real> x) { return x[0] < 0 ? -x[0] : x[0]; }

TEST(GuardErrors, W701_another_branch_than_the_recorded_one) {
  const Program p = record(magnitude, {2.0}, "magnitude");
  EXPECT_EQ(evaluate(p, {Array(3.0)})[0].item(), 3);
  const Error error = documented("W701", [&] { evaluate(p, {Array(-3.0)}); });
  EXPECT_THAT(error.where(), HasSubstr("guards_test.cpp:"));
}

TEST(GuardErrors, W702_a_function_that_is_recorded_at_each_call) {
  const Function f([](std::span<const Real> x) { return x[0] * value(x[0]); },
                   {.name = "price", .misses_in_a_row = 20});
  const Error error = error_of([&] {
    for (int k = 0; k < 100; ++k) f({1.0 + k});
  });
  EXPECT_EQ(error.id(), "W702") << error.what();
  EXPECT_THAT(
      error.problem(),
      HasSubstr("\"price\" was recorded anew at 21 points in a row; what came out otherwise was 20 of 20 times"));
  EXPECT_THAT(errors_section("W702"), HasSubstr("\n  fix: " + error.fix() + "\n"));
}

TEST(EmitErrors, W716_a_number_of_points_that_no_vector_holds) {
  documented("W716", [] { emit_c(parse_formula("x"), {.lanes = 3}); });
  for (int lanes : {-4, -1, 6, 32}) EXPECT_EQ(error_of([&] { emit_c(parse_formula("x"), {.lanes = lanes}); }).id(), "W716");
}

TEST(EmitErrors, W720_a_name_that_is_no_identifier) {
  documented("W720", [] { emit_c(parse_formula("x"), {.name = "3d"}); });
  EXPECT_EQ(error_of([] { emit_c(parse_formula("x"), {.name = "f(void); int g"}); }).id(), "W720");
}

TEST(EmitErrors, W721_a_name_that_c_has_taken) {
  documented("W721", [] { emit_c(parse_formula("x"), {.name = "exp"}); });
  for (const char* name : {"while", "class", "main", "sinf", "_f", "int64_t", "INT64_MAX"})
    EXPECT_EQ(error_of([&] { emit_c(parse_formula("x"), {.name = name}); }).id(), "W721") << name;
}

// W722 is the tool's: its examples are run with the page's commands.

TEST(EmitErrors, W723_a_kernel_with_library_calls) {
  Kernel kernel;
  kernel.natives.emplace_back();
  documented("W723", [&] { emit_c({.name = "f", .kernel = kernel}); });
}

TEST(GuardErrors, W750_a_guard_in_a_batch) {
  const Program p = record(magnitude, {2.0}, "magnitude");
  const Error error = documented("W750", [&] { batch(p, {true}, 10); });
  EXPECT_THAT(error.where(), HasSubstr("in program \"magnitude\""));
}

TEST(GuardErrors, W751_flags_that_do_not_fit) {
  const Program p = record([](Real x, Real y) { return x * y; }, {2.0, 3.0}, "area");
  documented("W751", [&] { batch(p, {true}, 10); });
  EXPECT_THAT(error_of([&] { batch(p, {true, true}, -1); }).problem(), HasSubstr("a batch of -1 points with 2 flags"));
  documented("W751", [&] { scalar_loops(p, {true}); });
}

}  // namespace
}  // namespace wengert
