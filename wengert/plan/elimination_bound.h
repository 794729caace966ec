// SPDX-License-Identifier: Apache-2.0
//
// Lower bounds on the multiplications of every elimination order: disjoint clusters of vertices, each of which costs at
// least what its table says (cluster_table.h). Clusters of one vertex are the cut bound; which clusters say most is
// searched: neighbours are joined while that gains most, then single vertices move and change places.
#pragma once

#include <functional>

#include "wengert/plan/cluster_table.h"

namespace wengert {

struct Cluster {
  std::vector<uint32_t> vertices;  ///< ascending
  int64_t least = 0;               ///< eliminating them costs at least that
};

struct OrderBound {
  std::vector<Cluster> clusters;  ///< disjoint: the witness

  int64_t cost() const;
};

struct BoundOptions {
  int64_t target = INT64_MAX;  ///< enough: the cost of an order
  size_t largest = 12;         ///< vertices of a cluster at most
  int64_t work = 2'000'000;    ///< entries of tables: the unit of work, so that a result does not depend on the clock
  uint64_t key = 1;
  std::function<bool()> stop = {};  ///< asked now and then; the bound so far is returned
};

/// cost : some 300 ns an entry of a table
OrderBound order_bound(const EliminationProblem& problem, const BoundOptions& options = {});

}  // namespace wengert
