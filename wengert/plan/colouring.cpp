// SPDX-License-Identifier: Apache-2.0
#include "wengert/plan/colouring.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <span>

namespace wengert {
namespace {

using Order = std::vector<int64_t>;
constexpr int32_t none = -1;

std::span<const int64_t> row(const Sparsity& s, int64_t i) {
  const auto begin = static_cast<size_t>(s.row_start[static_cast<size_t>(i)]);
  return std::span(s.column).subspan(begin, static_cast<size_t>(s.row_start[static_cast<size_t>(i) + 1]) - begin);
}

/// Colours that may not be taken; forgotten by the next choice without being cleared.
class Forbidden {
 public:
  explicit Forbidden(size_t colours) : by_(colours + 1, -1) {}
  void add(int32_t colour, int64_t chooser) { by_[static_cast<size_t>(colour)] = chooser; }
  bool has(int32_t colour, int64_t chooser) const { return by_[static_cast<size_t>(colour)] == chooser; }
  int32_t first_free(int64_t chooser) const {
    return static_cast<int32_t>(std::find_if(by_.begin(), by_.end(), [&](int64_t by) { return by != chooser; }) -
                                by_.begin());
  }

 private:
  std::vector<int64_t> by_;
};

int32_t colours_of(const std::vector<int32_t>& colour) {
  return colour.empty() ? 0 : *std::max_element(colour.begin(), colour.end()) + 1;
}

/// Vertices by falling weight, equal ones as they come.
Order by_falling(const std::vector<int64_t>& weight) {
  Order order(weight.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    return weight[static_cast<size_t>(a)] > weight[static_cast<size_t>(b)];
  });
  return order;
}

/// Greedy columns: the least colour that no column with a row in common has.
std::vector<int32_t> colours_along(const Order& order, const Sparsity& rows, const Sparsity& columns) {
  std::vector<int32_t> colour(order.size(), none);
  Forbidden forbidden(order.size());
  for (const int64_t j : order) {
    for (const int64_t i : row(columns, j))
      for (const int64_t other : row(rows, i))
        if (const int32_t taken = colour[static_cast<size_t>(other)]; taken != none) forbidden.add(taken, j);
    colour[static_cast<size_t>(j)] = forbidden.first_free(j);
  }
  return colour;
}

/// The colour classes one behind the other, the last or the largest first: greedy along it takes no colour more, since
/// the k-th class never needs a (k+1)-th colour.
Order by_classes(const std::vector<int32_t>& colour, bool by_size) {
  const auto colours = static_cast<size_t>(colours_of(colour));
  std::vector<int64_t> size(colours), weight(colour.size());
  for (const int32_t c : colour) ++size[static_cast<size_t>(c)];
  for (size_t j = 0; j < colour.size(); ++j) {
    const auto c = static_cast<size_t>(colour[j]);
    weight[j] = by_size ? size[c] * static_cast<int64_t>(colours) + static_cast<int64_t>(c) : static_cast<int64_t>(c);
  }
  return by_falling(weight);
}

/// A symmetric pattern as neighbours, the diagonal left out.
using Neighbours = std::vector<std::vector<int64_t>>;

Neighbours neighbours_of(const Sparsity& symmetric) {
  const Sparsity both = symmetrized(symmetric);
  Neighbours neighbours(static_cast<size_t>(both.rows));
  for (int64_t i = 0; i < both.rows; ++i)
    for (const int64_t j : row(both, i))
      if (j != i) neighbours[static_cast<size_t>(i)].push_back(j);
  return neighbours;
}

/// The vertices in the order in which one of least remaining degree is taken away (Matula, Beck 1983), and the most
/// colours that the edges of what was left then ask for: if any two of c colours hold a forest, n vertices have at most
/// (c - 1) n - c (c - 1) / 2 edges, a forest on n_a + n_b vertices having n_a + n_b - 1.
struct Cores {
  Order taken;
  int32_t bound = 0;
};

int32_t colours_for(int64_t vertices, int64_t edges) {
  int32_t c = vertices > 0 ? 1 : 0;
  while (c < vertices && (c - 1) * vertices - int64_t{c} * (c - 1) / 2 < edges) ++c;
  return c;
}

Cores cores_of(const Neighbours& neighbours) {
  const size_t n = neighbours.size();
  std::vector<int64_t> degree(n);
  std::vector<std::vector<int64_t>> of_degree(1);
  int64_t edges = 0;
  const auto put = [&](int64_t v) {
    const auto d = static_cast<size_t>(degree[static_cast<size_t>(v)]);
    if (of_degree.size() <= d) of_degree.resize(d + 1);
    of_degree[d].push_back(v);
  };
  for (size_t v = 0; v < n; ++v)
    edges += degree[v] = static_cast<int64_t>(neighbours[v].size()), put(static_cast<int64_t>(v));
  edges /= 2;
  Cores cores;
  std::vector<bool> gone(n);
  for (size_t d = 0; cores.taken.size() < n;) {
    if (of_degree[d].empty()) {
      ++d;
      continue;
    }
    const int64_t v = of_degree[d].back();
    of_degree[d].pop_back();
    const auto at = static_cast<size_t>(v);
    if (gone[at] || degree[at] != static_cast<int64_t>(d)) continue;  // it has moved
    cores.bound = std::max(cores.bound, colours_for(static_cast<int64_t>(n - cores.taken.size()), edges));
    gone[at] = true;
    edges -= degree[at];
    cores.taken.push_back(v);
    for (const int64_t w : neighbours[at])
      if (!gone[static_cast<size_t>(w)]) --degree[static_cast<size_t>(w)], put(w);
    d = d == 0 ? 0 : d - 1;
  }
  return cores;
}

/// Gebremedhin et al. 2007, alg. 4.1, without its table of stars: who may be the fourth on a path is looked up.
std::vector<int32_t> star_along(const Order& order, const Neighbours& neighbours) {
  std::vector<int32_t> colour(order.size(), none);
  Forbidden forbidden(order.size());
  std::vector<int64_t> seen_by(order.size() + 1, -1);  // of each colour, among v's neighbours
  std::vector<bool> repeated(order.size() + 1);
  const auto of = [&](int64_t v) -> int32_t& { return colour[static_cast<size_t>(v)]; };
  for (const int64_t v : order) {
    const auto& around = neighbours[static_cast<size_t>(v)];
    for (const int64_t w : around) {
      if (of(w) == none) continue;
      forbidden.add(of(w), v);
      const auto c = static_cast<size_t>(of(w));
      repeated[c] = seen_by[c] == v;
      seen_by[c] = v;
    }
    for (const int64_t w : around) {
      if (of(w) == none) continue;
      const bool inner = repeated[static_cast<size_t>(of(w))];  // w' - v - w - x with colour w' = colour w
      for (const int64_t x : neighbours[static_cast<size_t>(w)]) {
        if (x == v || of(x) == none || forbidden.has(of(x), v)) continue;
        const auto& beyond = neighbours[static_cast<size_t>(x)];
        if (inner || std::any_of(beyond.begin(), beyond.end(),
                                 [&](int64_t y) { return y != w && of(y) == of(w); }))  // v - w - x - y
          forbidden.add(of(x), v);
      }
    }
    of(v) = forbidden.first_free(v);
  }
  return colour;
}

/// Sets of edges of one two-coloured tree.
class Trees {
 public:
  explicit Trees(size_t edges) : parent_(edges) { std::iota(parent_.begin(), parent_.end(), size_t{0}); }
  size_t of(size_t edge) {
    while (parent_[edge] != edge) edge = parent_[edge] = parent_[parent_[edge]];
    return edge;
  }
  void join(size_t a, size_t b) { parent_[of(a)] = of(b); }

 private:
  std::vector<size_t> parent_;
};

/// Neighbours with the number of the edge to each.
struct Edges {
  explicit Edges(const Neighbours& neighbours) : at(neighbours.size()) {
    for (size_t v = 0; v < neighbours.size(); ++v)
      for (const int64_t w : neighbours[v])
        if (static_cast<size_t>(w) > v) {
          at[v].emplace_back(w, count);
          at[static_cast<size_t>(w)].emplace_back(static_cast<int64_t>(v), count++);
        }
  }
  std::vector<std::vector<std::pair<int64_t, size_t>>> at;
  size_t count = 0;
};

/// Alg. 3.1: a colour is forbidden to v if v touches one of its two-coloured trees from two neighbours.
std::vector<int32_t> acyclic_along(const Order& order, const Edges& edges) {
  std::vector<int32_t> colour(order.size(), none);
  Forbidden forbidden(order.size());
  Trees trees(edges.count);
  std::vector<int64_t> touched_by(edges.count, -1), touched_from(edges.count), seen_by(order.size() + 1, -1);
  std::vector<size_t> edge_to(order.size() + 1);  // of each colour, v's first edge to it
  const auto of = [&](int64_t v) -> int32_t& { return colour[static_cast<size_t>(v)]; };
  for (const int64_t v : order) {
    const auto& around = edges.at[static_cast<size_t>(v)];
    for (const auto& [w, edge] : around)
      if (of(w) != none) forbidden.add(of(w), v);
    for (const auto& [w, edge] : around) {
      if (of(w) == none) continue;
      for (const auto& [x, further] : edges.at[static_cast<size_t>(w)]) {
        if (x == v || of(x) == none || forbidden.has(of(x), v)) continue;
        const size_t tree = trees.of(further);
        if (touched_by[tree] != v)
          touched_by[tree] = v, touched_from[tree] = w;
        else if (touched_from[tree] != w)
          forbidden.add(of(x), v);
      }
    }
    const int32_t chosen = of(v) = forbidden.first_free(v);
    for (const auto& [w, edge] : around) {
      if (of(w) == none) continue;
      const auto c = static_cast<size_t>(of(w));
      if (seen_by[c] == v)
        trees.join(edge, edge_to[c]);
      else
        seen_by[c] = v, edge_to[c] = edge;
      for (const auto& [x, further] : edges.at[static_cast<size_t>(w)])
        if (x != v && of(x) == chosen) trees.join(further, edge);
    }
  }
  return colour;
}

/// The fewest colours along the vertices as they come, by falling degree, and from the densest core outwards.
template <class Along> Colouring best_of(const Neighbours& neighbours, const Along& along) {
  const Cores cores = cores_of(neighbours);
  std::vector<int64_t> degree;
  for (const auto& around : neighbours) degree.push_back(static_cast<int64_t>(around.size()));
  Order natural(neighbours.size());
  std::iota(natural.begin(), natural.end(), 0);
  Colouring best;
  for (const Order& order : {natural, by_falling(degree), Order(cores.taken.rbegin(), cores.taken.rend())}) {
    if (best.colours == cores.bound && !best.colour.empty()) break;
    auto colour = along(order);
    if (best.colour.empty() || colours_of(colour) < best.colours)
      best.colours = colours_of(colour), best.colour = std::move(colour);
  }
  best.lower_bound = cores.bound;
  return best;
}

}  // namespace

Sparsity transposed(const Sparsity& s) {
  Sparsity t{s.columns, s.rows, std::vector<int64_t>(static_cast<size_t>(s.columns) + 1),
             std::vector<int64_t>(s.column.size())};
  for (const int64_t j : s.column) ++t.row_start[static_cast<size_t>(j) + 1];
  std::partial_sum(t.row_start.begin(), t.row_start.end(), t.row_start.begin());
  std::vector<int64_t> next(t.row_start.begin(), t.row_start.end() - 1);
  for (int64_t i = 0; i < s.rows; ++i)
    for (const int64_t j : row(s, i)) t.column[static_cast<size_t>(next[static_cast<size_t>(j)]++)] = i;
  return t;
}

Sparsity symmetrized(const Sparsity& s) {
  const Sparsity t = transposed(s);
  Sparsity both{s.rows, s.columns, {0}, {}};
  for (int64_t i = 0; i < s.rows; ++i) {
    const auto a = row(s, i), b = row(t, i);
    std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both.column));
    both.row_start.push_back(static_cast<int64_t>(both.column.size()));
  }
  return both;
}

Colouring colour_columns(const Sparsity& rows) {
  const Sparsity columns = transposed(rows);
  Colouring best;
  std::vector<int64_t> reach(static_cast<size_t>(rows.columns));  // other columns' entries in its rows
  for (int64_t i = 0; i < rows.rows; ++i) {
    const auto entries = static_cast<int64_t>(row(rows, i).size());
    best.lower_bound = std::max(best.lower_bound, static_cast<int32_t>(entries));
    for (const int64_t j : row(rows, i)) reach[static_cast<size_t>(j)] += entries - 1;
  }
  if (rows.columns > 0) best.lower_bound = std::max(best.lower_bound, 1);
  Order natural(reach.size());
  std::iota(natural.begin(), natural.end(), 0);
  const auto take = [&](const Order& order) {
    auto colour = colours_along(order, rows, columns);
    if (const int32_t colours = colours_of(colour); best.colour.empty() || colours <= best.colours)
      best.colours = colours, best.colour = std::move(colour);
  };
  take(natural);
  if (best.colours > best.lower_bound) take(by_falling(reach));
  for (int round = 0; round < 16 && best.colours > best.lower_bound; ++round)
    take(by_classes(best.colour, round % 2 == 1));
  return best;
}

Colouring star_colouring(const Sparsity& symmetric) {
  const Neighbours neighbours = neighbours_of(symmetric);
  return best_of(neighbours, [&](const Order& order) { return star_along(order, neighbours); });
}

Colouring acyclic_colouring(const Sparsity& symmetric) {
  const Neighbours neighbours = neighbours_of(symmetric);
  const Edges edges(neighbours);
  Colouring acyclic = best_of(neighbours, [&](const Order& order) { return acyclic_along(order, edges); });
  Colouring star = star_colouring(symmetric);  // which is acyclic
  return star.colours < acyclic.colours ? star : acyclic;
}

}  // namespace wengert
