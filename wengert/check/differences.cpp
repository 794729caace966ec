// SPDX-License-Identifier: Apache-2.0
#include "wengert/check/differences.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace wengert {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Ridders' tableau for one output: row after row, each extrapolating the one above by one more order of h^2.
struct Tableau {
  std::vector<double> previous;
  double best = std::numeric_limits<double>::quiet_NaN(), error = infinity;

  void add(double central, double rounding) {
    std::vector<double> row{central};
    double factor = 4;
    for (size_t k = 0; k < previous.size(); ++k) {
      row.push_back((row[k] * factor - previous[k]) / (factor - 1));
      factor *= 4;
      const double change = std::max(std::abs(row[k + 1] - row[k]), std::abs(row[k + 1] - previous[k])) + rounding;
      if (change < error) {
        error = change;
        best = row[k + 1];
      }
    }
    previous = std::isfinite(central) ? std::move(row) : std::vector<double>{};
  }
};

/// One output over one sweep.
struct Sweep {
  Tableau central;
  Difference result;
  double jump = 0, least = infinity, most = -infinity;  // right minus left: the last, and over the sweep

  void add(double left, double at, double right, double h, double epsilon) {
    const double size = std::max({std::abs(left), std::abs(at), std::abs(right)});
    const double slope = (right - left) / (2 * h);
    central.add(slope, epsilon * size / h);
    result.largest = std::max(result.largest, std::abs(slope));
    result.from_left = (at - left) / h;
    result.from_right = (right - at) / h;
    result.noise = 4 * epsilon * size / h;
    const double now = result.from_right - result.from_left;
    result.jump = 2 * now - jump;  // of a smooth function it is y'' h + O(h^3)
    jump = now;
    least = std::min(least, now);
    most = std::max(most, now);
  }
  Difference finish() {
    result.value = central.best;
    result.error = central.error;
    result.jump_change = most - least;
    return result;
  }
};

/// Where the sweeps start, as powers of two, coarse to fine.
std::vector<int> sweep_starts(const StepRange& range) {
  // Steps below x epsilon^0.85 say nothing: what rounding makes of x, they are not much more.
  const double scale = std::isfinite(range.scale) ? std::max(1.0, range.scale) : 1;  // around infinity no step tells anything
  const int top = std::ilogb(scale) + 1;
  const int bottom = top + static_cast<int>(0.85 * std::log2(range.epsilon));
  std::vector<int> starts;
  int next = top - 3;
  for (; next - Differences::steps + 1 >= bottom; next -= Differences::steps) starts.push_back(next);
  if (!(range.near > 0) || !(range.scale < 1)) return starts;
  const int around = std::ilogb(range.near) + 1;
  for (next = std::min(next, around - 3); next > around - 16; next -= Differences::steps) starts.push_back(next);
  return starts;
}

}  // namespace

Differences::Differences(AlongLine y, const StepRange& range)
    : y_(std::move(y)), epsilon_(range.epsilon), at_(y_(0)), first_exponents_(sweep_starts(range)), found_(at_.size()) {}

void Differences::sweep() {
  std::vector<Sweep> sweeps(at_.size());
  double h = std::ldexp(1.0, first_exponents_[next_++]);
  for (int step = 0; step < steps; ++step, h /= 2) {
    const auto right = y_(h), left = y_(-h);
    for (size_t k = 0; k < at_.size(); ++k) sweeps[k].add(left[k], at_[k], right[k], h, epsilon_);
  }
  for (size_t k = 0; k < at_.size(); ++k) found_[k].push_back(sweeps[k].finish());
}

}  // namespace wengert
