// SPDX-License-Identifier: Apache-2.0
//
// Search, reductions and bounds against the best of all orders, on random graphs; the published tasks.
#include "wengert/plan/elimination_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "random_elimination.h"
#include "random_program.h"
#include "wengert/ad/linearize.h"
#include "wengert/ir/text.h"
#include "wengert/passes/simplify.h"
#include "wengert/plan/certificate.h"
#include "wengert/plan/elimination_reduction.h"

namespace wengert {
namespace {

class EveryCounting : public testing::TestWithParam<Counting> {};
INSTANTIATE_TEST_SUITE_P(Counting, EveryCounting,
                         testing::Values(Counting::all, Counting::units_free, Counting::numbers_folded));

TEST_P(EveryCounting, enumeration_finds_the_best_of_all_permutations) {
  Random random(1);
  for (int k = 0; k < 60; ++k) {
    const EliminationProblem problem = random_problem(random, GetParam(), 6);
    NumberedOrder order = ascending(problem.intermediates);
    OrderCost least = order_cost(problem, order);
    while (std::next_permutation(order.begin(), order.end())) least = std::min(least, order_cost(problem, order));
    const SearchResult found = exact_order(problem);
    EXPECT_EQ(found.cost, least);
    EXPECT_EQ(order_cost(problem, found.order), least);
  }
}

TEST_P(EveryCounting, no_bound_exceeds_the_optimum_and_search_finds_it_nearly_always) {
  Random random(2);
  int missed = 0, tight = 0;
  constexpr int graphs = 100;
  for (int k = 0; k < graphs; ++k) {
    const EliminationProblem problem = random_problem(random, GetParam(), 10);
    const int64_t optimum = exact_order(problem).cost.multiplications;
    const int64_t bound = order_bound(problem, {.work = 4'000, .key = static_cast<uint64_t>(k)}).cost();
    ASSERT_LE(bound, optimum) << "graph " << k;
    tight += bound == optimum;
    const SearchResult found = search_order(problem, {ascending(problem.intermediates)}, {.eliminations = 8'000});
    ASSERT_GE(found.cost.multiplications, optimum);
    EXPECT_EQ(order_cost(problem, found.order), found.cost);
    missed += found.cost.multiplications > optimum;
  }
  EXPECT_LE(missed, 2);
  EXPECT_GE(tight, graphs / 2);
}

TEST(ClusterTable, of_all_vertices_is_the_optimum) {
  Random random(3);
  for (int k = 0; k < 200; ++k) {
    const EliminationProblem problem = random_problem(random, Counting::all, 9);
    EXPECT_EQ(ClusterTable(problem, ascending(problem.intermediates)).least(),
              exact_order(problem).cost.multiplications);
  }
}

TEST(Reduction, keeps_the_optimum) {
  Random random(4);
  int reduced_somewhat = 0;
  for (int k = 0; k < 1000; ++k) {
    const EliminationProblem problem = random_problem(random, Counting::all, 9);
    const ReducedProblem less = reduced(problem);
    const SearchResult rest = exact_order(less.problem);
    EXPECT_EQ(less.cost.multiplications + rest.cost.multiplications, exact_order(problem).cost.multiplications);
    EXPECT_EQ(order_cost(problem, less.whole(rest.order)).multiplications,
              less.cost.multiplications + rest.cost.multiplications);
    reduced_somewhat += !less.first.empty();
  }
  EXPECT_GT(reduced_somewhat, 100);
}

Program task(const std::string& name) {
  std::ifstream file(WENGERT_SOURCE_DIR "/examples/tasks/" + name + ".wl");
  std::stringstream text;
  text << file.rdbuf();
  return parse(text.str());
}

struct Published {
  std::string name;
  Counting counting;
  bool merged;
  int64_t cost, bound;
};

class PublishedTask : public testing::TestWithParam<Published> {};
constexpr auto all = Counting::all, units_free = Counting::units_free, folded = Counting::numbers_folded;
INSTANTIATE_TEST_SUITE_P(Tasks, PublishedTask,
                         testing::Values(Published{"HumanHeartDipole", all, false, 148, 148},
                                         Published{"PropaneCombustion", all, false, 88, 88},
                                         Published{"BlackScholes", all, false, 42, 42},
                                         Published{"RoeFlux_1d", all, false, 295, 288},
                                         Published{"HumanHeartDipole", units_free, false, 48, 48},
                                         Published{"PropaneCombustion", units_free, false, 24, 24},
                                         Published{"BlackScholes", units_free, false, 33, 33},
                                         Published{"BlackScholes", folded, true, 30, 30},
                                         Published{"BlackScholes", all, true, 39, 39}),
                         [](const auto& test) {
                           return test.param.name + "_" + std::to_string(static_cast<int>(test.param.counting)) +
                                  (test.param.merged ? "_merged" : "");
                         });

TEST_P(PublishedTask, is_as_cheap_as_known_and_as_surely) {
  const Published& published = GetParam();
  const Program p = published.merged ? simplify(task(published.name)) : task(published.name);
  const LinearGraph graph = linearize(p).graph;
  const EliminationPlan plan = plan_elimination(graph, {.counting = published.counting});
  EXPECT_LE(plan.cost, published.cost);
  EXPECT_GE(plan.lower_bound, published.bound);
  EXPECT_LE(plan.lower_bound, published.cost);
  if (published.counting == all) {
    EXPECT_EQ(elimination_cost(graph, plan.choice).multiplications, plan.cost);
  }
}

TEST(Plan, is_the_same_each_time_and_its_witness_adds_up) {
  const LinearGraph graph = linearize(task("RoeFlux_1d")).graph;
  const EliminationPlan once = plan_elimination(graph, {.rounds = 1}), again = plan_elimination(graph, {.rounds = 1});
  EXPECT_EQ(once.choice, again.choice);
  EXPECT_EQ(once.clusters, again.clusters);
  EXPECT_EQ(once.rivals[0].cost.multiplications, 620);
  EXPECT_EQ(once.rivals[1].cost.multiplications, 364);
  std::set<VertexId> seen(once.first.begin(), once.first.end());
  int64_t total = 0;
  for (const auto& [vertices, least] : once.clusters) {
    total += least;
    for (const VertexId v : vertices) EXPECT_TRUE(seen.insert(v).second);
  }
  EXPECT_EQ(seen.size(), once.intermediates);
  EXPECT_LT(total, once.lower_bound);
}

TEST_P(EveryCounting, claims_hold_by_a_checker_of_its_own_and_false_ones_do_not) {
  for (const char* name : {"BlackScholes", "PropaneCombustion"}) {
    const LinearGraph graph = linearize(task(name)).graph;
    EliminationPlan plan = plan_elimination(graph, {.counting = GetParam(), .rounds = 1});
    EXPECT_THAT(wrong_claims(graph, plan), testing::IsEmpty()) << name;
    EliminationPlan other = plan;
    --other.cost;
    EXPECT_THAT(wrong_claims(graph, other), testing::Not(testing::IsEmpty()));
    other = plan;
    ++other.lower_bound;
    EXPECT_THAT(wrong_claims(graph, other), testing::Not(testing::IsEmpty()));
    other = plan;
    other.choice.pop_back();
    EXPECT_THAT(wrong_claims(graph, other), testing::Not(testing::IsEmpty()));
    other = plan;
    other.first.push_back(plan.choice.back());
    EXPECT_THAT(wrong_claims(graph, other), testing::Not(testing::IsEmpty()));
    if (plan.clusters.empty()) continue;
    other = plan;
    ++other.clusters[0].second, ++other.lower_bound;
    EXPECT_THAT(wrong_claims(graph, other), testing::Not(testing::IsEmpty()));
    other = plan;
    other.clusters[0].first = plan.clusters[1].first;
    EXPECT_THAT(wrong_claims(graph, other), testing::Not(testing::IsEmpty()));
  }
}

TEST_P(EveryCounting, claims_about_random_graphs_hold) {
  for (uint64_t key = 0; key < 25; ++key) {
    const LinearGraph graph = linearize(random_program(key, {.draws = 6, .arrays = false, .nesting = 0}).program).graph;
    const EliminationPlan plan = plan_elimination(graph, {.counting = GetParam(), .rounds = 1});
    EXPECT_THAT(wrong_claims(graph, plan), testing::IsEmpty()) << key;
  }
}

TEST(Plan, ends_when_it_is_told_to) {
  const EliminationPlan plan =
      plan_elimination(linearize(task("RoeFlux_1d")).graph, {.rounds = 12, .stop = [] { return true; }});
  EXPECT_EQ(plan.choice.size(), plan.intermediates);
  EXPECT_LE(plan.cost, 306);
}

}  // namespace
}  // namespace wengert
