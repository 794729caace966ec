// SPDX-License-Identifier: Apache-2.0
//
// The elements of [batch, spatial..., channels] under windows that go over the spatial axes (1 to 3 of them), as an
// array.
#pragma once

#include "wengert/primitives/families.h"

namespace wengert {

extern const Linear windows_p, overlap_add_p;

/// How windows go over an array. Lists have a number for each spatial axis, or one for all of them; empty ones mean 1,
/// and no padding.
struct WindowSteps {
  std::vector<int64_t> stride = {};
  std::vector<int64_t> padding = {};       ///< zeros before each spatial axis, and behind it
  std::vector<int64_t> padding_high = {};  ///< if given: so many behind it
  std::vector<int64_t> dilation = {};      ///< steps from tap to tap
};

/// The elements under each window, row-major, zeros where padding is.
///
/// shapes : [batch, spatial..., channels] -> [batch, places..., taps, channels], taps the product of `window`;
///          places = (extent + padding + padding_high - (window - 1) * dilation - 1) / stride + 1, rounded down
/// throws : ShapeError W206 (rank, dtype, lists), W212 (a window larger than the padded x)
Expr windows(Sited x, std::vector<int64_t> window, const WindowSteps& how = {});

}  // namespace wengert
