// SPDX-License-Identifier: Apache-2.0
//
// Parts of arrays, and arrays that are part of a larger one: slice and pad, each the transpose of the other.
#pragma once

#include "wengert/primitives/families.h"

namespace wengert {

extern const Linear slice_p, pad_p;

/// Elements start[k], start[k] + stride[k], ... of each axis k, size[k] of them; without strides, neighbours.
/// throws : ShapeError W206 for what does not lie within x
Expr slice(Sited x, std::vector<int64_t> start, std::vector<int64_t> size, std::vector<int64_t> stride = {});

/// Zeros (false) around x: low[k] before and high[k] behind it along axis k, and interior[k] between its neighbours.
/// throws : ShapeError W206 for counts that are negative, W202 for a result that is too large
Expr pad(Sited x, std::vector<int64_t> low, std::vector<int64_t> high, std::vector<int64_t> interior = {});

/// The scalar at `index`, one number an axis, known while recording (gather takes a computed one).
/// throws : ShapeError W206
Expr element(Sited x, const std::vector<int64_t>& index);
/// x at place i of its first axis, which disappears. throws : ShapeError W206
Expr row(Sited x, int64_t i);

}  // namespace wengert
