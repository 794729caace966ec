// SPDX-License-Identifier: Apache-2.0
//
// Places along the layers. For a layer whose order is fixed, the sum of w_i (x_i - wanted_i)^2 under x_{i+1} - x_i >=
// distance_i becomes, with the distances subtracted, a regression onto an increasing sequence, which pooling adjacent
// violators solves exactly (Barlow, Bartholomew, Bremner, Brunk 1972, chapter 1).
#include <algorithm>

#include "wengert/draw/layout_graph.h"

namespace wengert {
namespace {

struct Pool {
  double wanted, weight;
  size_t size;
};

/// The least-squares increasing sequence.
std::vector<double> increasing(const std::vector<double>& wanted, const std::vector<double>& weights) {
  std::vector<Pool> pools;
  for (size_t i = 0; i < wanted.size(); ++i) {
    pools.push_back({wanted[i], weights[i], 1});
    while (pools.size() > 1 && pools[pools.size() - 2].wanted > pools.back().wanted) {
      const Pool last = pools.back();
      pools.pop_back();
      Pool& pool = pools.back();
      pool.wanted = (pool.wanted * pool.weight + last.wanted * last.weight) / (pool.weight + last.weight);
      pool.weight += last.weight;
      pool.size += last.size;
    }
  }
  std::vector<double> result;
  for (const Pool& pool : pools) result.insert(result.end(), pool.size, pool.wanted);
  return result;
}

/// How much an edge wants to be straight: bends more than ends.
double straightness(const LayoutNode& a, const LayoutNode& b) {
  return a.dummy && b.dummy ? 8 : a.dummy || b.dummy ? 2 : 1;
}

double distance(const LayoutNode& left, const LayoutNode& right) {
  return (left.width + right.width) / 2 + (left.dummy && right.dummy ? 8 : 22);
}

enum class Looks { up, down, both };

/// Where a node wants to be, and how much.
struct Wish {
  double x = 0, weight = 0;
};

Wish wish(const LayoutGraph& graph, const LayoutNode& node, Looks looks) {
  Wish w;
  const auto add = [&](const std::vector<size_t>& around) {
    for (size_t other : around) {
      const double weight = straightness(node, graph.nodes[other]);
      w.weight += weight;
      w.x += weight * graph.nodes[other].x;
    }
  };
  if (looks != Looks::down) add(node.up);
  if (looks != Looks::up) add(node.down);
  if (w.weight > 0) return {w.x / w.weight, w.weight};
  return {node.x, node.up.empty() && node.down.empty() ? 0 : 0.1};
}

/// What is connected to nothing stands beside its neighbour on the layer: it takes its wish, at next to no weight.
void follow_neighbours(std::vector<double>& wanted, std::vector<double>& weights) {
  for (const bool forward : {false, true})
    for (size_t i = 1; i < wanted.size(); ++i) {
      const size_t k = forward ? i : wanted.size() - 1 - i, beside = forward ? k - 1 : k + 1;
      if (weights[k] != 0 || weights[beside] == 0) continue;
      wanted[k] = wanted[beside];
      weights[k] = 1e-6;
    }
  for (double& weight : weights) weight = std::max(weight, 1e-6);
}

void place_layer(LayoutGraph& graph, const std::vector<size_t>& layer, Looks looks) {
  std::vector<double> offsets, wanted, weights;
  for (size_t k = 0; k < layer.size(); ++k) {
    const LayoutNode& node = graph.nodes[layer[k]];
    offsets.push_back(k == 0 ? 0 : offsets.back() + distance(graph.nodes[layer[k - 1]], node));
    const Wish w = wish(graph, node, looks);
    wanted.push_back(w.x - offsets.back());
    weights.push_back(w.weight);
  }
  follow_neighbours(wanted, weights);
  const auto places = increasing(wanted, weights);
  for (size_t k = 0; k < layer.size(); ++k) graph.nodes[layer[k]].x = places[k] + offsets[k];
}

/// Where a node may be without touching its neighbours on the layer.
struct Corridor {
  double left = -1e9, right = 1e9;
};

class Straightener {
 public:
  explicit Straightener(LayoutGraph& graph) : graph_(graph), place_(graph.nodes.size()) {
    for (const auto& layer : graph.layers)
      for (size_t k = 0; k < layer.size(); ++k) place_[layer[k]] = k;
  }

  /// Moves the bends of each long edge inside their corridors so that it has as few steps as possible: the corridors
  /// are intersected as far down as they have a place in common.
  void run() {
    for (const auto& chain : graph_.chains)
      for (size_t first = 1; first + 1 < chain.size();) first = straighten(chain, first);
  }

 private:
  Corridor corridor(size_t node) const {
    const auto& layer = graph_.layers[graph_.nodes[node].layer];
    const size_t k = place_[node];
    Corridor c;
    if (k > 0) c.left = graph_.nodes[layer[k - 1]].x + distance(graph_.nodes[layer[k - 1]], graph_.nodes[node]);
    if (k + 1 < layer.size())
      c.right = graph_.nodes[layer[k + 1]].x - distance(graph_.nodes[node], graph_.nodes[layer[k + 1]]);
    return c;
  }

  /// One straight piece from `first` on; returns where the next begins.
  size_t straighten(const std::vector<size_t>& chain, size_t first) {
    Corridor common;
    double total = 0;
    size_t next = first;
    for (; next + 1 < chain.size(); ++next) {
      const Corridor c = corridor(chain[next]);
      const Corridor both{std::max(common.left, c.left), std::min(common.right, c.right)};
      if (both.left > both.right && next > first) break;
      common = both;
      total += graph_.nodes[chain[next]].x;
    }
    if (common.left > common.right) return first + 1;  // no room to move
    const bool whole = first == 1 && next + 1 == chain.size();
    const double mean = total / static_cast<double>(next - first);
    const double wanted = whole && chain.size() > 3  ? mean
                          : next + 1 == chain.size() ? graph_.nodes[chain.back()].x
                                                     : mean;
    for (size_t k = first; k < next; ++k) graph_.nodes[chain[k]].x = std::clamp(wanted, common.left, common.right);
    return next;
  }

  LayoutGraph& graph_;
  std::vector<size_t> place_;
};

}  // namespace

void place_along_layers(LayoutGraph& graph) {
  for (const auto& layer : graph.layers) {
    double x = 0;
    for (size_t k = 0; k < layer.size(); ++k) {
      if (k > 0) x += distance(graph.nodes[layer[k - 1]], graph.nodes[layer[k]]);
      graph.nodes[layer[k]].x = x;
    }
    for (size_t node : layer) graph.nodes[node].x -= x / 2;
  }
  for (int sweep = 0; sweep < 40; ++sweep) {
    const Looks looks = sweep >= 12 ? Looks::both : sweep % 2 == 0 ? Looks::up : Looks::down;
    for (size_t k = 0; k < graph.layers.size(); ++k)
      place_layer(graph, graph.layers[sweep % 2 == 0 ? k : graph.layers.size() - 1 - k], looks);
  }
  for (int pass = 0; pass < 3; ++pass) Straightener(graph).run();
}

}  // namespace wengert
