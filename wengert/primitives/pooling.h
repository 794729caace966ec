// SPDX-License-Identifier: Apache-2.0
//
// Pools: the largest or the mean element under windows that go over the spatial axes of [batch, spatial..., channels]
// (1 to 3 of them). Over all elements of the spatial axes it is a reduction (max_reduce, mean).
#pragma once

#include "wengert/primitives/families.h"

namespace wengert {

extern const Linear average_pool_p, chosen_mean_p, chosen_share_p;
extern const Composite max_pool_p;
extern const Nondifferentiable windows_equal_p;

/// How a pool goes over an array. Lists have a number for each spatial axis, or one for all of them.
struct Pooling {
  std::vector<int64_t> stride = {};   ///< empty: the window's extents
  std::vector<int64_t> padding = {};  ///< places before each spatial axis, and behind it; less than the window's extent
  std::vector<int64_t> padding_high = {};  ///< if given: so many behind it
};

/// The largest element under each window, NaN if one is; padding does not count. Elements that tie share the derivative
/// equally.
///
/// shapes : [batch, spatial..., channels] -> [batch, places..., channels],
///          places = (extent + padding + padding_high - window) / stride + 1, rounded down
/// throws : ShapeError W206 (rank, dtype, lists), W212 (a window larger than the padded x)
Expr max_pool(Sited x, std::vector<int64_t> window, const Pooling& how = {});

/// The mean of the elements under each window. count_padding: padding counts as zeros; otherwise only elements count.
/// shapes, throws : as max_pool
Expr average_pool(Sited x, std::vector<int64_t> window, const Pooling& how = {}, bool count_padding = true);

}  // namespace wengert
