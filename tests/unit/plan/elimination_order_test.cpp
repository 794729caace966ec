// SPDX-License-Identifier: Apache-2.0
//
// Constructive orders, and the best of all by enumeration against trying every permutation.
#include "wengert/plan/elimination_order.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "random_program.h"
#include "wengert/ad/linearize.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

LinearGraph chain(int length) {
  return linearize(trace(
                       [&](Expr x) {
                         for (int k = 0; k <= length; ++k) x = sin(x);
                         return x;
                       },
                       {f64()}))
      .graph;
}

/// Some Program of scalars with that many intermediates.
std::vector<LinearGraph> small_graphs(size_t count, size_t most) {
  std::vector<LinearGraph> graphs;
  for (uint64_t key = 0; graphs.size() < count && key < 500; ++key) {
    auto graph = linearize(random_program(key, {.draws = 3, .arrays = false, .nesting = 0}).program).graph;
    const size_t l = forward_order(graph).size();
    if (l >= 4 && l <= most) graphs.push_back(std::move(graph));
  }
  return graphs;
}

std::pair<int64_t, int64_t> cost(const LinearGraph& graph, const EliminationOrder& order) {
  const auto total = elimination_cost(graph, order);
  return {total.multiplications, total.additions};
}

TEST(Orders, forward_and_reverse_are_each_others_mirror) {
  auto forward = forward_order(chain(4));
  const auto reverse = reverse_order(chain(4));
  EXPECT_EQ(forward.size(), 4U);
  EXPECT_TRUE(std::is_sorted(forward.begin(), forward.end()));
  std::reverse(forward.begin(), forward.end());
  EXPECT_EQ(forward, reverse);
}

TEST(Orders, every_order_is_a_permutation_of_the_intermediates) {
  for (const LinearGraph& graph : small_graphs(20, 12)) {
    const auto all = forward_order(graph);
    for (auto order : {reverse_order(graph), markowitz_order(graph), markowitz_order(graph, TieBreak::highest)}) {
      std::ranges::sort(order);
      EXPECT_EQ(order, all);
    }
  }
}

TEST(Orders, markowitz_begins_with_the_least_degree) {
  const Program p = trace(
      [](Expr x, Expr y) {
        const Expr wide = x * y, narrow = sin(x);
        return std::array{exp(wide), cos(wide), narrow * y};
      },
      {f64(), f64()});
  const auto graph = linearize(p).graph;
  const EliminationGraph g(graph, EliminationGraph::Mode::count);
  const auto order = markowitz_order(graph);
  for (VertexId v : order) EXPECT_LE(g.markowitz_degree(order[0]), g.markowitz_degree(v));
  EXPECT_EQ(g.markowitz_degree(order[0]), 1);
}

TEST(Orders, ties_are_broken_as_asked) {
  const auto lowest = markowitz_order(chain(4), TieBreak::lowest), highest = markowitz_order(chain(4), TieBreak::highest);
  EXPECT_EQ(lowest, forward_order(chain(4)));
  EXPECT_EQ(highest, reverse_order(chain(4)));
}

TEST(Orders, the_enumerated_one_is_the_cheapest_of_all_permutations) {
  int tried = 0;
  for (const LinearGraph& graph : small_graphs(5, 7)) {
    const auto best = enumerated_order(graph);
    auto order = forward_order(graph);
    auto cheapest = cost(graph, order);
    do cheapest = std::min(cheapest, cost(graph, order));
    while (std::next_permutation(order.begin(), order.end()));
    EXPECT_EQ(cost(graph, best.choice), cheapest);
    EXPECT_EQ(best.cost, cheapest.first);
    EXPECT_EQ(best.lower_bound, best.cost);
    EXPECT_TRUE(best.proven);
    EXPECT_EQ(best.gap(), 0);
    ++tried;
  }
  EXPECT_GT(tried, 2);
}

TEST(Orders, of_nothing_is_nothing) {
  const auto graph = linearize(trace([](Expr x) { return sin(x); }, {f64()})).graph;
  EXPECT_TRUE(enumerated_order(graph).choice.empty());
  EXPECT_EQ(enumerated_order(graph).cost, 0);
  EXPECT_TRUE(markowitz_order(graph).empty());
}

TEST(Orders, enumerating_too_many_is_an_error_with_the_numbers) {
  try {
    enumerated_order(chain(17));
    FAIL() << "no error";
  } catch (const ResourceError& error) {
    EXPECT_EQ(error.id(), "W404");
    EXPECT_NE(error.problem().find("2^17"), std::string::npos) << error.what();
  }
}

TEST(Plan, the_gap_is_what_is_not_proven) {
  EXPECT_DOUBLE_EQ((Plan<int>{.choice = 0, .cost = 10, .lower_bound = 8}).gap(), 0.2);
  EXPECT_EQ((Plan<int>{.choice = 0}).gap(), 0);
}

}  // namespace
}  // namespace wengert
