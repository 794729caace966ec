// SPDX-License-Identifier: Apache-2.0
//
// Rows by computed numbers: gather, its transpose scatter_add, and one_hot. A number outside the rows cannot be
// refused, since kernels do not throw; it makes NaN of all it has a share in, never a neighbour's row or a silent zero.
#pragma once

#include "wengert/primitives/families.h"

namespace wengert {

extern const Linear gather_p, scatter_add_p;
extern const Nondifferentiable one_hot_p;

/// x[..., indices, ...]: `axis` of x is replaced by the axes of `indices` (i64; a scalar takes one row). NaN for a row
/// that x does not have. throws : ShapeError W206
Expr gather(Sited x, Expr indices, int64_t axis = 0);

/// The transpose of gather: zeros with `size` rows along `axis`, rows[..., i, ...] being added to row indices[i]; the
/// axes of `indices` stand in `rows` from `axis` on. In the order of `rows`, rounding to the dtype at every addition.
/// A number that is no row of the result makes all of the result NaN. throws : ShapeError W206
Expr scatter_add(Sited rows, Expr indices, int64_t size, int64_t axis = 0);

/// 1 at the place of each index along a new last axis of `size`, 0 elsewhere; a row of NaN for an index outside it.
/// dtype : by default the recording's float. throws : ShapeError W206
Expr one_hot(Sited indices, int64_t size, std::optional<DType> dtype = {});

}  // namespace wengert
