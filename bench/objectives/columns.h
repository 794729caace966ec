// SPDX-License-Identifier: Apache-2.0
//
// Points as structure of arrays: column k holds entry k of every point.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace wengert::bench {

/// Rows of `width` numbers as `width` columns, one after the other.
inline std::vector<double> columns_of(std::span<const double> rows, int64_t width) {
  const int64_t count = static_cast<int64_t>(rows.size()) / width;
  std::vector<double> columns(rows.size());
  for (int64_t i = 0; i < count; ++i)
    for (int64_t k = 0; k < width; ++k)
      columns[static_cast<size_t>(k * count + i)] = rows[static_cast<size_t>(i * width + k)];
  return columns;
}

/// The inverse of columns_of.
inline std::vector<double> rows_of(std::span<const double> columns, int64_t width) {
  return columns_of(columns, static_cast<int64_t>(columns.size()) / width);
}

}  // namespace wengert::bench
