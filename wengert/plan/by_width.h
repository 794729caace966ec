// SPDX-License-Identifier: Apache-2.0
//
// Calls a function with the number of words that the vertices of a problem need.
#pragma once

#include <fmt/format.h>

#include <type_traits>

#include "wengert/base/error.h"

namespace wengert {

inline constexpr size_t most_planned_vertices = 1024;

/// use(std::integral_constant<size_t, W>): 64 W is at least `vertices`.
/// throws : ResourceError W405 for more than most_planned_vertices
template <class Use> auto by_width(size_t vertices, Use use) {
  if (vertices <= 64) return use(std::integral_constant<size_t, 1>());
  if (vertices <= 128) return use(std::integral_constant<size_t, 2>());
  if (vertices <= 256) return use(std::integral_constant<size_t, 4>());
  if (vertices <= most_planned_vertices) return use(std::integral_constant<size_t, 16>());
  throw ResourceError("W405",
                      fmt::format("a plan for a graph of {} vertices (limit: {})", vertices, most_planned_vertices), {},
                      "use forward or reverse mode");
}

}  // namespace wengert
