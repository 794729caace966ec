// SPDX-License-Identifier: Apache-2.0
//
// An elimination order as pictures: a small graph after each of its eliminations.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "wengert/ad/eliminate.h"

namespace wengert {

/// Graphs of more intermediate vertices, or more vertices altogether, are no longer readable step by step.
inline constexpr size_t most_steps_drawn = 11, most_step_vertices = 30;

/// Whether elimination_steps can draw it.
bool is_drawn_by_steps(const LinearGraph& graph);

/// The linear graph, and what is left of it after each elimination, every vertex at one place throughout: inputs blue,
/// results orange, the vertex that goes dashed; edges that a step makes green, edges it adds something to thick.
///
/// names  : of the graph's vertices
/// cost   : a layout of the graph with all edges that are ever there
/// throws : UsageError W132 unless `order` is a permutation of the intermediates; ShapeError W211 if the Program is to
/// be
///          scalarized first
std::string elimination_steps(const LinearGraph& graph, std::span<const VertexId> order,
                              const std::vector<std::string>& names, const std::string& title);

}  // namespace wengert
