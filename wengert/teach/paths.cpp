// SPDX-License-Identifier: Apache-2.0
#include "wengert/teach/paths.h"

#include <algorithm>
#include <fmt/format.h>

#include "wengert/teach/graph.h"

namespace wengert::teach {
namespace {

void require(bool condition, const std::string& what, const std::string& fix) {
  if (!condition) throw UsageError("W840", what, {}, fix);
}

void check(const PartialGraph& graph, std::initializer_list<ValueId> vertices) {
  for (ValueId v : vertices)
    require(index(v) < graph.vertices,
            fmt::format("the graph has {} vertices; vertex {} was asked for", graph.vertices, index(v)),
            "vertices are numbered from 0, in a partial_graph as the lines of its Program");
  ValueId last{0};
  for (const PartialEdge& edge : graph.edges) {
    require(edge.from < edge.to && index(edge.to) < graph.vertices && last <= edge.to,
            fmt::format("edge {} -> {} is out of place in a graph of {} vertices", index(edge.from), index(edge.to),
                        graph.vertices),
            "let edges lead from lower to higher numbers, and sort them by where they lead");
    last = edge.to;
  }
}

/// Paths from `from` to each vertex, and the edges of these together.
struct Count {
  std::vector<double> paths, edges;
};

Count count_from(const PartialGraph& graph, ValueId from) {
  Count count{std::vector<double>(graph.vertices, 0), std::vector<double>(graph.vertices, 0)};
  count.paths[index(from)] = 1;
  for (const auto& [k, i, c] : graph.edges) {
    count.paths[index(i)] += count.paths[index(k)];
    count.edges[index(i)] += count.edges[index(k)] + count.paths[index(k)];
  }
  return count;
}

/// The edges out of each vertex, those that lead to `to` at last.
std::vector<std::vector<PartialEdge>> edges_towards(const PartialGraph& graph, ValueId to) {
  std::vector<std::vector<PartialEdge>> out(graph.vertices);
  for (auto edge = graph.edges.rbegin(); edge != graph.edges.rend(); ++edge)
    if (edge->to == to || !out[index(edge->to)].empty()) out[index(edge->from)].push_back(*edge);
  return out;
}

std::vector<Path> paths_between(const PartialGraph& graph, ValueId from, ValueId to) {
  const auto out = edges_towards(graph, to);
  std::vector<Path> unfinished{{{from}, 1}}, found;
  while (!unfinished.empty()) {
    Path path = std::move(unfinished.back());
    unfinished.pop_back();
    const auto& next = out[index(path.vertices.back())];
    if (path.vertices.back() == to)
      found.push_back(std::move(path));
    else
      for (size_t k = 0; k < next.size(); ++k) {
        Path longer = k + 1 < next.size() ? path : std::move(path);
        longer.vertices.push_back(next[k].to);
        longer.product *= next[k].partial;
        unfinished.push_back(std::move(longer));
      }
  }
  return found;
}

/// to_value += c * from_value, the first term and the seed for nothing.
class Accumulator {
 public:
  Accumulator(size_t vertices, ValueId seed) : reached_(vertices, false), seed_(seed) {
    result_.derivative.resize(vertices, 0);
    result_.derivative[index(seed)] = 1;
    reached_[index(seed)] = true;
  }
  void along(ValueId from, double c, ValueId to) {
    if (!reached_[index(from)]) return;
    result_.multiplications += from != seed_;
    result_.additions += reached_[index(to)];
    result_.derivative[index(to)] += c * result_.derivative[index(from)];
    reached_[index(to)] = true;
  }
  AccumulatedDerivatives take() { return std::move(result_); }

 private:
  std::vector<bool> reached_;
  ValueId seed_;
  AccumulatedDerivatives result_;
};

}  // namespace

PartialGraph partial_graph(const Program& p, std::span<const double> x) {
  const std::vector<double> u = forward_evaluation(p, x);
  PartialGraph graph{p.size(), {}};
  for (uint32_t i = 0; i < p.size(); ++i) {
    const auto partials = partials_of(p, ValueId{i}, u);
    for (size_t k = 0; k < partials.size(); ++k)
      graph.edges.push_back({p.operands(ValueId{i})[k], ValueId{i}, partials[k]});
  }
  return graph;
}

double count_paths(const PartialGraph& graph, ValueId from, ValueId to) {
  check(graph, {from, to});
  return count_from(graph, from).paths[index(to)];
}

SumOverPaths sum_over_paths(const PartialGraph& graph, ValueId from, ValueId to, double most_edges) {
  check(graph, {from, to});
  const Count count = count_from(graph, from);
  if (!(count.edges[index(to)] <= most_edges))
    throw ResourceError(
        "W841",
        fmt::format("from vertex {} to vertex {} there are {:g} paths of {:g} edges together; {:g} edges are allowed",
                    index(from), index(to), count.paths[index(to)], count.edges[index(to)], most_edges),
        {}, "use forward_accumulation or reverse_accumulation, which multiply once an edge");
  SumOverPaths sum;
  sum.paths = paths_between(graph, from, to);
  for (const Path& path : sum.paths) {
    sum.derivative += path.product;
    sum.multiplications += std::max<int64_t>(0, static_cast<int64_t>(path.vertices.size()) - 2);
  }
  sum.additions = std::max<int64_t>(0, static_cast<int64_t>(sum.paths.size()) - 1);
  return sum;
}

AccumulatedDerivatives forward_accumulation(const PartialGraph& graph, ValueId x) {
  check(graph, {x});
  Accumulator sum(graph.vertices, x);
  for (const auto& [k, i, c] : graph.edges) sum.along(k, c, i);
  return sum.take();
}

AccumulatedDerivatives reverse_accumulation(const PartialGraph& graph, ValueId y) {
  check(graph, {y});
  Accumulator sum(graph.vertices, y);
  for (auto edge = graph.edges.rbegin(); edge != graph.edges.rend(); ++edge)
    sum.along(edge->to, edge->partial, edge->from);
  return sum.take();
}

}  // namespace wengert::teach
