// SPDX-License-Identifier: Apache-2.0
//
// The graph that layered_layout works on: every edge goes from one layer to the next, through dummies where it is long.
#pragma once

#include "wengert/draw/layout.h"

namespace wengert {

struct LayoutNode {
  size_t layer = 0;
  double width = 0, height = 0;
  double x = 0;                  ///< centre
  bool dummy = false;            ///< a bend or a label, no vertex
  std::vector<size_t> up, down;  ///< neighbours in the layers next to it, one entry an edge
};

struct LayoutGraph {
  std::vector<LayoutNode> nodes;            ///< the vertices first
  std::vector<std::vector<size_t>> layers;  ///< nodes from left to right
  std::vector<std::vector<size_t>> chains;  ///< of each edge: its nodes from source to target
  bool labelled = false;                    ///< vertices stand on even layers, labels on odd ones
};

LayoutGraph make_layout_graph(const std::vector<LayoutVertex>& vertices, const std::vector<LayoutEdge>& edges);

/// Orders the nodes of each layer so that few edges cross. returns: the number of crossings
size_t reduce_crossings(LayoutGraph& graph);

/// Sets every x: near the neighbours', long edges straight, in the order of the layers.
void place_along_layers(LayoutGraph& graph);

}  // namespace wengert
