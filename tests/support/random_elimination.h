// SPDX-License-Identifier: Apache-2.0
//
// Random graphs for elimination.
#pragma once

#include <numeric>

#include "wengert/base/random.h"
#include "wengert/plan/elimination_search.h"

namespace wengert {

/// A random acyclic graph of 3 to `most` intermediates; a share of its edges are numbers.
inline EliminationProblem random_problem(Random& random, Counting counting, size_t most) {
  EliminationProblem problem;
  problem.counting = counting;
  problem.intermediates = 3 + random.below(most - 2), problem.inputs = 1 + random.below(4),
  problem.outputs = 1 + random.below(3);
  problem.ids.resize(problem.intermediates);
  const double density = random.uniform(0.1, 0.5), numbers = random.uniform();
  const auto n = static_cast<uint32_t>(problem.intermediates), after = n + static_cast<uint32_t>(problem.inputs);
  const auto connect = [&](uint32_t from, uint32_t to) {
    if (random.uniform() >= density) return;
    const double known[] = {1, -1, 2, 0.5};
    const bool is_number = random.uniform() < numbers;
    problem.edges.push_back({from, to, is_number ? known[random.below(4)] : 0, is_number});
  };
  for (uint32_t v = 0; v < n; ++v) {
    for (uint32_t u = 0; u < v; ++u) connect(u, v);
    for (uint32_t u = n; u < after; ++u) connect(u, v);
    for (uint32_t w = after; w < problem.vertices(); ++w) connect(v, w);
  }
  return problem;
}

inline NumberedOrder ascending(size_t n) {
  NumberedOrder order(n);
  std::iota(order.begin(), order.end(), 0U);
  return order;
}

}  // namespace wengert
