// SPDX-License-Identifier: Apache-2.0
//
// The same values as another dtype, or as constants of differentiation.
#pragma once

#include "wengert/primitives/families.h"

namespace wengert {

extern const Linear convert_p;
extern const Nondifferentiable cast_p, stop_gradient_p;

/// x with elements of another dtype; x itself if it has it. Between floats (record `convert`) this is linear, up to
/// rounding. To and from i64 and bool (record `cast`) no derivative passes. In i64 a float is truncated towards 0 and
/// saturates, and NaN becomes 0; in bool all but 0 is true, NaN too; false and true become 0 and 1.
Expr convert(Sited x, DType dtype);

/// x, with a derivative that is zero by declaration.
Expr stop_gradient(Sited x);

}  // namespace wengert
