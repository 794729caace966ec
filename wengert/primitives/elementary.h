// SPDX-License-Identifier: Apache-2.0
//
// The elementary functions, elementwise. Partials reuse the result where that is cheaper or more accurate. Outside its
// domain a function is NaN, as in <cmath>; where a derivative is unbounded it is infinite, never a silent 0.
#pragma once

#include "wengert/primitives/families.h"

namespace wengert {

extern const Elementwise<1> exp_p, expm1_p, log_p, log1p_p, sqrt_p, cbrt_p;
extern const Elementwise<1> sin_p, cos_p, tan_p, asin_p, acos_p, atan_p;
extern const Elementwise<1> sinh_p, cosh_p, tanh_p, asinh_p, acosh_p, atanh_p;
extern const Elementwise<1> erf_p, erfc_p, lgamma_p;
extern const Elementwise<2> hypot_p, atan2_p, polygamma_p;

inline Expr exp(Sited x) { return exp_p(x); }
inline Expr expm1(Sited x) { return expm1_p(x); }  ///< e^x - 1, accurate near 0
inline Expr log(Sited x) { return log_p(x); }
inline Expr log1p(Sited x) { return log1p_p(x); }  ///< log(1 + x), accurate near 0
inline Expr sqrt(Sited x) { return sqrt_p(x); }
inline Expr cbrt(Sited x) { return cbrt_p(x); }
/// sqrt(x^2 + y^2) without overflow. The derivative at (0, 0) is 0, the least-norm subgradient; the second is infinite.
inline Expr hypot(Sited x, Expr y) { return hypot_p(x, y); }

inline Expr sin(Sited x) { return sin_p(x); }
inline Expr cos(Sited x) { return cos_p(x); }
inline Expr tan(Sited x) { return tan_p(x); }
inline Expr asin(Sited x) { return asin_p(x); }
inline Expr acos(Sited x) { return acos_p(x); }
inline Expr atan(Sited x) { return atan_p(x); }
/// The angle of the point (x, y), in (-pi, pi]; the ordinate comes first. The derivative at (0, 0) is NaN.
inline Expr atan2(Sited y, Expr x) { return atan2_p(y, x); }

inline Expr sinh(Sited x) { return sinh_p(x); }
inline Expr cosh(Sited x) { return cosh_p(x); }
inline Expr tanh(Sited x) { return tanh_p(x); }
inline Expr asinh(Sited x) { return asinh_p(x); }
inline Expr acosh(Sited x) { return acosh_p(x); }
inline Expr atanh(Sited x) { return atanh_p(x); }

inline Expr erf(Sited x) { return erf_p(x); }
inline Expr erfc(Sited x) { return erfc_p(x); }  ///< 1 - erf(x), accurate for large x
/// log |Gamma(x)|.
inline Expr lgamma(Sited x) { return lgamma_p(x); }
/// The n-th derivative of digamma, n = 0, 1, ... 100 (NaN for any other n). Differentiable in x alone: the partial by n
/// is NaN, so that a derivative taken by mistake is seen.
inline Expr polygamma(Sited n, Expr x) { return polygamma_p(n, x); }
/// (log Gamma)'(x).
inline Expr digamma(Sited x) { return polygamma_p(Sited(0, x.site), x); }

}  // namespace wengert
