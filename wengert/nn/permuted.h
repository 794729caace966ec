// SPDX-License-Identifier: Apache-2.0
//
// Weights of other tools lie in memory in another order of axes.
#pragma once

#include <span>

#include "wengert/base/array.h"

namespace wengert {

/// Axis k of the result is axis order[k] of `array`. cost : a pass over it
Array permuted(const Array& array, std::span<const int> order);
inline Array permuted(const Array& array, std::initializer_list<int> order) { return permuted(array, std::span(order.begin(), order.size())); }

/// Part `from[k]` of the last axis, cut into from.size() equal parts, becomes part k: gates in another order.
Array with_parts(const Array& array, std::initializer_list<int> from);

}  // namespace wengert
