// SPDX-License-Identifier: Apache-2.0
#include "wengert/plan/substitution.h"

#include <algorithm>
#include <tuple>

namespace wengert {
namespace {

/// An edge between vertices a < b of the lower and the higher colour of a pair, whichever of them is whose.
struct Edge {
  int32_t low, high;  // colours
  int64_t a, b;       // vertices
};

std::vector<Edge> edges_by_colours(const Sparsity& s, const std::vector<int32_t>& colour) {
  std::vector<Edge> edges;
  for (int64_t i = 0; i < s.rows; ++i)
    for (auto k = s.row_start[static_cast<size_t>(i)]; k < s.row_start[static_cast<size_t>(i) + 1]; ++k) {
      const int64_t j = s.column[static_cast<size_t>(k)];
      if (j <= i) continue;
      const auto [low, high] = std::minmax(colour[static_cast<size_t>(i)], colour[static_cast<size_t>(j)]);
      edges.push_back({low, high, i, j});
    }
  std::sort(edges.begin(), edges.end(), [](const Edge& x, const Edge& y) {
    return std::tie(x.low, x.high, x.a, x.b) < std::tie(y.low, y.high, y.a, y.b);
  });
  return edges;
}

/// Of each vertex of some trees: its edge upwards and its depth; both are kept between trees, and cleared after each.
class Climb {
 public:
  explicit Climb(size_t vertices) : around_(vertices), left_(vertices), up_(vertices, -1), depth_(vertices, -1) {}

  /// edges[first .. last): those between two colours. Calls visit(edge, lower vertex, upper vertex, the upper one's own
  /// edge upwards or -1, depth of the lower one).
  template <class Visit> void trees(const std::vector<Edge>& edges, size_t first, size_t last, const Visit& visit) {
    for (size_t e = first; e < last; ++e)
      for (const int64_t v : {edges[e].a, edges[e].b}) {
        if (around_[at(v)].empty()) touched_.push_back(v);
        around_[at(v)].push_back(e);
        ++left_[at(v)];
      }
    peel(edges);
    for (const int64_t v : touched_) find_depth(edges, v);
    for (const int64_t v : touched_)
      if (up_[at(v)] >= 0) {
        const auto edge = static_cast<size_t>(up_[at(v)]);
        const int64_t above = other(edges[edge], v);
        visit(edge, v, up_[at(above)], depth_[at(v)]);
      }
    for (const int64_t v : touched_) around_[at(v)].clear(), left_[at(v)] = 0, up_[at(v)] = depth_[at(v)] = -1;
    touched_.clear();
  }

 private:
  static size_t at(int64_t v) { return static_cast<size_t>(v); }
  static int64_t other(const Edge& edge, int64_t v) { return edge.a == v ? edge.b : edge.a; }

  /// Leaves are taken away in rounds; what is left at last is in the middle of its tree.
  void peel(const std::vector<Edge>& edges) {
    std::vector<int64_t> leaves, next;
    for (const int64_t v : touched_)
      if (left_[at(v)] == 1) leaves.push_back(v);
    for (; !leaves.empty(); leaves.swap(next), next.clear())
      for (const int64_t v : leaves) {
        if (left_[at(v)] != 1) continue;  // the other of the last two
        left_[at(v)] = 0;
        for (const size_t e : around_[at(v)]) {
          const int64_t w = other(edges[e], v);
          if (left_[at(w)] == 0) continue;
          up_[at(v)] = static_cast<int64_t>(e);
          if (--left_[at(w)] == 1) next.push_back(w);
          break;
        }
      }
  }

  void find_depth(const std::vector<Edge>& edges, int64_t from) {
    path_.clear();
    int64_t v = from;
    for (; depth_[at(v)] < 0 && up_[at(v)] >= 0; v = other(edges[at(up_[at(v)])], v)) path_.push_back(v);
    if (depth_[at(v)] < 0) depth_[at(v)] = 0;
    for (int64_t depth = depth_[at(v)]; !path_.empty(); path_.pop_back()) depth_[at(path_.back())] = ++depth;
  }

  std::vector<std::vector<size_t>> around_;
  std::vector<int64_t> left_, up_, depth_, touched_, path_;
};

/// One entry: its lower vertex, the upper one's edge upwards (-1: none), how deep the lower one is, its place in its
/// level.
struct Step {
  int64_t lower, upper_edge, depth, place = 0;
};

std::vector<Step> steps_of(const std::vector<Edge>& edges, size_t vertices) {
  std::vector<Step> steps(edges.size());
  Climb climb(vertices);
  for (size_t first = 0, last = 0; first < edges.size(); first = last) {
    while (last < edges.size() && edges[last].low == edges[first].low && edges[last].high == edges[first].high) ++last;
    climb.trees(edges, first, last, [&](size_t edge, int64_t lower, int64_t upper_edge, int64_t depth) {
      steps[edge] = {lower, upper_edge, depth};
    });
  }
  return steps;
}

/// Sets the steps' places, too.
std::vector<SubstitutionLevel> levels_of(const std::vector<Edge>& edges, const std::vector<int32_t>& colour,
                                         std::vector<Step>& steps) {
  int64_t deepest = 0;
  for (const Step& step : steps) deepest = std::max(deepest, step.depth);
  std::vector<SubstitutionLevel> levels(static_cast<size_t>(deepest));
  const auto level = [&](int64_t depth) -> SubstitutionLevel& { return levels[static_cast<size_t>(deepest - depth)]; };
  for (size_t e = 0; e < edges.size(); ++e) {
    SubstitutionLevel& own = level(steps[e].depth);
    steps[e].place = static_cast<int64_t>(own.row.size());
    own.row.push_back(steps[e].lower);
    own.colour.push_back(colour[static_cast<size_t>(edges[e].a == steps[e].lower ? edges[e].b : edges[e].a)]);
  }
  for (const Step& step : steps)
    if (step.depth > 1) level(step.depth - 1).taken_from.push_back(steps[static_cast<size_t>(step.upper_edge)].place);
  return levels;
}

}  // namespace

Substitution substitution(const Sparsity& s, const Colouring& colouring) {
  const auto edges = edges_by_colours(s, colouring.colour);
  auto steps = steps_of(edges, static_cast<size_t>(s.rows));
  Substitution result{levels_of(edges, colouring.colour, steps), std::vector<int64_t>(s.column.size())};
  std::vector<int64_t> before(result.levels.size() + 1);  // entries of the levels before that of each depth
  for (size_t depth = result.levels.size(); depth > 0; --depth)
    before[depth - 1] = before[depth] + static_cast<int64_t>(result.levels[result.levels.size() - depth].row.size());

  std::vector<std::vector<std::pair<int64_t, size_t>>> above(static_cast<size_t>(s.rows));  // (b, edge) of each a
  for (size_t e = 0; e < edges.size(); ++e) above[static_cast<size_t>(edges[e].a)].emplace_back(edges[e].b, e);
  for (auto& edges_of : above) std::sort(edges_of.begin(), edges_of.end());
  for (int64_t i = 0; i < s.rows; ++i)
    for (auto k = static_cast<size_t>(s.row_start[static_cast<size_t>(i)]);
         k < static_cast<size_t>(s.row_start[static_cast<size_t>(i) + 1]); ++k) {
      const auto [a, b] = std::minmax(i, s.column[k]);
      if (a == b) {
        result.place[k] = -1 - i;
        continue;
      }
      const auto& of_a = above[static_cast<size_t>(a)];
      const Step& step = steps[std::lower_bound(of_a.begin(), of_a.end(), std::pair(b, size_t{0}))->second];
      result.place[k] = before[static_cast<size_t>(step.depth)] + step.place;
    }
  return result;
}

}  // namespace wengert
