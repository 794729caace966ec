// SPDX-License-Identifier: Apache-2.0
//
// Forward mode, reverse mode and everything between are orders in which vertices are eliminated: the same Jacobian at
// different cost.
#include <gtest/gtest.h>

#include <algorithm>

#include "derivative_checks.h"
#include "wengert/ad/accumulate.h"
#include "wengert/ad/derivatives.h"
#include "wengert/ad/linearize.h"
#include "wengert/exec/interpreter.h"
#include "wengert/plan/elimination_order.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

/// v1 = x1 x2, v2 = sin v1, v3 = v1 v2; y = cos v3, exp v3.
Program talks_function() {
  return trace(
      [](Expr x1, Expr x2) {
        const Expr v1 = x1 * x2, v3 = v1 * sin(v1);
        return std::pair(cos(v3), exp(v3));
      },
      {f64(), f64()}, "f", {"x1", "x2"});
}

struct Count {
  int64_t multiplications, additions;
  bool operator==(const Count&) const = default;
};

Count cost(const Program& p, const EliminationOrder& order) {
  const auto total = accumulate(p, order).cost;
  return {total.multiplications, total.additions};
}

TEST(Elimination, of_the_talks_function_costs_10_and_2_in_forward_and_reverse_order) {
  const Program p = talks_function();
  const LinearGraph graph = linearize(p).graph;
  EXPECT_EQ(cost(p, forward_order(graph)), (Count{10, 2}));
  EXPECT_EQ(cost(p, reverse_order(graph)), (Count{10, 2}));
}

TEST(Elimination, of_the_talks_function_costs_7_and_1_at_best) {
  const Program p = talks_function();
  const auto best = enumerated_order(linearize(p).graph);
  EXPECT_TRUE(best.proven);
  EXPECT_EQ(best.cost, 7);
  EXPECT_EQ(cost(p, best.choice), (Count{7, 1}));
}

TEST(Elimination, every_order_gives_the_same_jacobian) {
  const Program p = talks_function();
  const std::vector<Array> x{Array(0.5), Array(2.0)};
  const auto expected = flat(evaluate(jacobian(p), x));
  EliminationOrder order = forward_order(linearize(p).graph);
  int orders = 0;
  do {
    EXPECT_TRUE(all_close(flat(evaluate(accumulate(p, order).program, x)), expected, 1e-14));
    ++orders;
  } while (std::next_permutation(order.begin(), order.end()));
  EXPECT_EQ(orders, 6);
}

TEST(Elimination, cost_is_known_without_recording_anything) {
  const Program p = talks_function();
  const LinearGraph graph = linearize(p).graph;
  for (const auto& order : {forward_order(graph), reverse_order(graph), markowitz_order(graph)})
    EXPECT_EQ(elimination_cost(graph, order), accumulate(p, order).cost);
}

TEST(Elimination, of_a_chain_with_one_input_is_cheapest_forward) {
  const Program p = trace([](Expr x) { return std::array{sin(exp(x)), cos(exp(x)), tan(exp(x))}; }, {f64()});
  const LinearGraph graph = linearize(p).graph;
  EXPECT_EQ(cost(p, forward_order(graph)).multiplications, enumerated_order(graph).cost);
}

TEST(Elimination, works_on_arrays_element_by_element) {
  const Program p = trace([](Expr x, Expr y) { return sin(x * y) * x; }, {f64({3}), f64({3})});
  const std::vector<Array> x{Array({3}, {1, 2, 3}), Array({3}, {0.5, -1, 0.25})};
  const auto partials = evaluate(accumulate(p, reverse_order(linearize(p).graph)).program, x);
  const auto ones = evaluate(vjp(p), joined(x, {Array({3}, {1, 1, 1})}));
  EXPECT_TRUE(all_close(partials, {ones[1], ones[2]}, 1e-14));
}

TEST(Elimination, an_output_may_be_returned_twice_be_used_further_or_be_an_input) {
  const Program p = trace(
      [](Expr x) {
        const Expr y = sin(x), z = exp(y);
        return std::array{y, z, y, x, z};
      },
      {f64()});
  const std::vector<Array> x{Array(0.5)};
  for (const auto& order : {forward_order(linearize(p).graph), reverse_order(linearize(p).graph)})
    EXPECT_TRUE(all_close(flat(evaluate(accumulate(p, order).program, x)), flat(evaluate(jacobian(p), x)), 1e-15));
}

TEST(Elimination, needs_a_permutation_of_the_intermediates) {
  const Program p = talks_function();
  EliminationOrder order = forward_order(linearize(p).graph);
  order.pop_back();
  EXPECT_THROW(accumulate(p, order), UsageError);
  order.push_back(order[0]);
  EXPECT_THROW(accumulate(p, order), UsageError);
}

}  // namespace
}  // namespace wengert
