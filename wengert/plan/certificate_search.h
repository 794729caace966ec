// SPDX-License-Identifier: Apache-2.0
//
// What a checker of plans needs beyond one elimination after the other: whether a vertex may go first, and a search of
// its own that shows no order to be cheaper than a bound. Like the rest of the checker it shares no code with the
// planner; it is plain, and slower.
#pragma once

#include <bitset>
#include <cmath>
#include <optional>
#include <vector>

#include "wengert/ad/eliminate.h"
#include "wengert/plan/by_width.h"

namespace wengert {

/// A graph as a matrix: which edges there are, and what those are that are numbers.
class DenseGraph {
 public:
  using Set = std::bitset<most_planned_vertices>;

  explicit DenseGraph(const EliminationGraph& graph);

  size_t vertices() const { return after.size(); }
  bool is_number(size_t u, size_t w) const { return known[u].test(w); }
  bool is_unit(size_t u, size_t w) const { return is_number(u, w) && std::abs(number[u * vertices() + w]) == 1; }
  /// The multiplications that count.
  int64_t eliminate(size_t v, Counting counting);

  std::vector<Set> after, before, known;  ///< known: successors by edges that are numbers
  std::vector<double> number;             ///< at u * vertices() + w
  Set intermediates;
};

/// Whether some cheapest order of `left`, all others staying where they are, begins with v (docs/planning.md).
bool may_go_first(const DenseGraph& graph, const DenseGraph::Set& left, size_t v, Counting counting);

/// Whether every order of the intermediates takes at least `bound` multiplications; nothing if that is not known after
/// `most_parts` parts. By what goes last, part by part, bounded by disjoint paths.
std::optional<bool> costs_at_least(const DenseGraph& graph, Counting counting, int64_t bound, size_t most_parts);

}  // namespace wengert
