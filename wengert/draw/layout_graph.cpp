// SPDX-License-Identifier: Apache-2.0
#include "wengert/draw/layout_graph.h"

#include <algorithm>
#include <numeric>

#include "wengert/base/error.h"

namespace wengert {
namespace {

std::vector<std::vector<size_t>> successors_of(size_t vertices, const std::vector<LayoutEdge>& edges) {
  std::vector<std::vector<size_t>> successors(vertices);
  for (const LayoutEdge& e : edges) successors[e.from].push_back(e.to);
  return successors;
}

constexpr double bend_width = 10;

size_t add_dummy(LayoutGraph& graph, size_t layer, double width) {
  LayoutNode node;
  node.layer = layer;
  node.width = std::max(width, bend_width);
  node.height = width > 0 ? 14 : 0;
  node.dummy = true;
  graph.nodes.push_back(std::move(node));
  graph.layers[layer].push_back(graph.nodes.size() - 1);
  return graph.nodes.size() - 1;
}

void add_chain(LayoutGraph& graph, const LayoutEdge& edge) {
  std::vector<size_t> chain{edge.from};
  const size_t last = graph.nodes[edge.to].layer;
  for (size_t layer = graph.nodes[edge.from].layer + 1; layer < last; ++layer)
    chain.push_back(add_dummy(graph, layer, layer + 1 == last ? edge.label_width : 0));
  chain.push_back(edge.to);
  for (size_t k = 0; k + 1 < chain.size(); ++k) {
    graph.nodes[chain[k]].down.push_back(chain[k + 1]);
    graph.nodes[chain[k + 1]].up.push_back(chain[k]);
  }
  graph.chains.push_back(std::move(chain));
}

}  // namespace

std::vector<size_t> longest_path_layers(size_t vertices, const std::vector<LayoutEdge>& edges) {
  const auto successors = successors_of(vertices, edges);
  std::vector<size_t> layer(vertices, 0), missing(vertices, 0), ready;
  for (const LayoutEdge& e : edges) ++missing[e.to];
  const std::vector<size_t> indegree = missing;
  for (size_t v = 0; v < vertices; ++v)
    if (missing[v] == 0) ready.push_back(v);
  for (size_t next = 0; next < ready.size(); ++next)
    for (size_t to : successors[ready[next]]) {
      layer[to] = std::max(layer[to], layer[ready[next]] + 1);
      if (--missing[to] == 0) ready.push_back(to);
    }
  if (ready.size() != vertices) throw InternalError("W940", "a graph to be drawn has a circle");
  for (size_t v = 0; v < vertices; ++v) {
    if (indegree[v] != 0 || successors[v].empty()) continue;
    size_t first = layer[successors[v][0]];
    for (size_t to : successors[v]) first = std::min(first, layer[to]);
    layer[v] = first - 1;
  }
  return layer;
}

LayoutGraph make_layout_graph(const std::vector<LayoutVertex>& vertices, const std::vector<LayoutEdge>& edges) {
  LayoutGraph graph;
  graph.labelled = std::ranges::any_of(edges, [](const LayoutEdge& e) { return e.label_width > 0; });
  const auto layer = longest_path_layers(vertices.size(), edges);
  const size_t spread = graph.labelled ? 2 : 1;
  graph.layers.resize(vertices.empty() ? 0 : *std::ranges::max_element(layer) * spread + 1);
  for (size_t v = 0; v < vertices.size(); ++v) {
    LayoutNode node;
    node.layer = layer[v] * spread;
    node.width = vertices[v].width;
    node.height = vertices[v].height;
    graph.layers[node.layer].push_back(v);
    graph.nodes.push_back(std::move(node));
  }
  for (const LayoutEdge& edge : edges) add_chain(graph, edge);
  return graph;
}

}  // namespace wengert
