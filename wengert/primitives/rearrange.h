// SPDX-License-Identifier: Apache-2.0
//
// Operations that move elements and compute nothing: linear, so each is its own JVP.
#pragma once

#include "wengert/primitives/families.h"

namespace wengert {

extern const Linear broadcast_p, reshape_p, transpose_p;

/// `x` stretched to `shape` by the broadcasting rule; `x` itself if it has that shape. throws : ShapeError W203
Expr broadcast_to(Sited x, const Shape& shape);
/// The same elements, row-major, under another shape. throws : ShapeError W206
Expr reshape(Sited x, const Shape& shape);
/// Axes permuted: result axis k is x's axis order[k]; without `order` all axes are reversed.
Expr transpose(Sited x, std::vector<int64_t> order = {});

}  // namespace wengert
