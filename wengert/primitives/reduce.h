// SPDX-License-Identifier: Apache-2.0
//
// Reductions over axes.
#pragma once

#include "wengert/primitives/families.h"

namespace wengert {

extern const Linear sum_p;

/// Sum over `axes` (which disappear), or over all axes; in f64, in row-major order.
Expr sum(Sited x);
Expr sum(Sited x, std::vector<int64_t> axes);

}  // namespace wengert
