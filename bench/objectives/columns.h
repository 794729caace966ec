// SPDX-License-Identifier: Apache-2.0
//
// Points as structure of arrays, for vectors of four points: entry k of four neighbours lies together. Either in
// columns of all points (`padded_columns`), or in blocks of four points, entry after entry (`blocks`), which are read
// and written in order however many entries there are.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace wengert::bench {

enum class Layout { padded_columns, blocks };

/// Where entry k of point i lies in an array of `count` points of `width` numbers.
struct Places {
  Layout layout;
  int64_t count, width;

  /// Columns are a cache line longer than the points: 512 or 2^20 doubles apart they would share a set of the cache.
  int64_t stride() const { return layout == Layout::blocks ? 4 : count + 8; }
  int64_t block() const { return layout == Layout::blocks ? 4 * width : 4; }
  int64_t of(int64_t i, int64_t k) const { return i / 4 * block() + k * stride() + i % 4; }
  size_t size() const { return static_cast<size_t>(layout == Layout::blocks ? count * width : width * stride()); }
};

/// [count, width], a row a point -> the layout; count a multiple of 4.
inline std::vector<double> from_rows(std::span<const double> rows, const Places& places) {
  std::vector<double> laid_out(places.size());
  for (int64_t i = 0; i < places.count; ++i)
    for (int64_t k = 0; k < places.width; ++k)
      laid_out[static_cast<size_t>(places.of(i, k))] = rows[static_cast<size_t>(i * places.width + k)];
  return laid_out;
}

/// The inverse of from_rows.
inline std::vector<double> to_rows(std::span<const double> laid_out, const Places& places) {
  std::vector<double> rows(static_cast<size_t>(places.count * places.width));
  for (int64_t i = 0; i < places.count; ++i)
    for (int64_t k = 0; k < places.width; ++k)
      rows[static_cast<size_t>(i * places.width + k)] = laid_out[static_cast<size_t>(places.of(i, k))];
  return rows;
}

/// [width, count] without padding <-> rows: what a Program with an input a column takes and returns.
inline std::vector<double> transposed(std::span<const double> matrix, int64_t rows, int64_t columns) {
  std::vector<double> result(matrix.size());
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t k = 0; k < columns; ++k)
      result[static_cast<size_t>(k * rows + i)] = matrix[static_cast<size_t>(i * columns + k)];
  return result;
}

}  // namespace wengert::bench
