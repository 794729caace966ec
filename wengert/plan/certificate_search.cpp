// SPDX-License-Identifier: Apache-2.0
#include "wengert/plan/certificate_search.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace wengert {
namespace {

using Set = DenseGraph::Set;

std::vector<size_t> members(const Set& set, size_t vertices) {
  std::vector<size_t> all;
  for (size_t v = 0; v < vertices; ++v)
    if (set.test(v)) all.push_back(v);
  return all;
}

/// The most paths between what is outside `left` and v that share no other vertex and have no number for their edge at
/// v: maximal flow by shortest augmenting paths (Edmonds, Karp 1972). Place k of `near` has the nodes 2k + 2 and 2k
/// + 3.
class LocalFlow {
 public:
  LocalFlow(const DenseGraph& g, const Set& left, size_t v, bool forward, Counting counting)
      : next_(forward ? g.after : g.before) {
    const Set counted = counting == Counting::all ? next_[v] : unknown(g, v, forward);
    std::map<size_t, size_t> place;
    std::vector<size_t> near;
    const auto reach = [&](const Set& set) {
      for (const size_t x : members(set, g.vertices()))
        if (place.try_emplace(x, near.size()).second) near.push_back(x);
    };
    reach(counted);
    for (size_t k = 0; k < near.size(); ++k)
      if (left.test(near[k])) reach(next_[near[k]]);
    nodes_ = 2 * near.size() + 2;
    room_.assign(nodes_ * nodes_, 0);
    for (size_t k = 0; k < near.size(); ++k) {
      room(2 * k + 2, 2 * k + 3) = 1;
      if (counted.test(near[k])) room(0, 2 * k + 2) = 1;
      if (!left.test(near[k]))
        room(2 * k + 3, 1) = 1;
      else
        for (const size_t y : members(next_[near[k]], g.vertices())) room(2 * k + 3, 2 * place[y] + 2) = 1;
    }
  }

  int64_t most() {
    int64_t paths = 0;
    while (augment()) ++paths;
    return paths;
  }

 private:
  static Set unknown(const DenseGraph& g, size_t v, bool forward) {
    Set result = forward ? g.after[v] : g.before[v];
    for (const size_t x : members(result, g.vertices()))
      if (forward ? g.is_number(v, x) : g.is_number(x, v)) result.reset(x);
    return result;
  }

  char& room(size_t from, size_t to) { return room_[from * nodes_ + to]; }

  bool augment() {
    std::vector<size_t> from(nodes_, SIZE_MAX), queue{0};
    from[0] = 0;
    for (size_t k = 0; k < queue.size() && from[1] == SIZE_MAX; ++k)
      for (size_t to = 0; to < nodes_; ++to)
        if (room(queue[k], to) > 0 && from[to] == SIZE_MAX) from[to] = queue[k], queue.push_back(to);
    if (from[1] == SIZE_MAX) return false;
    for (size_t at = 1; at != 0; at = from[at]) --room(from[at], at), ++room(at, from[at]);
    return true;
  }

  const std::vector<Set>& next_;
  size_t nodes_ = 0;
  std::vector<char> room_;
};

/// What numbers alone lead to from u, in one step or through vertices of `left`, never through v.
Set reached_by_numbers(const DenseGraph& g, const Set& left, size_t u, size_t v, bool forward) {
  Set seen;
  std::vector<size_t> queue{u};
  for (size_t k = 0; k < queue.size(); ++k)
    for (const size_t y : members(forward ? g.after[queue[k]] : g.before[queue[k]], g.vertices()))
      if (y != v && !seen.test(y) && (forward ? g.is_number(queue[k], y) : g.is_number(y, queue[k]))) {
        seen.set(y);
        if (left.test(y)) queue.push_back(y);
      }
  return seen;
}

/// v has one neighbour x on the near side, which stays.
bool may_join(const DenseGraph& g, const Set& left, size_t v, size_t x, bool forward, Counting counting) {
  const Set& far = forward ? g.after[v] : g.before[v];
  const auto paths = [&] { return LocalFlow(g, left, v, forward, counting).most(); };
  if (counting == Counting::all) return static_cast<int64_t>(far.count()) == paths();
  if (forward ? g.is_unit(x, v) : g.is_unit(v, x))
    return (reached_by_numbers(g, left, v, v, forward) & reached_by_numbers(g, left, x, v, forward) & left).none();
  for (const size_t y : members(far & left, g.vertices()))
    if (forward ? g.is_number(v, y) : g.is_number(y, v)) return false;
  DenseGraph copy = g;
  return copy.eliminate(v, counting) == paths();
}

/// Parts as in docs/planning.md: what is to go, and what is gone that had to do with it.
class SearchCheck {
 public:
  SearchCheck(const DenseGraph& graph, Counting counting, size_t most_parts)
      : graph_(graph), counting_(counting), most_parts_(most_parts) {}

  struct TooLarge {};

  bool costs_at_least(int64_t bound) {
    const Division all = divided(graph_, graph_.intermediates, {});
    return least(all, bound - 1) >= bound;
  }

 private:
  using Key = std::pair<std::vector<size_t>, std::vector<size_t>>;
  struct Division {
    int64_t cost = 0;
    std::vector<Key> parts;
  };

  /// A lower bound; above `limit`, or what a cheapest order takes.
  int64_t least(const Division& division, int64_t limit) {
    int64_t total = division.cost;
    for (const Key& part : division.parts) total += known(part);
    for (const Key& part : division.parts) {
      if (total > limit) break;
      const int64_t before = known(part);
      total += least(part, limit - total + before) - before;
    }
    return total;
  }

  int64_t least(const Key& key, int64_t limit) {
    if (known(key) > limit) return known(key);
    const DenseGraph g = graph_of(key);
    const std::vector<size_t> all = key.first;
    std::vector<int64_t> cuts;
    int64_t sum = 0, result = INT64_MAX;
    for (const size_t v : all) cuts.push_back(cut(g, set_of(all), v)), sum += cuts.back();
    for (size_t k = 0; k < all.size(); ++k) {
      DenseGraph rest = g;
      for (const size_t u : all)
        if (u != all[k]) rest.eliminate(u, counting_);
      const int64_t last = rest.eliminate(all[k], counting_);
      int64_t bound = sum - cuts[k] + last;
      if (bound <= limit) {
        Set left = set_of(all);
        left.reset(all[k]);
        bound = std::max(bound, last + least(divided(g, left, set_of(key.second)), limit - last));
      }
      result = std::min(result, bound);
    }
    return known_[key] = std::max(known(key), result);
  }

  int64_t known(const Key& key) {
    if (const auto found = known_.find(key); found != known_.end()) return found->second;
    if (known_.size() >= most_parts_) throw TooLarge();
    const DenseGraph g = graph_of(key);
    int64_t sum = 0;
    for (const size_t v : key.first) sum += cut(g, set_of(key.first), v);
    return known_[key] = sum;
  }

  int64_t cut(const DenseGraph& g, const Set& left, size_t v) const {
    return LocalFlow(g, left, v, false, counting_).most() * LocalFlow(g, left, v, true, counting_).most();
  }

  DenseGraph graph_of(const Key& key) const {
    DenseGraph g = graph_;
    for (const size_t v : key.second) g.eliminate(v, Counting::all);
    return g;
  }

  Set set_of(const std::vector<size_t>& all) const {
    Set set;
    for (const size_t v : all) set.set(v);
    return set;
  }

  Division divided(DenseGraph g, Set left, Set gone) const {
    Division result;
    for (bool changed = true; changed;) {
      changed = false;
      for (const size_t v : members(left, g.vertices()))
        if (may_go_first(g, left, v, counting_))
          result.cost += g.eliminate(v, counting_), left.reset(v), gone.set(v), changed = true;
    }
    for (const size_t v : members(left, g.vertices())) {
      if (!left.test(v)) continue;
      Set start;
      start.set(v);
      const Set part = connected(g, start, left);
      left &= ~part;
      result.parts.push_back({members(part, g.vertices()), members(connected(graph_, part, gone), g.vertices())});
    }
    return result;
  }

  static Set connected(const DenseGraph& g, const Set& start, const Set& within) {
    Set seen = start & within;
    std::vector<size_t> queue = members(start, g.vertices());
    for (size_t k = 0; k < queue.size(); ++k)
      for (const size_t y : members((g.after[queue[k]] | g.before[queue[k]]) & within & ~seen, g.vertices()))
        seen.set(y), queue.push_back(y);
    return seen;
  }

  const DenseGraph graph_;
  Counting counting_;
  size_t most_parts_;
  std::map<Key, int64_t> known_;
};

}  // namespace

DenseGraph::DenseGraph(const EliminationGraph& g)
    : after(g.vertices()), before(g.vertices()), known(g.vertices()), number(g.vertices() * g.vertices(), 0) {
  for (const VertexId v : g.intermediates()) intermediates.set(index(v));
  for (size_t v = 0; v < vertices(); ++v)
    for (const auto& [to, c] : g.successors(VertexId{static_cast<uint32_t>(v)})) {
      const size_t w = index(to);
      after[v].set(w), before[w].set(v);
      if (c.is_number()) known[v].set(w), number[v * vertices() + w] = c.number;
    }
}

int64_t DenseGraph::eliminate(size_t v, Counting counting) {
  int64_t cost = 0;
  const auto ends = members(after[v], vertices());
  for (const size_t u : members(before[v], vertices())) {
    for (const size_t w : ends) {
      const bool both = is_number(u, v) && is_number(v, w);
      cost += counting == Counting::all ||
              !(is_unit(u, v) || is_unit(v, w) || (both && counting == Counting::numbers_folded));
      const double product = number[u * vertices() + v] * number[v * vertices() + w];
      double& sum = number[u * vertices() + w];
      if (both && (!after[u].test(w) || is_number(u, w)))
        sum = after[u].test(w) ? sum + product : product, known[u].set(w);
      else
        known[u].reset(w);
      after[u].set(w), before[w].set(u);
    }
    after[u].reset(v), known[u].reset(v);
  }
  for (const size_t w : ends) before[w].reset(v);
  after[v].reset(), before[v].reset(), known[v].reset();
  intermediates.reset(v);
  return cost;
}

bool may_go_first(const DenseGraph& g, const Set& left, size_t v, Counting counting) {
  const Set &before = g.before[v], &after = g.after[v];
  if (before.none() || after.none()) return true;  // on no path
  for (const bool forward : {true, false}) {
    const Set& near = forward ? before : after;
    if (near.count() == 1 && (near & left).none() &&
        may_join(g, left, v, members(near, g.vertices())[0], forward, counting))
      return true;
  }
  return false;
}

std::optional<bool> costs_at_least(const DenseGraph& graph, Counting counting, int64_t bound, size_t most_parts) {
  try {
    return SearchCheck(graph, counting, most_parts).costs_at_least(bound);
  } catch (const SearchCheck::TooLarge&) {
    return {};
  }
}

}  // namespace wengert
