// SPDX-License-Identifier: Apache-2.0
#include "wengert/check/judgement.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

namespace wengert {
namespace {

/// The stated error, relative to 1 + |value|; infinity where there is no value.
double relative_error(const Difference& d) {
  const double error = d.error / (1 + std::abs(d.value));
  return std::isnan(error) ? std::numeric_limits<double>::infinity() : error;
}

/// Whether the steps resolve the function: beside the slopes seen, or beside rounding where these are all 0, the error is
/// small. Steps of many periods see slopes near 0, which would pass for one.
bool is_resolved(const Difference& d, double tolerance) {
  return d.error <= std::max(1e-3, tolerance) * d.largest || d.error <= 16 * d.noise;
}

double steepness(const Difference& d) { return 1 + std::max(std::abs(d.from_left), std::abs(d.from_right)); }

/// Right and left differ by what goes to 0 with the step.
bool is_smooth(const Difference& d) { return std::abs(d.jump) <= 1e-3 * steepness(d) + 8 * d.noise; }

/// Right and left differ by what stays the same over the whole sweep.
bool is_kinked(const Difference& d) {
  return std::abs(d.jump) > 1e-3 * steepness(d) + 8 * d.noise && d.jump_change <= 0.1 * std::abs(d.jump);
}

bool fits(double exact, const Difference& d, double tolerance) {
  return std::abs(exact - d.value) <= tolerance * (1 + std::abs(exact)) + 10 * d.error;
}

/// Whether finer steps see slopes far beyond those of sweep k: its steps went over many periods, and agree by chance.
bool is_blind(std::span<const Difference> sweeps, size_t k, double tolerance) {
  return std::any_of(sweeps.begin() + static_cast<int64_t>(k) + 1, sweeps.end(), [&](const Difference& finer) {
    return is_resolved(finer, tolerance) && finer.largest > 1e3 * sweeps[k].largest + 16 * finer.noise;
  });
}

/// The sweeps that are about as precise as the most precise one. Others may state a small error by chance.
std::vector<Difference> precise_sweeps(std::span<const Difference> sweeps, double tolerance) {
  double best = std::numeric_limits<double>::infinity();
  for (size_t k = 0; k < sweeps.size(); ++k)
    if (is_resolved(sweeps[k], tolerance) && !is_blind(sweeps, k, tolerance)) best = std::min(best, relative_error(sweeps[k]));
  const double enough = std::min(std::max(100 * best, 0.1 * tolerance), std::max(1e-3, tolerance));
  std::vector<Difference> precise;
  for (size_t k = 0; k < sweeps.size(); ++k)
    if (is_resolved(sweeps[k], tolerance) && relative_error(sweeps[k]) <= enough && !is_blind(sweeps, k, tolerance))
      precise.push_back(sweeps[k]);
  return precise;
}

/// The finest sweep that says the same as another, by `same`.
template <class Same> std::optional<Difference> confirmed(std::span<const Difference> sweeps, Same same) {
  for (size_t k = sweeps.size(); k-- > 1;)
    for (size_t j = k; j-- > 0;)
      if (same(sweeps[j], sweeps[k])) return sweeps[k];
  return {};
}

/// A kink that two sweeps see and no finer one finds smooth.
std::optional<Difference> kink(std::span<const Difference> sweeps, double tolerance) {
  std::vector<Difference> kinked;
  for (const Difference& d : sweeps) {
    if (is_smooth(d) && is_resolved(d, tolerance) && relative_error(d) <= std::max(1e-3, tolerance)) kinked.clear();
    else if (is_kinked(d)) kinked.push_back(d);
  }
  return confirmed(kinked, [](const Difference& a, const Difference& b) { return std::abs(a.jump - b.jump) <= 0.1 * std::abs(b.jump); });
}

bool lies_between(double exact, const Difference& d) {
  const double slack = 1e-3 * (1 + std::abs(exact)) + 8 * d.noise;
  const auto [low, high] = std::minmax(d.from_left, d.from_right);
  return exact >= low - slack && exact <= high + slack;
}

}  // namespace

Judged judge(double exact, std::span<const Difference> sweeps, double tolerance) {
  if (sweeps.empty()) return {};
  if (const auto at_kink = kink(sweeps, tolerance))
    return {std::isfinite(exact) && lies_between(exact, *at_kink) ? Judgement::kink : Judgement::wrong, *at_kink};
  auto precise = precise_sweeps(sweeps, tolerance);
  std::erase_if(precise, [](const Difference& d) { return !is_smooth(d); });
  const auto best = std::ranges::min_element(precise, {}, relative_error);
  for (const Difference& d : precise)
    if (std::isfinite(exact) && fits(exact, d, tolerance)) return {Judgement::right, fits(exact, *best, tolerance) ? *best : d};
  const auto agree = [&](const Difference& a, const Difference& b) {
    return std::abs(a.value - b.value) <= 0.1 * tolerance * (1 + std::abs(b.value)) + 10 * (a.error + b.error);
  };
  if (const auto other = confirmed(precise, agree)) return {Judgement::wrong, *other};
  return {Judgement::undecided, sweeps.back()};
}

}  // namespace wengert
