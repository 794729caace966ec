// SPDX-License-Identifier: Apache-2.0
//
// Lists as Programs: the same values, guards where the comparisons were, names and lines.
#include "wengert/trace/record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wengert/ad/derivatives.h"
#include "wengert/exec/interpreter.h"
#include "wengert/exec/sweep.h"
#include "wengert/ir/text.h"

namespace wengert {
namespace {

using testing::HasSubstr;

TEST(Record, a_function_becomes_the_program_one_would_write) {
  const Program p = record(
      [](Real x1, Real x2) {
        const Real v1 = x1 * x2;
        const Real v2 = sin(x1);
        return v1 + 0.5 * v2;
      },
      {2, 3}, "f", {"x1", "x2"});
  EXPECT_EQ(print(p), R"(program f(x1: f64[], x2: f64[]) {
  %2 = mul x1 x2
  %3 = sin x1
  %5 = mul 0.5 %3
  %6 = add %2 %5
  return %6
}
)");
  EXPECT_EQ(p.value_name(ValueId{1}), "x2");
}

TEST(Record, the_program_computes_the_function_elsewhere) {
  const auto f = [](auto x, auto y) {
    using std::exp, std::max, std::floor, std::fma;
    return exp(-x) * max(x, y) + floor(x * y) - fma(x, y, x);
  };
  const Program p = record([&](Real x, Real y) { return f(x, y); }, {1, 2});
  for (double x : {0.5, 3.25}) EXPECT_EQ(evaluate(p, {x, 1.75})[0].item(), f(x, 1.75));
}

TEST(Record, vectors_arrays_pairs_and_tuples_are_results) {
  const auto outputs = [](auto f) { return record(f, {2, 3}).outputs().size(); };
  EXPECT_EQ(outputs([](Real x, Real y) { return std::pair(x, y); }), 2u);
  EXPECT_EQ(outputs([](Real x, Real y) { return std::tuple(x, y, x * y, 1.0); }), 4u);
  EXPECT_EQ(outputs([](Real x, Real y) { return std::array{x, y, x}; }), 3u);
  EXPECT_EQ(outputs([](std::span<const Real> x) { return std::vector<Real>(x.begin(), x.end()); }), 2u);
}

TEST(Record, a_comparison_becomes_a_guard_before_what_follows_it) {
  const Program p = record([](std::span<const Real> x) { return x[0] * x[0] > 3 ? exp(x[0]) : x[0]; }, {2}, "g", {"x"});
  EXPECT_EQ(print(p), R"(program g(x: f64[]) {
  %1 = mul x x
  %3 = less 3 %1
  %4 = guard{expected=true} %3
  %5 = exp x
  return %5
}
)");
}

TEST(Record, W701_the_program_refuses_the_branch_not_taken) {
  const Program p = record([](std::span<const Real> x) { return x[0] < 1 ? x[0] : x[0] * x[0]; }, {2});
  EXPECT_EQ(evaluate(p, {3.0})[0].item(), 9);
  try {
    evaluate(p, {0.5});
    FAIL() << "no error";
  } catch (const UsageError& error) {
    EXPECT_EQ(error.id(), "W701");
    EXPECT_THAT(error.where(), HasSubstr("record_test.cpp:"));
  }
}

TEST(Record, a_number_taken_out_holds_the_program_to_it) {
  const Program p = record([](std::span<const Real> x) { return x[0] * value(x[0]); }, {2});
  EXPECT_EQ(evaluate(p, {2.0})[0].item(), 4);
  EXPECT_THROW(evaluate(p, {3.0}), UsageError);
  const Program nan = record([](std::span<const Real> x) { return x[0] * value(x[0]); }, {std::nan("")});
  EXPECT_THROW(evaluate(nan, {3.0}), UsageError);
}

TEST(Record, the_program_can_be_differentiated_twice) {
  const Program p = record([](std::span<const Real> x) { return x[0] * x[0] * x[1]; }, {2, 3});
  const auto h = evaluate(hessian(p), {2.0, 3.0});
  EXPECT_EQ(h[0].item(), 6);
  EXPECT_EQ(h[1].item(), 4);
  EXPECT_EQ(h[3].item(), 0);
}

TEST(Record, a_long_list_becomes_a_program_without_recursion) {
  const Program p = record(
      [](std::span<const Real> x) {
        Real y = x[0];
        for (int k = 0; k < 300'000; ++k) y = y + x[1];
        return y;
      },
      {1, 2});
  EXPECT_EQ(evaluate(p, {1.0, 2.0})[0].item(), 600'001);
}

}  // namespace
}  // namespace wengert
