// SPDX-License-Identifier: Apache-2.0
//
// Operations that move elements and compute nothing, on whole arrays: linear, so each is its own JVP. Parts of arrays
// are in slice.h. A negative axis counts from the end.
#pragma once

#include "wengert/primitives/families.h"

namespace wengert {

extern const Linear broadcast_p, reshape_p, transpose_p, reverse_p, concatenate_p;

/// `x` stretched to `shape` by the broadcasting rule; `x` itself if it has that shape. throws : ShapeError W203
Expr broadcast_to(Sited x, const Shape& shape);
/// The same elements, row-major, under another shape. throws : ShapeError W206
Expr reshape(Sited x, const Shape& shape);
/// Axes permuted: result axis k is x's axis order[k]; without `order` all axes are reversed. throws : ShapeError W206
Expr transpose(Sited x, std::vector<int64_t> order = {});
/// Elements in the opposite order along `axes`. throws : ShapeError W206
Expr reverse(Sited x, std::vector<int64_t> axes);

/// The parts one behind the other along `axis`; their other extents are equal. throws : ShapeError W206
Expr concatenate(const std::vector<Expr>& parts, int64_t axis = 0, Site site = Site::here());
/// The parts one beside the other along a new axis; they broadcast, so numbers may stand among them.
/// throws : ShapeError W203, W205, W206 for no parts, W209 for an axis the result does not have
Expr stack(const std::vector<Expr>& parts, int64_t axis = 0, Site site = Site::here());

}  // namespace wengert
