// SPDX-License-Identifier: Apache-2.0
//
// The elementary functions, elementwise. Partials reuse the result where that is cheaper or more accurate.
#pragma once

#include "wengert/primitives/families.h"

namespace wengert {

extern const Elementwise<1> exp_p, log_p, sqrt_p, sin_p, cos_p;

inline Expr exp(Sited x) { return exp_p(x); }
inline Expr log(Sited x) { return log_p(x); }
inline Expr sqrt(Sited x) { return sqrt_p(x); }
inline Expr sin(Sited x) { return sin_p(x); }
inline Expr cos(Sited x) { return cos_p(x); }

}  // namespace wengert
