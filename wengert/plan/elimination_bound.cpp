// SPDX-License-Identifier: Apache-2.0
#include "wengert/plan/elimination_bound.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "wengert/base/random.h"

namespace wengert {
namespace {

using Members = std::vector<uint32_t>;  // ascending

Members joined(const Members& a, const Members& b) {
  Members both;
  std::merge(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  return both;
}

class PartitionSearch {
 public:
  PartitionSearch(const EliminationProblem& problem, const BoundOptions& options)
      : problem_(problem), options_(options), random_(options.key) {
    for (const auto& edge : problem.edges)
      if (problem.is_intermediate(edge.from) && problem.is_intermediate(edge.to))
        edges_.push_back({edge.from, edge.to});
    for (uint32_t v = 0; v < problem.intermediates; ++v) clusters_.push_back({v}), home_.push_back(v);
  }

  OrderBound run() {
    total_ = 0;
    for (const Members& cluster : clusters_) total_ += least(cluster);
    keep();
    for (size_t most : {8, 11, 14, 17, 20}) {
      if (most > options_.largest || is_over() || clusters_.size() == 1) break;
      join(most);
      rearrange(most);
    }
    return best_;
  }

 private:
  bool is_over() const {
    return best_.cost() >= options_.target || work_ >= options_.work || (options_.stop && options_.stop());
  }

  int64_t least(const Members& cluster) {
    const auto [place, is_new] = known_.try_emplace(cluster, 0);
    if (is_new) {
      place->second = ClusterTable(problem_, cluster).least();
      work_ += int64_t{1} << cluster.size();
    }
    return place->second;
  }

  void keep() {
    if (!best_.clusters.empty() && total_ <= best_.cost()) return;
    best_.clusters.clear();
    for (const Members& cluster : clusters_) best_.clusters.push_back({cluster, least(cluster)});
  }

  /// Joins the neighbouring clusters that gain most a vertex, as long as two fit into one of `most` vertices.
  void join(size_t most) {
    while (!is_over()) {
      double highest = -1;
      std::pair<size_t, size_t> pair;
      for (const auto& [a, b] : neighbouring_clusters()) {
        if (clusters_[a].size() + clusters_[b].size() > most) continue;
        const Members both = joined(clusters_[a], clusters_[b]);
        const auto gain = static_cast<double>(least(both) - least(clusters_[a]) - least(clusters_[b]));
        const double score = (gain + 1e-6) / static_cast<double>(both.size());
        if (score > highest) highest = score, pair = {a, b};
      }
      if (highest < 0) return;
      const auto& [a, b] = pair;
      const Members both = joined(clusters_[a], clusters_[b]);
      total_ += least(both) - least(clusters_[a]) - least(clusters_[b]);
      clusters_[a] = both;
      clusters_.erase(clusters_.begin() + static_cast<std::ptrdiff_t>(b));
      for (uint32_t k = 0; k < clusters_.size(); ++k)
        for (const uint32_t v : clusters_[k]) home_[v] = k;
      keep();
    }
  }

  std::vector<std::pair<size_t, size_t>> neighbouring_clusters() const {
    std::vector<std::pair<size_t, size_t>> pairs;
    for (const auto& [u, v] : edges_)
      if (home_[u] != home_[v]) pairs.push_back(std::minmax<size_t>(home_[u], home_[v]));
    std::sort(pairs.begin(), pairs.end());
    pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
    return pairs;
  }

  /// Annealing at one temperature: a vertex moves to a neighbour's cluster, perhaps in exchange for another.
  void rearrange(size_t most) {
    if (edges_.empty()) return;
    const double temperature = 0.3;
    const auto patience = static_cast<int64_t>(200 * problem_.intermediates);
    for (int64_t k = 0, at_best = best_.cost(); k < patience && !is_over(); ++k) {
      if (best_.cost() > at_best) at_best = best_.cost(), k = 0;
      auto [v, near] = edges_[random_.below(edges_.size())];
      if (random_.below(2) == 0) std::swap(v, near);
      const uint32_t from = home_[v], to = home_[near];
      if (from == to || clusters_[from].size() < 2) continue;
      Members left = clusters_[from], right = clusters_[to];
      left.erase(std::find(left.begin(), left.end(), v));
      if (right.size() >= most || random_.below(2) == 0) {
        const auto out = right.begin() + static_cast<std::ptrdiff_t>(random_.below(right.size()));
        left.push_back(*out);
        right.erase(out);
      }
      right.push_back(v);
      std::sort(left.begin(), left.end()), std::sort(right.begin(), right.end());
      const int64_t change = least(left) + least(right) - least(clusters_[from]) - least(clusters_[to]);
      if (change < 0 && random_.uniform() >= std::exp(static_cast<double>(change) / temperature)) continue;
      clusters_[from] = left, clusters_[to] = right;
      for (const uint32_t u : left) home_[u] = from;
      for (const uint32_t u : right) home_[u] = to;
      total_ += change;
      keep();
    }
  }

  const EliminationProblem& problem_;
  const BoundOptions& options_;
  Random random_;
  std::vector<std::pair<uint32_t, uint32_t>> edges_;  ///< between intermediates
  std::vector<Members> clusters_;
  std::vector<uint32_t> home_;  ///< cluster of each vertex
  std::map<Members, int64_t> known_;
  int64_t total_ = 0, work_ = 0;
  OrderBound best_;
};

}  // namespace

int64_t OrderBound::cost() const {
  int64_t total = 0;
  for (const Cluster& cluster : clusters) total += cluster.least;
  return total;
}

OrderBound order_bound(const EliminationProblem& problem, const BoundOptions& options) {
  return PartitionSearch(problem, options).run();
}

}  // namespace wengert
