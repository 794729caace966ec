// SPDX-License-Identifier: Apache-2.0
//
// The derivative as a sum over paths (Bauer 1974; GW08 eq. (9.1)):
//
//     dy/dx = sum over all paths from x to y of the product of the partials c on the edges of the path
//
// once as written, path by path, and once by dynamic programming, forwards or backwards, which is all that forward and
// reverse accumulation are. Both count what they multiply and add, so that the difference can be seen.
#pragma once

#include <span>
#include <vector>

#include "wengert/ir/program.h"

namespace wengert::teach {

/// The edge from an operand to the line that uses it, with the partial c as a number.
struct PartialEdge {
  ValueId from, to;
  double partial = 0;
};

/// Vertices are numbered so that every edge leads upward, and edges are sorted by where they lead. A line that uses an
/// operand twice has two edges from it.
struct PartialGraph {
  size_t vertices = 0;
  std::vector<PartialEdge> edges;
};

/// The lines of p with the partials at x.
/// throws : as forward_evaluation (teach/graph.h)
PartialGraph partial_graph(const Program& p, std::span<const double> x);

/// Number of paths from one vertex to another (1 from a vertex to itself), exact up to 2^53. cost : one addition an
/// edge
double count_paths(const PartialGraph& graph, ValueId from, ValueId to);

struct Path {
  std::vector<ValueId> vertices;  ///< from .. to
  double product = 1;
};

/// Conventions of counting: a path of k edges takes k - 1 multiplications; adding n numbers up takes n - 1 additions.
struct SumOverPaths {
  double derivative = 0;
  std::vector<Path> paths;
  int64_t multiplications = 0, additions = 0;
};

/// Bauer's formula as written: every path for itself.
///
/// most_edges: of all paths together
/// cost   : edges of all paths together, exponential in the depth of the graph
/// throws : ResourceError W841 for more, before anything is enumerated; UsageError W840 for vertices that are not there
/// or
///          edges that are not sorted
/// source : Bauer 1974; talk, section 5
SumOverPaths sum_over_paths(const PartialGraph& graph, ValueId from, ValueId to, double most_edges = 1e6);

/// One derivative a vertex, and what all of them took. Multiplications with the seed, dx/dx = 1, are left out, as in
/// SumOverPaths; edges that cannot matter are not touched.
struct AccumulatedDerivatives {
  std::vector<double> derivative;
  int64_t multiplications = 0, additions = 0;
};

/// dw_i/dx of every vertex i: dw_i/dx = sum over edges (k, i) of c_ik dw_k/dx. On a chain dw_i/dw_{i-1} dw_{i-1}/dx.
///
/// cost   : at most one multiplication and one addition an edge, once for each input x
/// throws : UsageError W840, as sum_over_paths
/// source : GW08, table 3.3; talk, section 7
AccumulatedDerivatives forward_accumulation(const PartialGraph& graph, ValueId x);

/// dy/dw_i of every vertex i: dy/dw_i = sum over edges (i, k) of dy/dw_k c_ki. On a chain dy/dw_{i+1} dw_{i+1}/dw_i.
///
/// cost   : at most one multiplication and one addition an edge, once for each output y
/// throws : UsageError W840, as sum_over_paths
/// source : GW08, table 3.7; talk, section 7
AccumulatedDerivatives reverse_accumulation(const PartialGraph& graph, ValueId y);

}  // namespace wengert::teach
