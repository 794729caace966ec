// SPDX-License-Identifier: Apache-2.0
#include "wengert/cli/duration.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fmt/format.h>
#include <utility>

namespace wengert::cli {

std::string duration_text(double seconds) {
  if (!std::isfinite(seconds)) return "-";
  if (seconds >= 119.5) {
    const auto whole = static_cast<int64_t>(std::min(std::round(seconds), 1e12));
    return whole < 3600 ? fmt::format("{} min {} s", whole / 60, whole % 60) : fmt::format("{} h {} min", whole / 3600, whole / 60 % 60);
  }
  constexpr std::pair<double, const char*> units[] = {{1, "s"}, {1e-3, "ms"}, {1e-6, "us"}, {1e-9, "ns"}};
  for (const auto& [unit, name] : units) {
    const double x = seconds / unit;
    if (x >= 0.9995) return fmt::format("{:.{}f} {}", x, x < 9.995 ? 2 : x < 99.95 ? 1 : 0, name);
  }
  return fmt::format("{:.2g} ns", seconds / 1e-9);
}

std::string coarse_duration_text(double seconds) {
  const auto whole = static_cast<int64_t>(std::min(std::ceil(seconds), 1e12));
  if (whole < 90) return fmt::format("{} s", whole);
  if (whole < 600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  if (whole < 3600) return fmt::format("{} min", whole / 60);
  return fmt::format("{} h {} min", whole / 3600, whole / 60 % 60);
}

}  // namespace wengert::cli
