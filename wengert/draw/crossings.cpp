// SPDX-License-Identifier: Apache-2.0
//
// Crossing reduction: sweeps down and up, each layer sorted by the barycentres of its neighbours; the best order seen
// is kept and improved by exchanging neighbours.
#include <algorithm>
#include <numeric>

#include "wengert/draw/layout_graph.h"

namespace wengert {
namespace {

using Order = std::vector<std::vector<size_t>>;

class CrossingReducer {
 public:
  explicit CrossingReducer(LayoutGraph& graph) : graph_(graph), place_(graph.nodes.size()) {}

  size_t run() {
    start();
    Order best = graph_.layers;
    size_t least = crossings();
    for (int sweep = 0; sweep < 24 && least > 0; ++sweep) {
      sort_layers(sweep % 2 == 0);
      if (const size_t now = crossings(); now < least) {
        least = now;
        best = graph_.layers;
      }
    }
    graph_.layers = std::move(best);
    for (const auto& layer : graph_.layers) renumber(layer);
    constexpr size_t affordable = 4000;
    for (int pass = 0; pass < 10 && least > 0 && graph_.nodes.size() <= affordable; ++pass)
      if (!exchange_neighbours()) break;
    return crossings();
  }

 private:
  void renumber(const std::vector<size_t>& layer) {
    for (size_t k = 0; k < layer.size(); ++k) place_[layer[k]] = k;
  }

  /// Depth first from the sources, so that what belongs together starts together.
  void start() {
    Order order(graph_.layers.size());
    std::vector<bool> seen(graph_.nodes.size(), false);
    std::vector<size_t> stack;
    for (const auto& layer : graph_.layers)
      for (size_t root : layer) {
        stack.push_back(root);
        while (!stack.empty()) {
          const size_t node = stack.back();
          stack.pop_back();
          if (seen[node]) continue;
          seen[node] = true;
          order[graph_.nodes[node].layer].push_back(node);
          const auto& down = graph_.nodes[node].down;
          stack.insert(stack.end(), down.rbegin(), down.rend());
        }
      }
    graph_.layers = std::move(order);
    for (const auto& layer : graph_.layers) renumber(layer);
  }

  void sort_layers(bool downward) {
    for (size_t k = 0; k < graph_.layers.size(); ++k) {
      auto& layer = graph_.layers[downward ? k : graph_.layers.size() - 1 - k];
      std::vector<std::pair<double, size_t>> keyed;
      for (size_t node : layer) keyed.emplace_back(barycentre(node, downward), node);
      std::ranges::stable_sort(keyed, {}, &std::pair<double, size_t>::first);
      for (size_t i = 0; i < layer.size(); ++i) layer[i] = keyed[i].second;
      renumber(layer);
    }
  }

  double barycentre(size_t node, bool downward) const {
    const auto& around = downward ? graph_.nodes[node].up : graph_.nodes[node].down;
    if (around.empty()) return static_cast<double>(place_[node]);
    double total = 0;
    for (size_t other : around) total += static_cast<double>(place_[other]);
    return total / static_cast<double>(around.size());
  }

  size_t crossings() const {
    size_t total = 0;
    for (size_t k = 0; k + 1 < graph_.layers.size(); ++k) total += crossings_below(k);
    return total;
  }

  /// Inversions among the lower ends of the edges sorted by their upper ends, counted with a Fenwick tree.
  size_t crossings_below(size_t k) const {
    std::vector<size_t> tree(graph_.layers[k + 1].size() + 1, 0), ends;
    size_t total = 0, edges = 0;
    for (size_t node : graph_.layers[k]) {
      ends.clear();
      for (size_t to : graph_.nodes[node].down) ends.push_back(place_[to]);
      std::ranges::sort(ends);
      for (size_t end : ends) {
        size_t not_right = 0;
        for (size_t i = end + 1; i > 0; i &= i - 1) not_right += tree[i];
        total += edges - not_right;
      }
      for (size_t end : ends) {
        for (size_t i = end + 1; i < tree.size(); i += i & (~i + 1)) ++tree[i];
        ++edges;
      }
    }
    return total;
  }

  /// Crossings between the edges of two nodes of a layer, `left` standing on the left.
  int64_t between(const std::vector<size_t>& left, const std::vector<size_t>& right) const {
    int64_t total = 0;
    for (size_t a : left)
      for (size_t b : right) total += place_[a] > place_[b] ? 1 : 0;
    return total;
  }

  bool exchange_neighbours() {
    bool better = false;
    for (auto& layer : graph_.layers)
      for (size_t k = 0; k + 1 < layer.size(); ++k) {
        const LayoutNode& a = graph_.nodes[layer[k]];
        const LayoutNode& b = graph_.nodes[layer[k + 1]];
        if (between(b.up, a.up) + between(b.down, a.down) >= between(a.up, b.up) + between(a.down, b.down)) continue;
        std::swap(layer[k], layer[k + 1]);
        std::swap(place_[layer[k]], place_[layer[k + 1]]);
        better = true;
      }
    return better;
  }

  LayoutGraph& graph_;
  std::vector<size_t> place_;
};

}  // namespace

size_t reduce_crossings(LayoutGraph& graph) { return CrossingReducer(graph).run(); }

}  // namespace wengert
