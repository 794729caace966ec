// SPDX-License-Identifier: Apache-2.0
//
// Constructive elimination orders, and the best of all by enumeration for small graphs.
#pragma once

#include <vector>

#include "wengert/ad/eliminate.h"
#include "wengert/plan/plan.h"

namespace wengert {

using EliminationOrder = std::vector<VertexId>;

/// Intermediates in topological order: forward mode.
EliminationOrder forward_order(const LinearGraph& graph);
/// In reverse topological order: reverse mode.
EliminationOrder reverse_order(const LinearGraph& graph);

enum class TieBreak { lowest, highest };
/// Always a vertex of least |predecessors| * |successors| (Markowitz 1957; GW08 sec. 10.1). cost: O(l^2) degree look-ups
EliminationOrder markowitz_order(const LinearGraph& graph, TieBreak ties = TieBreak::lowest);

/// The cheapest of all orders in multiplications, then additions, by dynamic programming over the subsets of
/// eliminated vertices (the graph after eliminating a set does not depend on the order within it); proven.
///
/// cost   : 2^l states for l intermediates
/// throws : ResourceError W404 for more than 16 intermediates
Plan<EliminationOrder> enumerated_order(const LinearGraph& graph);

}  // namespace wengert
