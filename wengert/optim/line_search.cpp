// SPDX-License-Identifier: Apache-2.0
#include "wengert/optim/line_search.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <optional>

#include "wengert/base/array.h"
#include "wengert/base/choice.h"
#include "wengert/base/error.h"

namespace wengert {
namespace {

void check_start(const LinePoint& start, const LineSearchOptions& options) {
  if (!(start.slope < 0) || !std::isfinite(start.value) || !std::isfinite(start.slope))
    throw UsageError("W853",
                     fmt::format("a line search goes downhill; its start has the value {} and the slope {}",
                                 shortest(start.value), shortest(start.slope)),
                     {}, "choose a direction with a negative product with the gradient");
  check({"decrease", {0, 0.5, true, true}, 1e-4}, options.decrease);
  check({"curvature", {options.decrease, 1, true, true}, 0.9}, options.curvature);
  check({"first_step", positive, 1.0}, options.first_step);
  check({"largest_step", positive, 1e10}, options.largest_step);
  check({"shrink", {0, 1, true, true}, 0.5}, options.shrink);
  check({"most_evaluations", counts, 40.0}, options.most_evaluations);
}

/// The state of one search: what has been asked for, and where the conditions are measured from.
class Search {
 public:
  Search(const LineFunction& phi, const LinePoint& from, const LineSearchOptions& with)
      : start(from), options(with), phi_(phi) {}

  bool exhausted() const { return result.evaluations >= options.most_evaluations; }
  LinePoint evaluate(double step) {
    ++result.evaluations;
    LinePoint p = phi_(step);
    p.step = step;
    if (!std::isfinite(p.value) || !std::isfinite(p.slope)) p.value = HUGE_VAL, p.slope = std::nan("");
    return p;
  }
  bool decreases(const LinePoint& p) const { return p.value <= start.value + options.decrease * p.step * start.slope; }
  bool flat(const LinePoint& p) const { return std::abs(p.slope) <= -options.curvature * start.slope; }
  LineSearchResult found(const LinePoint& p) {
    result.point = p;
    result.found = true;
    return result;
  }
  LineSearchResult nothing(const std::string& reason) {
    result.point = start;
    result.reason = reason;
    return result;
  }
  LineSearchResult too_many() { return nothing(fmt::format("no step found in {} evaluations", result.evaluations)); }

  const LinePoint& start;
  const LineSearchOptions& options;
  LineSearchResult result;

 private:
  const LineFunction& phi_;
};

/// Minimizer of the cubic that has the values and slopes of a and b (NW06, eq. (3.59)); none where there is no such.
std::optional<double> cubic_minimizer(const LinePoint& a, const LinePoint& b) {
  const double d1 = a.slope + b.slope - 3 * (a.value - b.value) / (a.step - b.step);
  const double radicand = d1 * d1 - a.slope * b.slope;
  const double d2 = std::copysign(std::sqrt(radicand), b.step - a.step);
  const double step = b.step - (b.step - a.step) * (b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2);
  if (!std::isfinite(step)) return {};
  return step;
}

/// A trial between two points: the cubic's, kept a tenth of the interval away from its ends; the middle without one.
double trial_between(const LinePoint& a, const LinePoint& b) {
  const auto [low, high] = std::minmax(a.step, b.step);
  const double margin = 0.1 * (high - low);
  const auto cubic = std::isfinite(a.value) && std::isfinite(b.value) ? cubic_minimizer(a, b) : std::nullopt;
  return cubic ? std::clamp(*cubic, low + margin, high - margin) : 0.5 * (low + high);
}

/// Whether a has a larger value than b, by more than rounding. Where values differ by rounding alone slopes decide: a
/// comparison of noise would close the interval around a point that is no minimum.
bool higher(const LinePoint& a, const LinePoint& b) {
  return a.value > b.value + 2 * std::numeric_limits<double>::epsilon() * std::abs(b.value);
}

/// Algorithm 3.6. `low` has sufficient decrease and the smallest value so far; its slope points to `high`.
LineSearchResult zoom(Search& search, LinePoint low, LinePoint high) {
  while (!search.exhausted()) {
    const double step = trial_between(low, high);
    if (step == low.step || step == high.step)
      return search.nothing(
          fmt::format("the interval has shrunk to the step {}: rounding hides the decrease", shortest(step)));
    const LinePoint p = search.evaluate(step);
    if (!search.decreases(p) || higher(p, low)) {
      high = p;
      continue;
    }
    if (search.flat(p)) return search.found(p);
    if (p.slope * (high.step - low.step) >= 0) high = low;
    low = p;
  }
  return search.too_many();
}

}  // namespace

LineSearchResult armijo(const LineFunction& phi, const LinePoint& start, const LineSearchOptions& options) {
  check_start(start, options);
  Search search(phi, start, options);
  for (double step = std::min(options.first_step, options.largest_step); !search.exhausted(); step *= options.shrink) {
    const LinePoint p = search.evaluate(step);
    if (search.decreases(p)) return search.found(p);
  }
  return search.too_many();
}

LineSearchResult strong_wolfe(const LineFunction& phi, const LinePoint& start, const LineSearchOptions& options) {
  check_start(start, options);
  Search search(phi, start, options);
  LinePoint previous = start;
  for (double step = std::min(options.first_step, options.largest_step); !search.exhausted();) {
    const LinePoint p = search.evaluate(step);
    if (!search.decreases(p) || (previous.step > 0 && higher(p, previous))) return zoom(search, previous, p);
    if (search.flat(p)) return search.found(p);
    if (p.slope >= 0) return zoom(search, p, previous);
    if (step >= options.largest_step)
      return search.nothing(
          fmt::format("the function still falls at the largest step {}", shortest(options.largest_step)));
    previous = p;
    step = std::min(2 * step, options.largest_step);
  }
  return search.too_many();
}

}  // namespace wengert
