// SPDX-License-Identifier: Apache-2.0
#include "wengert/plan/elimination_order.h"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>

#include "wengert/plan/elimination_search.h"

namespace wengert {
namespace {

EliminationGraph counting(const LinearGraph& graph) { return EliminationGraph(graph, EliminationGraph::Mode::count); }

}  // namespace

EliminationOrder forward_order(const LinearGraph& graph) { return counting(graph).intermediates(); }

EliminationOrder reverse_order(const LinearGraph& graph) {
  auto order = forward_order(graph);
  std::reverse(order.begin(), order.end());
  return order;
}

EliminationOrder markowitz_order(const LinearGraph& graph, TieBreak ties) {
  EliminationGraph g = counting(graph);
  auto left = g.intermediates();
  if (ties == TieBreak::highest) std::reverse(left.begin(), left.end());
  EliminationOrder order;
  while (!left.empty()) {
    const auto next = std::min_element(left.begin(), left.end(), [&](VertexId a, VertexId b) {
      return g.markowitz_degree(a) < g.markowitz_degree(b);
    });
    order.push_back(*next);
    g.eliminate(*next);
    left.erase(next);
  }
  return order;
}

Plan<EliminationOrder> enumerated_order(const LinearGraph& graph) {
  constexpr size_t most = 16;
  const auto start = std::chrono::steady_clock::now();
  const EliminationProblem problem(graph, Counting::all);
  const size_t n = problem.intermediates;
  if (n > most)
    throw ResourceError(
        "W404", fmt::format("enumerating all orders of {} vertices needs 2^{} states (limit: 2^{})", n, n, most), {},
        "use a constructive order (forward, reverse, Markowitz), or plan_elimination");
  const SearchResult best = exact_order(problem);
  Plan<EliminationOrder> plan;
  plan.choice = problem.named(best.order);
  plan.cost = plan.lower_bound = best.cost.multiplications;
  plan.proven = true;
  plan.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return plan;
}

}  // namespace wengert
