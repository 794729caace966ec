// SPDX-License-Identifier: Apache-2.0
//
// plan_elimination: a cheap elimination order, what it costs, how much cheaper any order could be at most, and the
// witness of that. Search, bound by clusters, and branch and bound take turns, each time with more work, until order and
// bound meet or the budget is spent.
#pragma once

#include <functional>

#include "wengert/plan/elimination_bound.h"
#include "wengert/plan/elimination_order.h"

namespace wengert {

struct EliminationPlanOptions {
  Counting counting = Counting::all;
  int rounds = 2;  ///< each has four times the work of the one before; the first takes some 0.1 s
  uint64_t key = 1;
  std::function<bool()> stop = {};  ///< asked now and then: the best so far is returned
};

/// An order by a rule, for comparison.
struct RivalOrder {
  std::string name;
  OrderCost cost;
  EliminationOrder order;
};

struct EliminationPlan : Plan<EliminationOrder> {
  Counting counting = Counting::all;
  int64_t additions = 0;
  size_t intermediates = 0, inputs = 0, outputs = 0;
  std::vector<RivalOrder> rivals;  ///< forward and reverse first
  /// The bound's witness: vertices that may be eliminated first (elimination_reduction.h), then clusters of the others
  /// with the least that each costs. If `enumerated`, the bound is the cost of the best of all orders instead.
  EliminationOrder first;
  std::vector<std::pair<std::vector<VertexId>, int64_t>> clusters;
  bool enumerated = false;
  bool searched = false;  ///< the bound is by branch and bound (elimination_proof.h) and exceeds that of the clusters
};

/// Without `stop` the same on every machine.
/// throws : ShapeError W211 if the Program is to be scalarized first; ResourceError W405 for more than 1024 vertices
EliminationPlan plan_elimination(const LinearGraph& graph, const EliminationPlanOptions& options = {});

}  // namespace wengert
