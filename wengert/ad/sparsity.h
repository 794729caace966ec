// SPDX-License-Identifier: Apache-2.0
//
// Which entries of a Jacobian can be other than 0, element by element and whatever the point: index sets are propagated
// through the Program (GW08 sec. 7.1). What an operation depends on is read off its kernel, with sets in place of
// numbers, so records need say nothing about it; loops go through their points one by one.
#pragma once

#include <cstdint>
#include <vector>

#include "wengert/ir/program.h"

namespace wengert {

/// Row i has the columns column[k], k = row_start[i] .. row_start[i + 1] - 1, in rising order.
struct Sparsity {
  int64_t rows = 0, columns = 0;
  std::vector<int64_t> row_start{0}, column;

  int64_t entries() const { return static_cast<int64_t>(column.size()); }
  friend bool operator==(const Sparsity&, const Sparsity&) = default;
};

/// The pattern of jacobian(p, wrt). Rows are the elements of p's outputs of float dtype, one output after the other,
/// columns those of the inputs in `wrt` (empty: all of float dtype).
///
/// holds  : every entry that can be other than 0. It may hold more: where a select is undecided both sides count; where
///          an index or a size is known only at run time, and in rules of the user's own, each result depends on all
///          operands. Fix integer inputs (passes/fix_inputs.h) where they steer what is read
/// cost   : that of interpreting p's kernels, some 20 ns a step, and memory for the elements that are alive
/// limit  : reads of elements by kernels, and entries
/// throws : ResourceError W734 beyond `limit`; UsageError W131 as jacobian
Sparsity jacobian_sparsity(const Program& p, const std::vector<size_t>& wrt = {}, int64_t limit = 500'000'000);

}  // namespace wengert
