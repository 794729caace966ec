// SPDX-License-Identifier: Apache-2.0
//
// Search for cheap elimination orders: constructive orders, simulated annealing with moves of single vertices, pairs
// and blocks, and windows of the order that are solved exactly. All of it rests on one fact: the graph after
// eliminating a set does not depend on the order within the set, so a move costs only the eliminations between its
// ends.
#pragma once

#include <functional>

#include "wengert/plan/elimination_problem.h"

namespace wengert {

/// Intermediates by their number in the problem. All functions here throw ResourceError W405 for a problem of more than
/// 1024 vertices.
using NumberedOrder = std::vector<uint32_t>;

/// Rules that choose the next vertex by what eliminating it would do now. Ties: the lowest or highest number, or by
/// chance.
enum class GreedyRule : uint8_t {
  markowitz,           ///< least |predecessors| |successors| (Markowitz 1957)
  relative_markowitz,  ///< the same, less the product of the numbers of inputs before and outputs after v (GW08
                       ///< sec. 10.1)
  minimum_fill,        ///< fewest new edges
};
enum class Ties : uint8_t { lowest, highest, random };

NumberedOrder greedy_order(const EliminationProblem& problem, GreedyRule rule, Ties ties, uint64_t key = 0);

/// An order by a rule that needs no search.
struct RuleOrder {
  const char* name;
  NumberedOrder order;
};
/// "forward", "reverse", "Markowitz" with ties to either side, "relative Markowitz", "minimum fill".
std::vector<RuleOrder> rule_orders(const EliminationProblem& problem);

OrderCost order_cost(const EliminationProblem& problem, const NumberedOrder& order);

struct SearchOptions {
  int64_t eliminations =
      2'000'000;  ///< trial eliminations: the unit of work, so that a result does not depend on the clock
  uint64_t key = 1;
  int64_t target = -1;              ///< so few multiplications are enough, however many additions
  std::function<bool()> stop = {};  ///< asked now and then
};

struct SearchResult {
  NumberedOrder order;
  OrderCost cost;
  int64_t eliminations = 0;  ///< done
};

/// The best order found; never worse than any of `starts`, of which there must be one.
/// cost : some 30 ns an elimination for graphs of up to 64 vertices
SearchResult search_order(const EliminationProblem& problem, const std::vector<NumberedOrder>& starts,
                          const SearchOptions& options = {});

/// The cheapest order, by dynamic programming over the subsets of eliminated vertices; proven.
/// cost : 2^n states of 20 bytes for n intermediates, some 30 ns n each; the caller sees to it that n is small (at most 20)
SearchResult exact_order(const EliminationProblem& problem);

}  // namespace wengert
