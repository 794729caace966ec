// SPDX-License-Identifier: Apache-2.0
//
// Layered drawing of a directed acyclic graph (Sugiyama, Tagawa, Toda 1981, "Methods for visual understanding of
// hierarchical system structures"): vertices on layers by their longest path, long edges routed through the layers
// between, crossings reduced by barycentres, places along a layer by least squares under the order found.
#pragma once

#include <vector>

#include "wengert/draw/svg_text.h"

namespace wengert {

struct LayoutVertex {
  double width = 0, height = 0;  ///< pixels
};

struct LayoutEdge {
  size_t from = 0, to = 0;
  double label_width = 0;  ///< 0: no label
};

struct Layout {
  std::vector<SvgPoint> centres;              ///< of the vertices
  std::vector<std::vector<SvgPoint>> routes;  ///< of the edges: from the box above through layers to the box below
  std::vector<SvgPoint> labels;               ///< centres of the edges' labels
  double width = 0, height = 0;
  size_t layers = 0, crossings = 0;
};

/// Edges point downward. Sources stand right above their first successor. No label lies on a box or another label.
///
/// cost   : some 60 passes over the edges, each counted once a layer that it spans
/// throws : InternalError W940 if the edges form a circle
Layout layered_layout(const std::vector<LayoutVertex>& vertices, const std::vector<LayoutEdge>& edges);

/// The layer of each vertex: the longest path to it from a source, sources pulled down to their successors.
/// throws : InternalError W940 if the edges form a circle
std::vector<size_t> longest_path_layers(size_t vertices, const std::vector<LayoutEdge>& edges);

}  // namespace wengert
