// SPDX-License-Identifier: Apache-2.0
//
// Plan: what every planner returns. A decision, its cost, the best bound that is proven, and what it took.
#pragma once

#include <cstdint>

namespace wengert {

template <class Choice> struct Plan {
  Choice choice;
  int64_t cost = 0;         ///< in the planner's unit, for elimination: multiplications
  int64_t lower_bound = 0;  ///< no choice is cheaper
  bool proven = false;      ///< cost == lower_bound
  double wall_s = 0;

  /// (cost - bound) / cost, 0 for a proven optimum.
  double gap() const { return cost == 0 ? 0 : static_cast<double>(cost - lower_bound) / static_cast<double>(cost); }
};

}  // namespace wengert
