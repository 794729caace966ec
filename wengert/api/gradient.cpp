// SPDX-License-Identifier: Apache-2.0
#include "wengert/api/gradient.h"

#include <algorithm>
#include <fmt/format.h>

namespace wengert::detail {
namespace {

std::vector<double> values(const RealList& list) {
  std::vector<double> y;
  for (const RealOutput& output : list.outputs()) y.push_back(output.value);
  return y;
}

}  // namespace

/// A result that is a plain number has a zero derivative, rightly if f is constant, wrongly if f went through doubles.
void require_recorded(const RealList& list) {
  const auto active = [](const RealOutput& y) { return y.active; };
  const auto pinned = [](const RealGuard& guard) { return guard.pinned; };
  const auto outputs = list.outputs();
  const auto guards = list.guards();
  const auto taken = std::find_if(guards.begin(), guards.end(), pinned);
  if (taken == guards.end() || std::any_of(outputs.begin(), outputs.end(), active)) return;
  std::string where = to_string(taken->site);
  where += fmt::format("{}recording \"{}\"", where.empty() ? "" : ", ", list.name());
  throw UsageError("W151", "the result depends on no input: it was computed from numbers taken out of the recording",
                   where,
                   "compute with Real throughout instead of value(x) or a cast to double; or return stop_gradient(x)");
}

ValueAndGradient gradient_of(const RealList& list) {
  if (list.outputs().size() != 1)
    throw UsageError(
        "W152",
        fmt::format("gradient needs a function with one result; \"{}\" has {}", list.name(), list.outputs().size()), {},
        "use jacobian, or vjp with weights for the results");
  require_recorded(list);
  ValueAndGradient result{list.outputs()[0].value, std::vector<double>(list.inputs().size())};
  const double one = 1;
  reverse_sweep(list, {&one, 1}, result.gradient);
  return result;
}

ValueAndJacobian jacobian_of(const RealList& list) {
  require_recorded(list);
  return {values(list), jacobian_by_sweeps(list)};
}

ValueAndProduct pushforward_of(const RealList& list, std::span<const double> x_dot) {
  require_recorded(list);
  ValueAndProduct result{values(list), std::vector<double>(list.outputs().size())};
  forward_sweep(list, x_dot, result.product);
  return result;
}

ValueAndProduct pullback_of(const RealList& list, std::span<const double> y_bar) {
  require_recorded(list);
  ValueAndProduct result{values(list), std::vector<double>(list.inputs().size())};
  reverse_sweep(list, y_bar, result.product);
  return result;
}

}  // namespace wengert::detail
