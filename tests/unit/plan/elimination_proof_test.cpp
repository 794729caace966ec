// SPDX-License-Identifier: Apache-2.0
//
// Branch and bound by what goes last, against all subsets; what may go first in each way of counting; the same claims
// by the checker.
#include "wengert/plan/elimination_proof.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "random_elimination.h"
#include "wengert/ad/linearize.h"
#include "wengert/ir/text.h"
#include "wengert/passes/simplify.h"
#include "wengert/plan/certificate.h"
#include "wengert/plan/elimination_bound.h"
#include "wengert/plan/elimination_plan.h"
#include "wengert/plan/elimination_reduction.h"

namespace wengert {
namespace {

using Clusters = std::vector<std::vector<uint32_t>>;

class InEveryCounting : public testing::TestWithParam<Counting> {};
INSTANTIATE_TEST_SUITE_P(Counting, InEveryCounting,
                         testing::Values(Counting::all, Counting::units_free, Counting::numbers_folded));

/// Neighbours by number, three at a time: any partition will do.
Clusters threes(size_t n) {
  Clusters clusters;
  for (uint32_t v = 0; v < n; ++v) {
    if (v % 3 == 0) clusters.emplace_back();
    clusters.back().push_back(v);
  }
  return clusters;
}

TEST_P(InEveryCounting, branch_and_bound_takes_as_many_as_the_best_of_all_orders) {
  Random random(5);
  for (int k = 0; k < 400; ++k) {
    const EliminationProblem problem = random_problem(random, GetParam(), 10);
    const int64_t optimum = exact_order(problem).cost.multiplications;
    EliminationProof proof(problem, k % 2 == 0 ? threes(problem.intermediates) : Clusters{});
    proof.raise({});
    ASSERT_TRUE(proof.is_solved()) << "graph " << k;
    EXPECT_EQ(proof.bound(), optimum) << "graph " << k;
    EXPECT_EQ(order_cost(problem, proof.order()).multiplications, optimum) << "graph " << k;
  }
}

TEST_P(InEveryCounting, cut_short_its_bound_is_below_the_optimum_and_rises_when_it_goes_on) {
  Random random(6);
  for (int k = 0; k < 60; ++k) {
    const EliminationProblem problem = random_problem(random, GetParam(), 12);
    const int64_t optimum = exact_order(problem).cost.multiplications;
    EliminationProof proof(problem, threes(problem.intermediates));
    for (int64_t before = proof.bound(); !proof.is_solved(); before = proof.bound()) {
      proof.raise({.work = 50});
      ASSERT_LE(proof.bound(), optimum) << "graph " << k;
      EXPECT_GE(proof.bound(), before);
    }
    EXPECT_EQ(proof.bound(), optimum);
  }
}

TEST_P(InEveryCounting, what_may_go_first_keeps_the_optimum) {
  Random random(7);
  int reduced_somewhat = 0;
  for (int k = 0; k < 1000; ++k) {
    const EliminationProblem problem = random_problem(random, GetParam(), 9);
    const ReducedProblem less = reduced(problem);
    const int64_t cost = less.cost.multiplications + exact_order(less.problem).cost.multiplications;
    EXPECT_EQ(cost, exact_order(problem).cost.multiplications) << "graph " << k;
    reduced_somewhat += !less.first.empty();
  }
  EXPECT_GT(reduced_somewhat, 100);
}

TEST(EliminationProof, ends_when_it_is_told_to_and_when_it_remembers_too_much) {
  Random random(8);
  EliminationProblem problem = random_problem(random, Counting::all, 14);
  while (problem.intermediates < 12) problem = random_problem(random, Counting::all, 14);
  EliminationProof stopped(problem, {}), full(problem, {}), enough(problem, {});
  stopped.raise({.stop = [] { return true; }}), full.raise({.most_parts = 3}), enough.raise({.enough = 0});
  EXPECT_LE(full.parts(), 3 + problem.intermediates);
  EXPECT_FALSE(enough.is_solved());
  for (EliminationProof* proof : {&stopped, &full, &enough})
    EXPECT_LE(proof->bound(), exact_order(problem).cost.multiplications);
}

TEST(EliminationProof, claims_nothing_where_there_are_more_numbers_than_it_tells_apart) {
  EliminationProblem problem;
  problem.counting = Counting::units_free, problem.inputs = 300, problem.intermediates = problem.outputs = 1;
  problem.ids.resize(1);
  for (uint32_t k = 0; k < 300; ++k) problem.edges.push_back({1 + k, 0, 1.5 + k, true});
  problem.edges.push_back({0, 301});
  EliminationProof proof(problem, {});
  proof.raise({});
  EXPECT_FALSE(proof.is_solved());
  EXPECT_EQ(proof.bound(), 0);
}

LinearGraph graph_of(const std::string& file) {
  std::stringstream text;
  text << std::ifstream(WENGERT_SOURCE_DIR "/examples/" + file + ".wl").rdbuf();
  return linearize(simplify(parse(text.str()))).graph;
}

TEST(Plan, proves_by_search_what_clusters_do_not_and_the_checker_agrees) {
  const LinearGraph graph = graph_of("functions/Greeks");
  const EliminationPlan plan = plan_elimination(graph, {.counting = Counting::units_free});
  EXPECT_TRUE(plan.proven && plan.searched);
  EXPECT_EQ(plan.cost, 79);
  EXPECT_EQ(wrong_claims(graph, plan), std::vector<std::string>());
  EliminationPlan bold = plan;
  ++bold.lower_bound, ++bold.cost;
  EXPECT_FALSE(wrong_claims(graph, bold).empty());
}

}  // namespace
}  // namespace wengert
