// SPDX-License-Identifier: Apache-2.0
//
// Vertices that some cheapest order eliminates first, by proof: they are eliminated beforehand, and what is left is a
// smaller problem with the same orders to choose from.
//
// Which ones, safe_first.h says; the proofs are in docs/planning.md.
#pragma once

#include "wengert/plan/elimination_search.h"

namespace wengert {

struct ReducedProblem {
  NumberedOrder first;             ///< eliminated beforehand, in this order
  OrderCost cost;                  ///< of those
  EliminationProblem problem;      ///< what is left
  std::vector<uint32_t> original;  ///< its intermediates by their number before

  /// An order of the original problem.
  NumberedOrder whole(const NumberedOrder& rest) const;
};

/// In any counting.
ReducedProblem reduced(const EliminationProblem& problem);

}  // namespace wengert
