// SPDX-License-Identifier: Apache-2.0
//
// ClusterTable: what some vertices of a problem cost at least, whenever the others are eliminated.
//
// Say the set S is eliminated before v. The predecessors of v are then those vertices outside S from which a path leads
// to v through S: they separate the inputs from v, and so do the successors the outputs. Of S only S within some
// cluster C be known, E. Vertices of C outside E are still there, so the predecessors separate them, too, or contain
// them: there are at least as many as vertex-disjoint paths lead from the inputs and C - E to v, once E is eliminated
// (Menger 1927). With the least numbers of predecessors and successors that E allows, the cheapest order of C alone is
// found by dynamic programming over its subsets. Clusters that share no vertex add up; clusters of one vertex give the
// cut bound.
//
// Where products with numbers are free, only predecessors whose partial is no number surely cost something: a partial
// is a number only if all paths that it sums are made of numbers. Counted are then disjoint paths whose last edge,
// after E, is none. The proofs are in docs/planning.md.
#pragma once

#include "wengert/plan/elimination_problem.h"

namespace wengert {

/// What eliminating the vertices of a cluster takes at least, and each of its subsets before the rest.
class ClusterTable {
 public:
  /// cost : 2^k entries of two bytes for k vertices, and a few disjoint-path problems for each subset of the ancestors and
  ///        of the descendants that a vertex has in the cluster. k at most 26
  ClusterTable(const EliminationProblem& problem, std::vector<uint32_t> vertices);

  const std::vector<uint32_t>& vertices() const { return vertices_; }
  int64_t least() const { return so_far_.back(); }
  /// Of those in `set`, which go before the others; bit k for vertices()[k].
  int64_t least(uint32_t set) const { return so_far_[set]; }

 private:
  std::vector<uint32_t> vertices_;
  std::vector<uint16_t> so_far_;
};

}  // namespace wengert
