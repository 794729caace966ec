// SPDX-License-Identifier: Apache-2.0
//
// The pure scalar functions that a kernel may call, in one table, and the scalar vocabulary of rules for `double`: a
// rule written as a generic lambda finds `max`, `select`, `less` ... here when it is instantiated for double.
// Max and min propagate NaN (IEEE 754-2019 maximum/minimum), unlike std::fmax.
#pragma once

#include <array>
#include <cmath>
#include <string_view>

namespace wengert {

/// psi^(n)(x), the n-th derivative of digamma = (log Gamma)'; n = 0 is digamma. NaN for a negative or fractional n.
/// Poles (x = 0, -1, -2, ...) give NaN for even n and +infinity for odd n. AS64: 6.4.11 after recurrence 6.4.6,
/// reflection for x < 0.
double polygamma(double n, double x);

/// log|Gamma(x)|; reentrant (std::lgamma writes a global sign).
double log_gamma(double x);

/// One function: its name in kernels, C and LLVM code, and its value (`x` holds `arity` numbers).
struct ScalarFunction {
  std::string_view name;
  int arity;
  double (*value)(const double* x);
};

inline constexpr std::array functions{
    ScalarFunction{"exp", 1, [](const double* x) { return std::exp(x[0]); }},
    ScalarFunction{"expm1", 1, [](const double* x) { return std::expm1(x[0]); }},
    ScalarFunction{"log", 1, [](const double* x) { return std::log(x[0]); }},
    ScalarFunction{"log1p", 1, [](const double* x) { return std::log1p(x[0]); }},
    ScalarFunction{"cbrt", 1, [](const double* x) { return std::cbrt(x[0]); }},
    ScalarFunction{"pow", 2, [](const double* x) { return std::pow(x[0], x[1]); }},
    ScalarFunction{"hypot", 2, [](const double* x) { return std::hypot(x[0], x[1]); }},
    ScalarFunction{"sin", 1, [](const double* x) { return std::sin(x[0]); }},
    ScalarFunction{"cos", 1, [](const double* x) { return std::cos(x[0]); }},
    ScalarFunction{"tan", 1, [](const double* x) { return std::tan(x[0]); }},
    ScalarFunction{"asin", 1, [](const double* x) { return std::asin(x[0]); }},
    ScalarFunction{"acos", 1, [](const double* x) { return std::acos(x[0]); }},
    ScalarFunction{"atan", 1, [](const double* x) { return std::atan(x[0]); }},
    ScalarFunction{"atan2", 2, [](const double* x) { return std::atan2(x[0], x[1]); }},
    ScalarFunction{"sinh", 1, [](const double* x) { return std::sinh(x[0]); }},
    ScalarFunction{"cosh", 1, [](const double* x) { return std::cosh(x[0]); }},
    ScalarFunction{"tanh", 1, [](const double* x) { return std::tanh(x[0]); }},
    ScalarFunction{"asinh", 1, [](const double* x) { return std::asinh(x[0]); }},
    ScalarFunction{"acosh", 1, [](const double* x) { return std::acosh(x[0]); }},
    ScalarFunction{"atanh", 1, [](const double* x) { return std::atanh(x[0]); }},
    ScalarFunction{"erf", 1, [](const double* x) { return std::erf(x[0]); }},
    ScalarFunction{"erfc", 1, [](const double* x) { return std::erfc(x[0]); }},
    ScalarFunction{"lgamma", 1, [](const double* x) { return log_gamma(x[0]); }},
    ScalarFunction{"polygamma", 2, [](const double* x) { return polygamma(x[0], x[1]); }},
};

/// Index of a function by name; a name that is not listed does not compile.
consteval uint8_t function_index(std::string_view name) {
  for (size_t i = 0; i < functions.size(); ++i)
    if (functions[i].name == name) return static_cast<uint8_t>(i);
  throw "not in the table of functions";
}

// The vocabulary of rules, for double. The <cmath> names are imported, not redefined, so that `using namespace wengert`
// beside <cmath> is never ambiguous.
using std::exp, std::expm1, std::log, std::log1p, std::sqrt, std::cbrt, std::pow, std::hypot, std::fma;
using std::sin, std::cos, std::tan, std::asin, std::acos, std::atan, std::atan2;
using std::sinh, std::cosh, std::tanh, std::asinh, std::acosh, std::atanh, std::erf, std::erfc;
using std::abs, std::floor;
inline double lgamma(double x) { return log_gamma(x); }

inline double max(double a, double b) { return a >= b ? a : b > a ? b : a + b; }
inline double min(double a, double b) { return a <= b ? a : b < a ? b : a + b; }
inline bool less(double a, double b) { return a < b; }
inline bool less_equal(double a, double b) { return a <= b; }
inline bool equal(double a, double b) { return a == b; }
inline bool logical_and(bool a, bool b) { return a && b; }
inline bool logical_or(bool a, bool b) { return a || b; }
inline bool logical_not(bool a) { return !a; }
inline double select(bool condition, double a, double b) { return condition ? a : b; }
inline double sign(double x) { return x > 0 ? 1 : x < 0 ? -1 : x; }
inline double compare(double a, double b) { return a > b ? 1 : a < b ? -1 : a == b ? 0 : a + b; }

}  // namespace wengert
