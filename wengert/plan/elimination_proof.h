// SPDX-License-Identifier: Apache-2.0
//
// EliminationProof: the cheapest order by branch and bound, for problems that are too large for all subsets; cut short,
// a lower bound on every order. It branches on what is eliminated last.
//
// What eliminating v costs, last of a set K, depends on K alone: its predecessors are what a path through K leads from.
// Without v, K falls into parts that no edge connects, and what one part costs does not depend on the others or on
// their order. So with f(K) the least cost of eliminating K while all else stays,
//
//   f(K) = min over v in K of  cost(v after K - v) + the sum of f(P) over the parts P of K - v.
//
// Orders that differ in how they mix independent parts are one case here, and the same part, reached in many ways, is
// solved once: there are far fewer connected sets than sets. Vertices that some cheapest order of K eliminates first
// (safe_first.h) are eliminated beforehand, which makes for smaller parts. A part's bound is that of its clusters
// (cluster_table.h), with everything outside it taken for inputs and outputs; the tables also bound what is left for
// each choice of the last vertex. The search is best first: the bound of the whole rises step by step, and it can be
// stopped at any time. All of it holds in all three countings, and additions are not looked at.
#pragma once

#include <functional>
#include <memory>

#include "wengert/plan/elimination_search.h"

namespace wengert {

struct ProofOptions {
  int64_t enough = INT64_MAX;       ///< a bound that need not be exceeded: the cost of an order
  int64_t work = 1'000'000;         ///< entries of tables and disjoint-path problems, some 0.3 us each: no clock
  size_t most_parts = 200'000;      ///< that are remembered, some 2 KiB each; it ends when there are more
  std::function<bool()> stop = {};  ///< asked now and then
};

class EliminationProof {
 public:
  /// clusters : disjoint sets of intermediates, from order_bound: the better they are, the less is searched
  EliminationProof(const EliminationProblem& problem, const std::vector<std::vector<uint32_t>>& clusters);
  ~EliminationProof();

  /// Searches on from where it stopped, until the bound reaches `enough`, an order is proven cheapest, or options end
  /// it.
  void raise(const ProofOptions& options);

  /// No order takes fewer multiplications. 0, and never solved, where edges get more than 255 different numbers.
  int64_t bound() const;
  bool is_solved() const;  ///< `order` takes just as many
  size_t parts() const;    ///< looked at so far
  NumberedOrder order();   ///< a cheapest one, if it is solved

  class Search;

 private:
  std::unique_ptr<Search> search_;
};

}  // namespace wengert
