// SPDX-License-Identifier: Apache-2.0
//
// The fewest multiplications by edges, from all graphs that eliminating edges can lead to: proof that an order of
// vertices can be beaten by edges, and edges by faces. Works on sets of edges; shares no code with ad/eliminate.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <map>

namespace wengert {
namespace {

/// after[u]: the successors of u, one bit each.
template <size_t N> class EdgeEnumeration {
 public:
  using Graph = std::array<uint16_t, N>;

  EdgeEnumeration(size_t inputs, size_t outputs) : first_(inputs), last_(N - outputs) {}

  int least(const Graph& g) {
    if (const auto found = known_.find(g); found != known_.end()) return found->second;
    int best = is_bipartite(g) ? 0 : 1'000'000;
    for (size_t u = 0; u < N; ++u)
      for (size_t v = 0; v < N; ++v) {
        if ((g[u] >> v & 1) == 0) continue;
        if (is_inner(v)) best = std::min(best, std::popcount(g[v]) + least(tidied(front(g, u, v))));
        if (is_inner(u)) best = std::min(best, predecessors(g, u) + least(tidied(back(g, u, v))));
      }
    return known_[g] = best;
  }

 private:
  bool is_inner(size_t v) const { return v >= first_ && v < last_; }
  bool is_bipartite(const Graph& g) const {
    return std::all_of(g.begin() + static_cast<int64_t>(first_), g.end(), [](uint16_t after) { return after == 0; });
  }
  static int predecessors(const Graph& g, size_t v) {
    return static_cast<int>(std::ranges::count_if(g, [&](uint16_t after) { return (after >> v & 1) != 0; }));
  }
  static Graph front(Graph g, size_t u, size_t v) {
    g[u] = static_cast<uint16_t>((g[u] & ~(1U << v)) | g[v]);
    return g;
  }
  static Graph back(Graph g, size_t u, size_t v) {
    g[u] = static_cast<uint16_t>(g[u] & ~(1U << v));
    for (uint16_t& after : g)
      if ((after >> u & 1) != 0) after = static_cast<uint16_t>(after | 1U << v);
    return g;
  }
  /// Without edges that no path from an input to an output has.
  Graph tidied(Graph g) const {
    for (size_t v = first_; v < last_; ++v)  // vertices are in topological order
      if (predecessors(g, v) == 0) g[v] = 0;
    for (size_t v = last_; v-- > first_;)
      if (g[v] == 0)
        for (uint16_t& after : g) after = static_cast<uint16_t>(after & ~(1U << v));
    return g;
  }

  const size_t first_, last_;
  std::map<Graph, int> known_;
};

TEST(EdgeElimination, of_the_lion_takes_11_multiplications_at_best) {
  EdgeEnumeration<8> lion(2, 4);
  EXPECT_EQ(lion.least({1 << 2, 1 << 2, 1 << 3 | 1 << 4, 0xf0}), 11);
}

TEST(EdgeElimination, of_the_bat_takes_23_multiplications_at_best_and_faces_22) {
  EdgeEnumeration<11> bat(4, 4);
  EXPECT_EQ(bat.least({1 << 4, 1 << 4, 1 << 5, 1 << 5, 1 << 6 | 1 << 7, 1 << 6 | 1 << 8, 0x780}), 23);
}

}  // namespace
}  // namespace wengert
