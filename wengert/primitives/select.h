// SPDX-License-Identifier: Apache-2.0
//
// Comparison, logic, choice, and what is made of them: max, min, abs, sign, floor, clamp. Subgradients are stated in the
// records (`edges`): half to each at ties, 0 at the kink of abs.
#pragma once

#include "wengert/primitives/families.h"

namespace wengert {

extern const Nondifferentiable less_p, less_equal_p, equal_p, logical_and_p, logical_or_p, logical_not_p;
extern const Nondifferentiable sign_p, compare_p, floor_p;
extern const Linear select_p;
extern const Elementwise<2> max_p, min_p;
extern const Elementwise<1> abs_p;

/// Elementwise comparison of two floats or two integers -> bool; false where an operand is NaN.
Expr less(Sited a, Expr b);
Expr less_equal(Sited a, Expr b);
Expr equal(Sited a, Expr b);
inline Expr greater(Sited a, Expr b) { return less({b, a.site}, a); }
inline Expr greater_equal(Sited a, Expr b) { return less_equal({b, a.site}, a); }

/// Logic on bool arrays, elementwise, broadcasting.
Expr logical_and(Sited a, Expr b);
Expr logical_or(Sited a, Expr b);
Expr logical_not(Sited a);

/// condition ? a : b, elementwise, broadcasting. The side not taken gets a cotangent of exactly zero, and what is not
/// finite there never reaches a derivative.
Expr select(Sited condition, Expr a, Expr b);

inline Expr max(Sited a, Expr b) { return max_p(a, b); }  ///< NaN if either is; at a tie half of the derivative to each
inline Expr min(Sited a, Expr b) { return min_p(a, b); }  ///< as max
inline Expr abs(Sited x) { return abs_p(x); }             ///< derivative 0 at 0
Expr sign(Sited x);                                       ///< -1, 0, 1 (NaN for NaN); derivative 0
Expr compare(Sited a, Expr b);                            ///< -1, 0, 1 as a is below, at or above b (NaN if neither); derivative 0
Expr floor(Sited x);                                      ///< derivative 0
inline Expr clamp(Sited x, Expr low, Expr high) { return min({max(x, low), x.site}, high); }

}  // namespace wengert
