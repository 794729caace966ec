// SPDX-License-Identifier: Apache-2.0
//
// Common subexpressions: equal things once, things that only look equal twice.
#include "wengert/passes/common_subexpressions.h"

#include <gtest/gtest.h>

#include <limits>

#include "random_cases.h"
#include "random_program.h"
#include "same_values.h"
#include "wengert/exec/interpreter.h"
#include "wengert/passes/dead_code.h"
#include "wengert/passes/value_table.h"
#include "wengert/primitives/primitives.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

size_t count(const Program& p, const Primitive& primitive) {
  size_t lines = 0;
  for (uint32_t v = 0; v < p.size(); ++v) lines += &p.primitive(ValueId{v}) == &primitive;
  return lines;
}

TEST(CommonSubexpressions, equal_instructions_become_one_and_so_do_those_built_on_them) {
  const Program q = common_subexpressions(trace([](Expr x) { return exp(sin(x)) + exp(sin(x)); }, {f64()}));
  EXPECT_EQ(q.size(), 4u);
}

TEST(CommonSubexpressions, a_plus_b_is_b_plus_a_but_a_minus_b_is_not_b_minus_a) {
  const auto f = [](Expr a, Expr b) {
    return std::vector<Expr>{a + b, b + a, a * b, b * a, a - b, b - a, a / b, b / a};
  };
  const Program q = common_subexpressions(trace(f, {f64(), f64()}));
  EXPECT_EQ(count(q, add_p), 1u);
  EXPECT_EQ(count(q, mul_p), 1u);
  EXPECT_EQ(count(q, sub_p), 2u);
  EXPECT_EQ(count(q, div_p), 2u);
}

TEST(CommonSubexpressions, the_factors_of_fma_change_places_and_its_summand_does_not) {
  const auto f = [](Expr a, Expr b) { return std::vector<Expr>{fma(a, b, a), fma(b, a, a), fma(a, a, b)}; };
  EXPECT_EQ(count(common_subexpressions(trace(f, {f64(), f64()})), fma_p), 2u);
}

TEST(CommonSubexpressions, max_keeps_its_order_since_it_returns_the_first_zero) {
  const Program p = trace([](Expr a, Expr b) { return std::vector<Expr>{max(a, b), max(b, a)}; }, {f64(), f64()});
  const Program q = common_subexpressions(p);
  EXPECT_TRUE(same_values(evaluate(q, {0.0, -0.0}), evaluate(p, {0.0, -0.0})));
}

TEST(CommonSubexpressions, attributes_tell_instructions_apart) {
  const auto f = [](Expr x) { return std::vector<Expr>{sum(x, {0}), sum(x, {1}), sum(x, {0})}; };
  EXPECT_EQ(count(common_subexpressions(trace(f, {f64({3, 3})})), sum_p), 2u);
}

TEST(CommonSubexpressions, constants_are_merged_by_their_bits) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto f = [&](Expr) {
    return std::vector<Expr>{constant(Array({2}, {0, nan})), constant(Array({2}, {0, nan})),
                             constant(Array({2}, {-0.0, nan})), constant(Array({1, 2}, {0, nan})),
                             constant(Array({2}, {0, nan}).as(DType::f32))};
  };
  const Program q = dead_code(common_subexpressions(trace(f, {f64()})));
  EXPECT_EQ(count(q, constant_p), 4u);
  EXPECT_EQ(q.outputs()[0], q.outputs()[1]);
}

TEST(CommonSubexpressions, equal_calls_of_equal_bodies_are_merged_with_all_results) {
  const auto body = [] { return trace([](Expr x) { return std::vector<Expr>{sin(x), cos(x)}; }, {f64()}); };
  const Program p = trace([&](Expr x) { return call(body(), {&x, 1})[0] * call(body(), {&x, 1})[1]; }, {f64()});
  const Program q = common_subexpressions(p);
  EXPECT_EQ(count(q, call_p), 1u);
  EXPECT_TRUE(same_values(evaluate(q, {0.7}), evaluate(p, {0.7})));
}

TEST(CommonSubexpressions, guards_are_kept_each_in_its_place) {
  const Program q = common_subexpressions(trace(
      [](Expr x) {
        guard(less(x, 1), true);
        guard(less(x, 1), true);
        return x;
      },
      {f64()}));
  EXPECT_EQ(count(q, guard_p), 2u);
  EXPECT_EQ(count(q, less_p), 1u);
}

TEST(CommonSubexpressions, the_derivative_of_sigmoid_reuses_its_result) {
  const auto f = [](Expr x) {
    const Expr y = sigmoid(x);
    return y + sigmoid(x) * (1 - sigmoid(x));
  };
  EXPECT_EQ(count(common_subexpressions(trace(f, {f64()})), sigmoid_p), 1u);
}

TEST(CommonSubexpressions, values_of_random_programs_are_the_same_to_the_last_bit) {
  for (uint64_t key = 0; key < random_cases(150); ++key) {
    const RandomProgram drawn =
        random_program(1000 + key, {.draws = 25, .dtype = key % 4 == 3 ? DType::f32 : DType::f64});
    const Program q = common_subexpressions(drawn.program);
    EXPECT_EQ(common_subexpressions(q), q) << "key " << key;
    EXPECT_TRUE(same_values(evaluate(q, drawn.point), evaluate(drawn.program, drawn.point))) << "key " << key;
  }
}

TEST(ValueTable, finds_every_line_again_after_it_grew) {
  ProgramBuilder b;
  ValueId v = b.input(f64());
  ValueTable table(b.view());
  std::vector<ValueId> chain{v};
  for (int k = 0; k < 1000; ++k) {
    EXPECT_EQ(table.find(sin_p, {&v, 1}, {}), no_value);
    v = b.append(sin_p, {&v, 1});
    table.add(v);
    chain.push_back(v);
  }
  for (size_t k = 0; k + 1 < chain.size(); ++k) EXPECT_EQ(table.find(sin_p, {&chain[k], 1}, {}), chain[k + 1]);
}

}  // namespace
}  // namespace wengert
