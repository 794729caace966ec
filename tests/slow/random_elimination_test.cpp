// SPDX-License-Identifier: Apache-2.0
//
// Random graphs of up to 14 intermediate vertices, ten thousand where all multiplications count: search against the
// best of all orders, the bound never above it, and branch and bound equal to it.
#include <gtest/gtest.h>

#include "random_elimination.h"
#include "wengert/plan/elimination_bound.h"
#include "wengert/plan/elimination_proof.h"

namespace wengert {
namespace {

class RandomGraphs : public testing::TestWithParam<Counting> {};
INSTANTIATE_TEST_SUITE_P(Counting, RandomGraphs,
                         testing::Values(Counting::all, Counting::units_free, Counting::numbers_folded));

TEST_P(RandomGraphs, are_solved_in_99_of_100_cases_and_never_bounded_too_high) {
  const int graphs = GetParam() == Counting::all ? 10'000 : 2'000;
  Random random(20 + static_cast<uint64_t>(GetParam()));
  int solved = 0, proven = 0;
  for (int k = 0; k < graphs; ++k) {
    const EliminationProblem problem = random_problem(random, GetParam(), 14);
    const int64_t optimum = exact_order(problem).cost.multiplications;
    const int64_t bound = order_bound(problem, {.work = 1'000, .key = static_cast<uint64_t>(k)}).cost();
    ASSERT_LE(bound, optimum) << "graph " << k;
    if (k % 8 == 0) {
      EliminationProof proof(problem, {});
      proof.raise({.work = 100'000'000});
      ASSERT_EQ(proof.bound(), proof.is_solved() ? optimum : 0) << "graph " << k;
      proven += proof.is_solved();
    }
    const std::vector<NumberedOrder> starts{ascending(problem.intermediates),
                                            greedy_order(problem, GreedyRule::markowitz, Ties::lowest)};
    const SearchResult found = search_order(problem, starts, {.eliminations = 25'000, .target = bound});
    ASSERT_GE(found.cost.multiplications, optimum) << "graph " << k;
    solved += found.cost.multiplications == optimum;
  }
  EXPECT_GE(solved, graphs * 99 / 100);
  EXPECT_GE(proven, (GetParam() == Counting::all ? graphs : graphs * 95 / 100) / 8);  // some make more numbers than are told apart
  RecordProperty("proven", proven);
  RecordProperty("solved", solved);
}

}  // namespace
}  // namespace wengert
