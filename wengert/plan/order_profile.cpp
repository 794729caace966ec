// SPDX-License-Identifier: Apache-2.0
#include "wengert/plan/order_profile.h"

#include <algorithm>

#include "wengert/base/error.h"

namespace wengert {
namespace {

using Edges = std::map<VertexId, Partial>;

int64_t unknown(const Edges& edges) {
  return std::ranges::count_if(edges, [](const auto& edge) { return !edge.second.is_number(); });
}

bool is_free(const Coefficient& a, const Coefficient& b, Counting counting) {
  if (counting == Counting::all) return false;
  return a.is_unit() || b.is_unit() || (counting == Counting::numbers_folded && a.is_number() && b.is_number());
}

class Profile {
 public:
  Profile(const LinearGraph& graph, Counting counting)
      : lines_(graph.vertices()), counting_(counting), graph_(graph, EliminationGraph::Mode::count),
        change_(lines_ + 1) {}

  OrderProfile run(std::span<const VertexId> order) {
    OrderProfile result;
    for (const VertexId v : order) result.steps.push_back(eliminate(v));
    if (const auto left = graph_.intermediates(); !left.empty())
      throw UsageError("W132", "the order leaves out vertex " + std::to_string(index(left[0])), {},
                       "give each intermediate vertex once");
    std::vector<VertexId> ends;
    for (const auto& output : graph_.outputs())
      if (output) ends.push_back(*output);
    std::ranges::sort(ends);
    ends.erase(std::unique(ends.begin(), ends.end()), ends.end());
    for (const VertexId w : ends) hold(unknown(graph_.predecessors(w)), line(w), lines_ - 1);
    int64_t now = 0;
    for (size_t k = 0; k < lines_; ++k) result.held.push_back(now += change_[k]);
    return result;
  }

 private:
  OrderCost eliminate(VertexId v) {
    OrderCost cost;
    size_t last = line(v);
    for (const auto& [w, b] : graph_.successors(v)) {
      last = std::max(last, line(w));
      for (const auto& [u, a] : graph_.predecessors(v)) cost.multiplications += !is_free(a, b, counting_);
    }
    if (!graph_.successors(v).empty()) hold(unknown(graph_.predecessors(v)), line(v), last);
    cost.additions = graph_.eliminate(v).additions;
    return cost;
  }

  /// When v is there: a copy of an output that is used further, with the output.
  size_t line(VertexId v) {
    if (index(v) < lines_) return index(v);
    // Only ever an output's place: its own edge is from the output until that is eliminated, so it is asked for before.
    const auto [place, is_new] = copies_.try_emplace(v, 0);
    if (is_new) place->second = index(graph_.predecessors(v).begin()->first);
    return place->second;
  }

  void hold(int64_t partials, size_t first, size_t last) { change_[first] += partials, change_[last + 1] -= partials; }

  size_t lines_;
  Counting counting_;
  EliminationGraph graph_;
  std::map<VertexId, size_t> copies_;
  std::vector<int64_t> change_;
};

}  // namespace

OrderCost OrderProfile::total() const {
  OrderCost total;
  for (const OrderCost& step : steps) total += step;
  return total;
}

int64_t OrderProfile::most_held() const { return held.empty() ? 0 : std::ranges::max(held); }

OrderProfile order_profile(const LinearGraph& graph, std::span<const VertexId> order, Counting counting) {
  return Profile(graph, counting).run(order);
}

}  // namespace wengert
