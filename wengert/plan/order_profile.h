// SPDX-License-Identifier: Apache-2.0
//
// OrderProfile: what an elimination order takes step by step, and how many partials it holds at once.
//
// Held is counted as follows. The lines of the function run in their order; those of w bring the partials of w by its
// operands, which are combined with older ones as soon as the order allows: what u contributes to w is multiplied in as
// soon as w is there if u is eliminated before w. What is left, the edges into w that w has when its turn comes, is
// held until the last vertex that w then has an edge to is there, too; entries of the Jacobian are held to the end.
// Forward order so is forward mode, which holds the tangents of values that are still in use; reverse order holds every
// partial until the outputs are there, as reverse mode does. The products are those of the elimination, one for one.
// Numbers known beforehand need no place. Values of the function itself are not counted: they are the same for every
// order.
#pragma once

#include <span>
#include <vector>

#include "wengert/plan/elimination_problem.h"

namespace wengert {

struct OrderProfile {
  std::vector<OrderCost> steps;  ///< of each elimination
  std::vector<int64_t> held;     ///< partials, after each vertex of the graph in topological order, inputs among them

  OrderCost total() const;
  int64_t most_held() const;
};

/// cost   : one elimination of the graph
/// throws : UsageError W132 unless `order` is a permutation of the intermediates; ShapeError W211 if the Program is to
/// be
///          scalarized first
OrderProfile order_profile(const LinearGraph& graph, std::span<const VertexId> order, Counting counting);

}  // namespace wengert
