// SPDX-License-Identifier: Apache-2.0
#include "wengert/check/differences.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace wengert {
namespace {

constexpr int levels = 10;
constexpr double shrink = 2;

/// Ridders' tableau for one output: row after row, each extrapolating the one above by one more order of h^2.
struct Tableau {
  std::vector<double> previous;
  double best = std::numeric_limits<double>::quiet_NaN(), error = std::numeric_limits<double>::infinity();

  void add(double central, double rounding) {
    std::vector<double> row{central};
    double factor = shrink * shrink;
    for (size_t k = 0; k < previous.size(); ++k) {
      row.push_back((row[k] * factor - previous[k]) / (factor - 1));
      factor *= shrink * shrink;
      const double change = std::max(std::abs(row[k + 1] - row[k]), std::abs(row[k + 1] - previous[k])) + rounding;
      if (change < error) {
        error = change;
        best = row[k + 1];
      }
    }
    previous = std::isfinite(central) ? std::move(row) : std::vector<double>{};
  }
};

/// The largest step, from `step` down, at which y is still finite on both sides wherever it is finite at 0; the last one
/// tried where there is none.
double usable_step(const AlongLine& y, const std::vector<double>& at, double step) {
  for (int tries = 0; tries < 8; ++tries, step /= 10) {
    const auto right = y(step), left = y(-step);
    bool usable = true;
    for (size_t k = 0; k < at.size(); ++k) usable &= !std::isfinite(at[k]) || (std::isfinite(right[k]) && std::isfinite(left[k]));
    if (usable) break;
  }
  return step;
}

}  // namespace

bool Difference::kink(double tolerance) const {
  const double scale = 1 + std::max(std::abs(from_left), std::abs(from_right));
  return !(std::abs(from_left - from_right) <= tolerance * scale + one_sided_noise);
}

std::vector<Difference> differences(const AlongLine& y, double largest_step) {
  constexpr double epsilon = std::numeric_limits<double>::epsilon();
  const auto at = y(0);
  std::vector<Tableau> tableaus(at.size());
  std::vector<Difference> result(at.size());
  largest_step = usable_step(y, at, largest_step);
  double h = largest_step;
  for (int level = 0; level < levels; ++level, h /= shrink) {
    const auto right = y(h), left = y(-h);
    for (size_t k = 0; k < at.size(); ++k)
      tableaus[k].add((right[k] - left[k]) / (2 * h), epsilon * std::max(std::abs(right[k]), std::abs(left[k])) / h);
  }
  const double small = largest_step * 1e-4;
  const auto right = y(small), left = y(-small);
  for (size_t k = 0; k < at.size(); ++k)
    result[k] = {tableaus[k].best, tableaus[k].error, (at[k] - left[k]) / small, (right[k] - at[k]) / small,
                 8 * epsilon * std::max(std::abs(right[k]), std::abs(left[k])) / small};
  return result;
}

}  // namespace wengert
