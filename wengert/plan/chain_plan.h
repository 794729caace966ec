// SPDX-License-Identifier: Apache-2.0
//
// How to accumulate the Jacobian of a chain of segments, J = J_k ... J_1, with the least work. Every part i..j of the
// chain is
//
//   swept forward or in reverse from unit vectors,
//   the product of two parts that are there,
//   a part at its beginning, whose columns are tangents that are led through the rest, or
//   a part at its end, whose rows are cotangents that are led through the rest,
//
// and dynamic programming over the parts finds the cheapest of all these ways: the matrix chain problem with factors
// that need not be written out (Naumann 2024, for dense Jacobians; here the blocks of what passes through cost
// nothing). That it is cheapest is proven for this class and these costs; beside it stand pure forward and pure reverse
// mode.
#pragma once

#include <functional>

#include "wengert/ad/chain_jacobian.h"
#include "wengert/plan/plan.h"

namespace wengert {

/// Work of the last step only, what it starts from being there. first < split < last where there is a product; `push`
/// with split == first and `pull` with split == last start from unit vectors.
struct ChainCosts {
  size_t segments = 0;
  std::function<int64_t(size_t first, size_t split, size_t last)> product, push, pull;
};

struct ChainPlan : Plan<ChainProduct> {
  int64_t forward = 0, reverse = 0;  ///< cost of the sweeps through everything
};

/// cost : k^3 / 6 calls of each function for k segments, at least one
ChainPlan plan_chain(const ChainCosts& costs);

/// The work (passes/work.h) of all steps on a chain; sweeps as their Programs say, a product of an [m, k] and a [k, n]
/// block as 2 m k n. Seeds and numbers known beforehand count nothing.
///
/// chain : outlives the result, and so does the recording that its values are in, which must be the current one
/// cost  : every segment is written down and counted once for each set of vertices that it may be entered by
ChainCosts chain_costs(const LinearChain& chain);

}  // namespace wengert
