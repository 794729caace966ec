// SPDX-License-Identifier: Apache-2.0
#include "wengert/passes/schedule.h"

#include <gtest/gtest.h>

#include "random_cases.h"
#include "random_program.h"
#include "same_values.h"
#include "wengert/ad/derivatives.h"
#include "wengert/exec/interpreter.h"
#include "wengert/passes/scalarize.h"
#include "wengert/primitives/control.h"
#include "wengert/primitives/primitives.h"
#include "wengert/trace/record.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

/// All products first, then all sums of neighbours: n values wait.
Program products_then_sums(size_t n) {
  return record(
      [](std::span<const Real> x) {
        std::vector<Real> product, sum;
        for (size_t i = 0; i < x.size(); ++i) product.push_back(x[i] * x[(i + 1) % x.size()]);
        for (size_t i = 0; i + 1 < x.size(); ++i) sum.push_back(product[i] + 2 * product[i + 1]);
        return sum;
      },
      std::vector<double>(n, 1.0), "neighbours");
}

TEST(MovedValues, are_loads_of_inputs_and_stores_of_results_where_registers_suffice) {
  EXPECT_EQ(moved_values(products_then_sums(5), 15), 5 + 4);
  EXPECT_GT(moved_values(products_then_sums(40), 15), 40 + 39);
}

TEST(Schedule, computes_what_an_output_needs_when_it_is_its_turn) {
  const Program p = products_then_sums(40), s = scheduled(p);
  EXPECT_LE(moved_values(s), 40 + 39 + 2);
  EXPECT_EQ(s.size(), p.size());
  std::vector<Array> x;
  for (int i = 0; i < 40; ++i) x.emplace_back(0.1 * i);
  EXPECT_TRUE(same_values(evaluate(s, x), evaluate(p, x)));
}

TEST(Schedule, reaches_the_bodies_of_loops) {
  const Program body = products_then_sums(30);
  const Program p = trace([&](const std::vector<Expr>& x) { return map(body, x); }, std::vector<Type>(30, f64({3})), "points");
  const Program s = scheduled(p);
  EXPECT_FALSE(s == p);
  std::vector<Array> x(30, Array({0.5, 1.5, 2.5}));
  EXPECT_TRUE(same_values(evaluate(s, x), evaluate(p, x)));
}

TEST(Schedule, leaves_guards_and_arrays_where_they_are) {
  const Program guarded = record([](Real x, Real y) { return x < y ? x * y + sin(x) : y; }, {1, 2});
  EXPECT_TRUE(scheduled(guarded) == guarded);
  const Program arrays = trace([](Expr x) { return sum(x * x) + sum(sin(x)); }, {f64({3})});
  EXPECT_TRUE(scheduled(arrays) == arrays);
}

TEST(Schedule, of_a_chain_is_the_chain) {
  const Program chain = record(
      [](std::vector<Real> v) {
        Real x = v[0];
        for (int i = 0; i < 5000; ++i) x = sin(x) + x;
        return x;
      },
      {1.0});
  EXPECT_TRUE(scheduled(chain) == chain);
}

TEST(Schedule, moves_no_more_and_changes_no_bit_of_random_programs) {
  for (uint64_t key = 0; key < random_cases(60); ++key) {
    const RandomProgram drawn = random_program(9000 + key, {.draws = 15});
    Program p = drawn.program;
    try {
      p = jacobian(p);
    } catch (const Error&) {
    }
    const Program s = scheduled(p);
    EXPECT_LE(moved_values(s), moved_values(p)) << "key " << key;
    EXPECT_TRUE(same_values(evaluate(s, drawn.point), evaluate(p, drawn.point))) << "key " << key;
  }
}

}  // namespace
}  // namespace wengert
