// SPDX-License-Identifier: Apache-2.0
//
// Addition, subtraction, multiplication, division, negation, powers, fused multiply-add. Operators broadcast.
#pragma once

#include "wengert/primitives/families.h"

namespace wengert {

extern const Elementwise<2> add_p, sub_p, mul_p, div_p, pow_p;
extern const Elementwise<1> neg_p;
extern const Elementwise<3> fma_p;

inline Expr operator+(Sited a, Expr b) { return add_p(a, b); }
inline Expr operator-(Sited a, Expr b) { return sub_p(a, b); }
inline Expr operator*(Sited a, Expr b) { return mul_p(a, b); }
inline Expr operator/(Sited a, Expr b) { return div_p(a, b); }
inline Expr operator-(Sited a) { return neg_p(a); }
inline Expr operator+(Sited a) { return a; }
inline Expr& operator+=(Expr& a, Expr b) { return a = a + b; }
inline Expr& operator-=(Expr& a, Expr b) { return a = a - b; }
inline Expr& operator*=(Expr& a, Expr b) { return a = a * b; }
inline Expr& operator/=(Expr& a, Expr b) { return a = a / b; }

/// x^y, elementwise. The partial by x is y x^(y-1), which is 0 for y = 0 even at x = 0; the partial by y is 0 at
/// x = 0 <= y, and NaN for x < 0, where no real derivative exists.
inline Expr pow(Sited x, Expr y) { return pow_p(x, y); }
/// a b + c with one rounding.
inline Expr fma(Sited a, Expr b, Expr c) { return fma_p(a, b, c); }

}  // namespace wengert
