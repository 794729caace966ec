// SPDX-License-Identifier: Apache-2.0
#include "wengert/draw/layout.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "wengert/draw/layout_graph.h"

namespace wengert {
namespace {

constexpr double margin = 16;

/// Centre lines of the layers; the space between two grows with the longest way an edge goes sideways.
std::vector<double> layer_heights(const LayoutGraph& graph, std::vector<double>& half) {
  std::vector<double> y;
  for (const auto& layer : graph.layers) {
    double height = 0;
    for (size_t node : layer) height = std::max(height, graph.nodes[node].height);
    half.push_back(height / 2);
  }
  for (size_t k = 0; k < graph.layers.size(); ++k) {
    if (k == 0) {
      y.push_back(margin + half[0]);
      continue;
    }
    double sideways = 0;
    for (size_t node : graph.layers[k - 1])
      for (size_t to : graph.nodes[node].down)
        sideways = std::max(sideways, std::abs(graph.nodes[to].x - graph.nodes[node].x));
    const double least = graph.labelled ? 16 : 30;
    y.push_back(y.back() + half[k - 1] + half[k] + std::clamp(least + 0.05 * (sideways - 100), least, 3 * least));
  }
  return y;
}

/// Where an edge leaves or enters a box: ends are spread over its middle in the order of what they lead to.
double port(const LayoutGraph& graph, size_t node, const std::vector<size_t>& around, size_t other, size_t occurrence) {
  double before = 0;
  const double x = graph.nodes[other].x;
  size_t same = 0;
  for (size_t k : around) {
    if (k == other)
      ++same;
    else if (graph.nodes[k].x < x)
      ++before;
  }
  const double place = before + (same > 1 ? static_cast<double>(occurrence) : 0);
  const double count = static_cast<double>(around.size());
  const double step = std::min(14.0, 0.6 * graph.nodes[node].width / count);
  return graph.nodes[node].x + (place - (count - 1) / 2) * step;
}

/// The points of an edge: the box's lower rim, both rims of every layer between, the upper rim of the box below.
std::vector<SvgPoint> route(const LayoutGraph& graph, const std::vector<size_t>& chain, const std::vector<double>& y,
                            const std::vector<double>& half, size_t occurrence) {
  const LayoutNode& from = graph.nodes[chain.front()];
  const LayoutNode& to = graph.nodes[chain.back()];
  std::vector<SvgPoint> points{
      {port(graph, chain.front(), from.down, chain[1], occurrence), y[from.layer] + from.height / 2}};
  if (from.height / 2 < half[from.layer]) points.push_back({points[0].x, y[from.layer] + half[from.layer]});
  for (size_t k = 1; k + 1 < chain.size(); ++k) {
    const LayoutNode& bend = graph.nodes[chain[k]];
    points.push_back({bend.x, y[bend.layer] - half[bend.layer]});
    points.push_back({bend.x, y[bend.layer] + half[bend.layer]});
  }
  const double x = port(graph, chain.back(), to.up, chain[chain.size() - 2], occurrence);
  if (to.height / 2 < half[to.layer]) points.push_back({x, y[to.layer] - half[to.layer]});
  points.push_back({x, y[to.layer] - to.height / 2});
  return points;
}

/// How many earlier edges have the same ends.
std::vector<size_t> occurrences(const std::vector<LayoutEdge>& edges) {
  std::map<std::pair<size_t, size_t>, size_t> seen;
  std::vector<size_t> result;
  for (const LayoutEdge& e : edges) result.push_back(seen[{e.from, e.to}]++);
  return result;
}

void move_to_margin(LayoutGraph& graph, Layout& layout) {
  double left = 1e18, right = -1e18;
  for (const LayoutNode& node : graph.nodes) {
    left = std::min(left, node.x - node.width / 2);
    right = std::max(right, node.x + node.width / 2);
  }
  for (LayoutNode& node : graph.nodes) node.x += margin - left;
  layout.width = right - left + 2 * margin;
}

}  // namespace

Layout layered_layout(const std::vector<LayoutVertex>& vertices, const std::vector<LayoutEdge>& edges) {
  Layout layout;
  LayoutGraph graph = make_layout_graph(vertices, edges);
  if (graph.layers.empty()) return layout;
  layout.crossings = reduce_crossings(graph);
  place_along_layers(graph);
  move_to_margin(graph, layout);
  std::vector<double> half;
  const auto y = layer_heights(graph, half);
  for (size_t v = 0; v < vertices.size(); ++v) layout.centres.push_back({graph.nodes[v].x, y[graph.nodes[v].layer]});
  const auto occurrence = occurrences(edges);
  for (size_t e = 0; e < edges.size(); ++e) {
    const auto& chain = graph.chains[e];
    layout.routes.push_back(route(graph, chain, y, half, occurrence[e]));
    const LayoutNode& label = graph.nodes[chain[chain.size() - 2]];
    layout.labels.push_back({label.x, y[label.layer]});
  }
  layout.layers = graph.labelled ? (graph.layers.size() + 1) / 2 : graph.layers.size();
  layout.height = y.back() + half.back() + margin;
  return layout;
}

}  // namespace wengert
