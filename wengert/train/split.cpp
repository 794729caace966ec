// SPDX-License-Identifier: Apache-2.0
//
// Rows are shuffled, sorted by class (keeping the shuffled order within one), and every k-th is held out, which gives
// each class its share without counting classes: systematic sampling.
#include "wengert/train/split.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "wengert/base/error.h"
#include "wengert/train/dataset.h"

namespace wengert {
namespace {

/// Places in `rows`: those that training keeps in any case, and the others, class by class.
struct Ordered {
  std::vector<size_t> kept, free;
};

Ordered ordered(std::span<const size_t> places, std::span<const int64_t> labels, uint64_t key) {
  const auto shuffle = shuffled(static_cast<int64_t>(places.size()), key, 0);
  std::vector<size_t> order;
  for (int64_t k : shuffle) order.push_back(places[static_cast<size_t>(k)]);
  if (!labels.empty())
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return labels[a] < labels[b]; });
  Ordered result;
  for (size_t k = 0; k < order.size(); ++k) {
    const bool first = k == 0 || (!labels.empty() && labels[order[k]] != labels[order[k - 1]]);
    (first ? result.kept : result.free).push_back(order[k]);
  }
  return result;
}

/// Moves `count` of `from`, evenly spaced, to the result.
std::vector<size_t> taken(std::vector<size_t>& from, size_t count) {
  std::vector<size_t> result, rest;
  const size_t n = from.size();
  for (size_t k = 0; k < n; ++k) ((k + 1) * count / n > k * count / n ? result : rest).push_back(from[k]);
  from = std::move(rest);
  return result;
}

size_t share_of(double share, size_t n) {
  return share > 0 ? std::max<size_t>(1, static_cast<size_t>(std::llround(share * static_cast<double>(n)))) : 0;
}

std::vector<int64_t> sorted_rows(std::span<const int64_t> rows, std::span<const size_t> places) {
  std::vector<int64_t> result;
  for (size_t place : places) result.push_back(rows[place]);
  std::sort(result.begin(), result.end());
  return result;
}

std::vector<bool> marked(std::span<const int64_t> numbers, int64_t total) {
  std::vector<bool> marks(static_cast<size_t>(total));
  for (int64_t row : numbers) {
    if (row < 0 || row >= total)
      throw UsageError("W823", fmt::format("the test row {} was named; the rows are 0 to {}", row, total - 1), {},
                       "name rows that exist");
    marks[static_cast<size_t>(row)] = true;
  }
  return marks;
}

}  // namespace

void check_shares(const DataOptions& options) {
  for (double share : {options.test, options.validation})
    if (!(share >= 0 && share < 1))
      throw UsageError("W827", fmt::format("a share of {} of the rows cannot be held out", share), {},
                       "choose shares from 0 to below 1");
}

RowSplit split_rows(std::span<const int64_t> rows, std::span<const int64_t> labels, int64_t total,
                    const DataOptions& options) {
  const bool named = !options.test_rows.empty();
  const double test = named ? 0 : options.test;
  check_shares(options);
  const auto is_test = marked(options.test_rows, total);
  RowSplit split;
  std::vector<size_t> places;
  for (size_t k = 0; k < rows.size(); ++k) {
    if (is_test[static_cast<size_t>(rows[k])])
      split.test.push_back(rows[k]);
    else
      places.push_back(k);
  }
  Ordered left = ordered(places, labels, options.key);
  const size_t for_test = share_of(test, rows.size()), for_validation = share_of(options.validation, rows.size());
  const size_t needed = std::max<size_t>(1, left.kept.size());
  if (left.kept.empty() || for_test + for_validation > left.free.size())
    throw UsageError(
        "W827",
        fmt::format("of {} rows {} are for testing and {} for validation; {} of the others {} needed for training",
                    rows.size(), split.test.size() + for_test, for_validation, needed, needed == 1 ? "is" : "are"),
        {}, "give more rows, or hold out fewer");
  const auto test_places = taken(left.free, for_test), validation_places = taken(left.free, for_validation);
  left.kept.insert(left.kept.end(), left.free.begin(), left.free.end());
  if (!named) split.test = sorted_rows(rows, test_places);
  split.validation = sorted_rows(rows, validation_places);
  split.train = sorted_rows(rows, left.kept);
  return split;
}

}  // namespace wengert
