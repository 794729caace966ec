// SPDX-License-Identifier: Apache-2.0
//
// What orders take step by step adds up to what they cost, and what they hold is what the modes are known to hold.
#include "wengert/plan/order_profile.h"

#include <gtest/gtest.h>

#include "random_program.h"
#include "wengert/ad/linearize.h"
#include "wengert/base/error.h"
#include "wengert/plan/elimination_plan.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

LinearGraph chain(int intermediates) {
  return linearize(trace(
                       [&](Expr x) {
                         for (int k = 0; k <= intermediates; ++k) x = sin(x);
                         return x;
                       },
                       {f64()}))
      .graph;
}

int64_t held(const LinearGraph& graph, const EliminationOrder& order) {
  return order_profile(graph, order, Counting::all).most_held();
}

TEST(OrderProfile, adds_up_to_the_cost_in_every_way_of_counting) {
  for (uint64_t key = 0; key < 40; ++key) {
    const auto graph = linearize(random_program(key, {.draws = 6, .arrays = false, .nesting = 0}).program).graph;
    for (const Counting counting : {Counting::all, Counting::units_free, Counting::numbers_folded}) {
      const EliminationPlan plan = plan_elimination(graph, {.counting = counting, .rounds = 0});
      const OrderCost total = order_profile(graph, plan.choice, counting).total();
      EXPECT_EQ(total.multiplications, plan.cost) << key;
      EXPECT_EQ(total.additions, plan.additions) << key;
      for (const RivalOrder& rival : plan.rivals)
        EXPECT_EQ(order_profile(graph, rival.order, counting).total(), rival.cost) << key << " " << rival.name;
    }
  }
}

TEST(OrderProfile, of_forward_mode_holds_the_tangents_of_values_in_use) {
  for (const int n : {3, 30}) EXPECT_EQ(held(chain(n), forward_order(chain(n))), 2);
  // Two inputs: a tangent by each for the old value and for the new one.
  const auto two = linearize(trace(
                                 [](Expr x, Expr y) {
                                   Expr z = x * y;
                                   for (int k = 0; k < 10; ++k) z = sin(z);
                                   return z;
                                 },
                                 {f64(), f64()}))
                       .graph;
  EXPECT_EQ(held(two, forward_order(two)), 4);
}

TEST(OrderProfile, of_reverse_mode_holds_every_partial) {
  for (const int n : {3, 30}) EXPECT_EQ(held(chain(n), reverse_order(chain(n))), n + 1);
}

TEST(OrderProfile, of_numbers_holds_nothing) {
  const auto graph = linearize(trace([](Expr x, Expr y) { return x - (y + (x - (-y))); }, {f64(), f64()})).graph;
  EXPECT_EQ(held(graph, forward_order(graph)), 0);
  EXPECT_EQ(held(graph, reverse_order(graph)), 0);
}

TEST(OrderProfile, of_an_output_that_is_used_further_keeps_its_entry_to_the_end) {
  const auto graph = linearize(trace(
                                   [](Expr x) {
                                     const Expr a = sin(x);
                                     return std::array{a, exp(exp(exp(a)))};
                                   },
                                   {f64()}))
                         .graph;
  const OrderProfile profile = order_profile(graph, forward_order(graph), Counting::all);
  EXPECT_EQ(profile.held.back(), 3);  // da/dx, the last tangent but one, and the last
  EXPECT_EQ(profile.held.front(), 0);
}

TEST(OrderProfile, of_what_is_no_order_is_an_error) {
  const auto graph = chain(3);
  EliminationOrder order = forward_order(graph);
  order.pop_back();
  try {
    order_profile(graph, order, Counting::all);
    FAIL() << "no error";
  } catch (const UsageError& error) {
    EXPECT_EQ(error.id(), "W132");
  }
}

}  // namespace
}  // namespace wengert
