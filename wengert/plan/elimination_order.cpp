// SPDX-License-Identifier: Apache-2.0
#include "wengert/plan/elimination_order.h"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>

namespace wengert {
namespace {

EliminationGraph counting(const LinearGraph& graph) { return EliminationGraph(graph, EliminationGraph::Mode::count); }

/// Best way found so far to eliminate a set of vertices.
struct State {
  int64_t multiplications = -1, additions = 0;  // -1: not reached
  int last = -1;                                // eliminated last
  bool better_than(const State& other) const {
    return other.multiplications < 0 || std::pair(multiplications, additions) < std::pair(other.multiplications, other.additions);
  }
};

/// The graph with the vertices of `set` eliminated, in ascending order: any order gives the same.
EliminationGraph reduced(const EliminationGraph& full, const EliminationOrder& vertices, uint32_t set) {
  EliminationGraph g = full;
  for (size_t k = 0; k < vertices.size(); ++k)
    if (set >> k & 1) g.eliminate(vertices[k]);
  return g;
}

std::vector<State> solve(const EliminationGraph& full, const EliminationOrder& vertices) {
  std::vector<State> states(size_t{1} << vertices.size());
  states[0] = {0, 0, -1};
  for (uint32_t set = 0; set < states.size(); ++set) {
    const EliminationGraph g = reduced(full, vertices, set);
    for (size_t k = 0; k < vertices.size(); ++k) {
      if (set >> k & 1) continue;
      EliminationGraph next = g;
      const EliminationCost step = next.eliminate(vertices[k]);
      const State candidate{states[set].multiplications + step.multiplications, states[set].additions + step.additions, static_cast<int>(k)};
      State& known = states[set | 1u << k];
      if (candidate.better_than(known)) known = candidate;
    }
  }
  return states;
}

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
  const EliminationGraph full = counting(graph);
  const auto vertices = full.intermediates();
  if (vertices.size() > most)
    throw ResourceError("W404", fmt::format("enumerating all orders of {} vertices needs 2^{} states (limit: 2^{})", vertices.size(), vertices.size(), most),
                        {}, "use a constructive order (forward, reverse, Markowitz)");
  const auto states = solve(full, vertices);
  Plan<EliminationOrder> plan;
  for (uint32_t set = static_cast<uint32_t>(states.size() - 1); set != 0; set &= ~(1u << states[set].last))
    plan.choice.push_back(vertices[static_cast<size_t>(states[set].last)]);
  std::reverse(plan.choice.begin(), plan.choice.end());
  plan.cost = plan.lower_bound = states.back().multiplications;
  plan.proven = true;
  plan.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return plan;
}

}  // namespace wengert
