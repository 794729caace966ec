// SPDX-License-Identifier: Apache-2.0
//
// Vertices that some cheapest order eliminates first, by proof: they are eliminated beforehand, and what is left is a
// smaller problem with the same orders to choose from.
//
// A vertex v with one predecessor, which is an input, and with as many successors as vertex-disjoint paths lead from it
// to the outputs (or the mirror image). Proof, for Counting::all: v keeps its one predecessor x for ever, so
// eliminating it costs the number of its successors then, which is never less than the number of disjoint paths: doing
// it now costs least. And it makes nothing dearer: every other vertex sees v replaced by x among its predecessors, or
// merged with it, and has its successors unchanged, since only x had v among them and x is never eliminated.
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

/// Nothing is eliminated unless all multiplications count: elsewhere there is no proof.
ReducedProblem reduced(const EliminationProblem& problem);

}  // namespace wengert
