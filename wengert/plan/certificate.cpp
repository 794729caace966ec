// SPDX-License-Identifier: Apache-2.0
#include "wengert/plan/certificate.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <optional>
#include <set>

#include "wengert/plan/certificate_search.h"

namespace wengert {
namespace {

/// Edges by their ends; a partial that is a number is there with it.
class PlainGraph {
 public:
  explicit PlainGraph(const LinearGraph& graph) {
    const EliminationGraph g(graph, EliminationGraph::Mode::count);
    for (const VertexId v : g.intermediates()) intermediates.insert(index(v));
    for (const auto& v : g.inputs())
      if (v) inputs.insert(index(*v));
    for (const auto& v : g.outputs())
      if (v) outputs.insert(index(*v));
    for (size_t v = 0; v < g.vertices(); ++v)
      for (const auto& [w, c] : g.successors(VertexId{static_cast<uint32_t>(v)}))
        after[v][index(w)] = before[index(w)][v] = c.is_number() ? std::optional(c.number) : std::nullopt;
  }

  using Number = std::optional<double>;
  std::set<size_t> intermediates, inputs, outputs;
  std::map<size_t, std::map<size_t, Number>> after, before;

  static bool is_unit(const Number& c) { return c && (*c == 1 || *c == -1); }
  static bool is_free(const Number& a, const Number& b, Counting counting) {
    if (counting == Counting::all) return false;
    return is_unit(a) || is_unit(b) || (counting == Counting::numbers_folded && a && b);
  }

  /// The multiplications that count.
  int64_t eliminate(size_t v, Counting counting) {
    int64_t cost = 0;
    for (const auto& [u, a] : before[v])
      for (const auto& [w, b] : after[v]) {
        cost += !is_free(a, b, counting);
        after[u][w] = before[w][u] = joined(u, w, a, b);
      }
    for (const auto& [u, a] : before[v]) after[u].erase(v);
    for (const auto& [w, b] : after[v]) before[w].erase(v);
    before.erase(v), after.erase(v);
    intermediates.erase(v);
    return cost;
  }

  /// What the edge u -> w is, with a path of two edges added to it.
  Number joined(size_t u, size_t w, const Number& a, const Number& b) {
    if (!a || !b) return std::nullopt;
    const auto old = after[u].find(w);
    if (old == after[u].end()) return *a * *b;
    if (!old->second) return std::nullopt;
    return *a * *b + *old->second;
  }

  PlainGraph turned() const {
    PlainGraph other = *this;
    std::swap(other.after, other.before), std::swap(other.inputs, other.outputs);
    return other;
  }
};

/// The most paths from `sources` to vertices of `last` that share no vertex: maximal flow by shortest augmenting paths
/// (Edmonds, Karp 1972); vertex x has the nodes 2x + 2 where it is entered and 2x + 3 where it is left.
class Flow {
 public:
  Flow(const PlainGraph& g, const std::set<size_t>& sources, const std::set<size_t>& last) {
    for (const auto& [u, edges] : g.after) {
      room_[2 * u + 2][2 * u + 3] = 1;
      for (const auto& [w, c] : edges) room_[2 * u + 3][2 * w + 2] = room_[2 * w + 2][2 * w + 3] = 1;
    }
    for (const size_t s : sources) room_[start][2 * s + 2] = room_[2 * s + 2][2 * s + 3] = 1;
    for (const size_t t : last) room_[2 * t + 3][end] = 1;
  }

  int most() {
    int paths = 0;
    while (augment()) ++paths;
    return paths;
  }

 private:
  static constexpr size_t start = 0, end = 1;

  bool augment() {
    std::map<size_t, size_t> reached{{start, start}};
    std::vector<size_t> queue{start};
    for (size_t k = 0; k < queue.size() && !reached.contains(end); ++k)
      for (const auto& [next, room] : room_[queue[k]])
        if (room > 0 && reached.try_emplace(next, queue[k]).second) queue.push_back(next);
    if (!reached.contains(end)) return false;
    for (size_t at = end; at != start; at = reached[at]) --room_[reached[at]][at], ++room_[at][reached[at]];
    return true;
  }

  std::map<size_t, std::map<size_t, int>> room_;
};

/// What a cluster costs at least, from the definition (docs/planning.md).
class ClusterCheck {
 public:
  ClusterCheck(const PlainGraph& graph, std::vector<size_t> cluster, Counting counting)
      : forward_(graph), backward_(graph.turned()), cluster_(std::move(cluster)), counting_(counting) {}

  int64_t least() { return to_go(0); }

 private:
  int64_t to_go(uint32_t gone) {
    if (gone + 1 == uint64_t{1} << cluster_.size()) return 0;
    if (const auto found = known_.find(gone); found != known_.end()) return found->second;
    int64_t least = INT64_MAX;
    for (size_t k = 0; k < cluster_.size(); ++k)
      if (!(gone >> k & 1))
        least = std::min(least, int64_t{paths(forward_, k, gone)} * paths(backward_, k, gone) + to_go(gone | 1U << k));
    return known_[gone] = least;
  }

  int paths(const PlainGraph& whole, size_t k, uint32_t gone) {
    PlainGraph g = whole;
    std::set<size_t> sources = g.inputs;
    for (size_t j = 0; j < cluster_.size(); ++j)
      if (gone >> j & 1)
        g.eliminate(cluster_[j], Counting::all);
      else if (j != k)
        sources.insert(cluster_[j]);
    std::set<size_t> last;
    for (const auto& [u, c] : g.before[cluster_[k]])
      if (counting_ == Counting::all || !c) last.insert(u);
    // Paths that leave v, or a source that is behind it, cannot come back to v: the graph has no cycles.
    return Flow(g, sources, last).most();
  }

  PlainGraph forward_, backward_;
  std::vector<size_t> cluster_;
  Counting counting_;
  std::map<uint32_t, int64_t> known_;
};

class Checker {
 public:
  Checker(const LinearGraph& graph, const EliminationPlan& plan) : graph_(graph), plan_(plan) {}

  std::vector<std::string> run() {
    check_order();
    PlainGraph rest(graph_);
    DenseGraph dense{EliminationGraph(graph_, EliminationGraph::Mode::count)};
    int64_t bound = check_first(rest, dense);
    const int64_t parts = plan_.enumerated ? cheapest(rest) : check_clusters(rest);
    bound += plan_.searched ? check_search(dense, plan_.lower_bound - bound) : parts;
    if (bound != plan_.lower_bound)
      plan_.searched ? say("some order takes fewer than {} multiplications", plan_.lower_bound)
                     : say("the parts of the bound add up to {}, not to {}", bound, plan_.lower_bound);
    if (plan_.proven != (plan_.cost == plan_.lower_bound))
      say("proven is {}, but cost and bound are {} and {}", plan_.proven, plan_.cost, plan_.lower_bound);
    return wrong_;
  }

 private:
  template <class... Values> void say(fmt::format_string<Values...> text, Values&&... values) {
    wrong_.push_back(fmt::format(text, std::forward<Values>(values)...));
  }

  void check_order() {
    PlainGraph g(graph_);
    int64_t cost = 0;
    for (const VertexId v : plan_.choice) {
      if (!g.intermediates.contains(index(v)))
        return say("the order names vertex {} twice, or it is no intermediate value", index(v));
      cost += g.eliminate(index(v), plan_.counting);
    }
    if (!g.intermediates.empty()) say("the order leaves out vertex {}", *g.intermediates.begin());
    if (cost != plan_.cost) say("the order takes {} multiplications, not {}", cost, plan_.cost);
  }

  int64_t check_first(PlainGraph& g, DenseGraph& dense) {
    int64_t cost = 0;
    for (const VertexId id : plan_.first) {
      const size_t v = index(id);
      if (!g.intermediates.contains(v)) {
        say("vertex {} cannot be eliminated first: it is no intermediate value, or gone", v);
        return cost;
      }
      if (!may_go_first(dense, dense.intermediates, v, plan_.counting))
        say("vertex {} need not be first in a cheapest order", v);
      cost += g.eliminate(v, plan_.counting);
      dense.eliminate(v, plan_.counting);
    }
    return cost;
  }

  /// `bound` if a search of all orders of what is left finds none that is cheaper.
  int64_t check_search(const DenseGraph& g, int64_t bound) {
    constexpr size_t most_parts = 20'000;
    const auto holds = costs_at_least(g, plan_.counting, bound, most_parts);
    if (!holds) say("the search that the bound is by takes more than {} parts: too many to be checked", most_parts);
    return holds.value_or(true) ? bound : bound - 1;
  }

  int64_t check_clusters(const PlainGraph& g) {
    int64_t total = 0;
    std::set<size_t> seen;
    for (const auto& [vertices, claimed] : plan_.clusters) {
      std::vector<size_t> cluster;
      for (const VertexId v : vertices) {
        if (!g.intermediates.contains(index(v)) || !seen.insert(index(v)).second)
          say("vertex {} is in two clusters, or in none's place", index(v));
        else
          cluster.push_back(index(v));
      }
      if (cluster.size() > 14)
        say("a cluster of {} vertices is too large to be checked (at most 14)", cluster.size());
      else if (const int64_t least = ClusterCheck(g, cluster, plan_.counting).least(); least != claimed)
        say("the cluster of vertex {} costs at least {}, not {}", cluster.empty() ? 0 : cluster[0], least, claimed);
      total += claimed;
    }
    return total;
  }

  /// The cheapest of all orders of what is left, subset by subset.
  int64_t cheapest(const PlainGraph& g) {
    if (g.intermediates.size() > 16) {
      say("{} vertices are too many to try all orders (at most 16)", g.intermediates.size());
      return 0;
    }
    std::map<std::set<size_t>, int64_t> known;
    const auto visit = [&](const auto& self, const PlainGraph& state) -> int64_t {
      if (state.intermediates.empty()) return 0;
      if (const auto found = known.find(state.intermediates); found != known.end()) return found->second;
      int64_t least = INT64_MAX;
      for (const size_t v : state.intermediates) {
        PlainGraph next = state;
        const int64_t step = next.eliminate(v, plan_.counting);
        least = std::min(least, step + self(self, next));
      }
      return known[state.intermediates] = least;
    };
    return visit(visit, g);
  }

  const LinearGraph& graph_;
  const EliminationPlan& plan_;
  std::vector<std::string> wrong_;
};

}  // namespace

std::vector<std::string> wrong_claims(const LinearGraph& graph, const EliminationPlan& plan) {
  return Checker(graph, plan).run();
}

}  // namespace wengert
