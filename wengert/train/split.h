// SPDX-License-Identifier: Apache-2.0
//
// Which rows are trained on and which are held out: the same for the same key. For classification each held-out part
// has about its share of every class, and training keeps a row of every class.
#pragma once

#include "wengert/train/data_options.h"

namespace wengert {

/// Numbers of rows, each part in ascending order.
struct RowSplit {
  std::vector<int64_t> train, test, validation;
};

/// throws : UsageError W827 for a share that is not in [0, 1)
void check_shares(const DataOptions& options);

/// rows    : that can be used, out of 0 .. total - 1, ascending
/// labels  : of these rows, or empty for regression
/// options : test, validation (shares of `rows`, rounded, at least one row if not 0), test_rows (instead of `test`), key
/// cost    : n log n
/// throws  : UsageError W823 for test rows that do not exist, W827 if the shares leave too little to train on
RowSplit split_rows(std::span<const int64_t> rows, std::span<const int64_t> labels, int64_t total,
                    const DataOptions& options);

}  // namespace wengert
