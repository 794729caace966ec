// SPDX-License-Identifier: Apache-2.0
//
// What emitted statements call besides libm, as C: kernel/functions and kernel/interpret once more, in the same order
// of operations. @ stands for the prefix, # for the type of reals, ~ for the suffix of their literals and functions.
#include <array>

#include "wengert/exec/c_kernel.h"

namespace wengert {
namespace {

struct CFunctionText {
  std::string_view name, text;
};

constexpr std::array texts{
    CFunctionText{"max", R"(/* A NaN comes through, unlike with fmax. */
static # @_max(# a, # b) { return a >= b ? a : b > a ? b : a + b; }
)"},
    CFunctionText{"min", R"(/* A NaN comes through, unlike with fmin. */
static # @_min(# a, # b) { return a <= b ? a : b < a ? b : a + b; }
)"},
    CFunctionText{
        "power",
        R"(/* pow itself: compilers write x * x and 1 / x for constant exponents, which may differ in the last bit. */
static # @_power(# x, # y) {
  const volatile # exponent = y;
  return pow~(x, exponent);
}
)"},
    CFunctionText{"truncate", R"(/* Toward zero; saturates, NaN becomes 0. */
static int64_t @_truncate(# x) {
  if (!(x == x)) return 0;
  if (x >= 9223372036854775808.0~) return INT64_MAX;
  return x <= -9223372036854775808.0~ ? INT64_MIN : (int64_t)x;
}
)"},
    CFunctionText{"wrap_add", R"(/* Integers wrap around. */
static int64_t @_wrap_add(int64_t a, int64_t b) { return (int64_t)((uint64_t)a + (uint64_t)b); }
)"},
    CFunctionText{"wrap_subtract", R"(/* Integers wrap around. */
static int64_t @_wrap_subtract(int64_t a, int64_t b) { return (int64_t)((uint64_t)a - (uint64_t)b); }
)"},
    CFunctionText{"wrap_multiply", R"(/* Integers wrap around. */
static int64_t @_wrap_multiply(int64_t a, int64_t b) { return (int64_t)((uint64_t)a * (uint64_t)b); }
)"},
    CFunctionText{"divide", R"(/* a / 0 is 0; the least integer by -1 is itself. */
static int64_t @_divide(int64_t a, int64_t b) {
  return b == 0 ? 0 : b == -1 ? (int64_t)(0 - (uint64_t)a) : a / b;
}
)"},
    CFunctionText{"remainder", R"(/* a % 0 is 0. */
static int64_t @_remainder(int64_t a, int64_t b) { return b == 0 || b == -1 ? 0 : a % b; }
)"},
    CFunctionText{"shift_left", R"(/* Modulo 64. */
static int64_t @_shift_left(int64_t a, int64_t b) { return (int64_t)((uint64_t)a << (b & 63)); }
)"},
    CFunctionText{"shift_right", R"(/* Modulo 64; zeros come in. */
static int64_t @_shift_right(int64_t a, int64_t b) { return (int64_t)((uint64_t)a >> (b & 63)); }
)"},
    CFunctionText{
        "polygamma",
        R"(/* The n-th derivative of digamma for x > 0, n in 0..100: Abramowitz and Stegun 1964, recurrence 6.4.6 until the
   asymptotic series 6.3.18 and 6.4.11 is exact to rounding. In float NaN beyond some 30, where n! is none. */
static # @_polygamma_positive(int n, # x) {
  static const # bernoulli[10] = {1.0~ / 6,       -1.0~ / 30, 1.0~ / 42,       -1.0~ / 30,     5.0~ / 66,
                                  -691.0~ / 2730, 7.0~ / 6,   -3617.0~ / 510, 43867.0~ / 798, -174611.0~ / 330};
  const # factorial = tgamma~(n + 1.0~);
  # recurred = 0, sum, term, series;
  int k;
  while (x < 12 + n) {
    recurred += factorial / pow~(x, n + 1);
    x += 1;
  }
  if (n == 0) {
    sum = log~(x) - 0.5~ / x;
    for (k = 1; k <= 10; ++k) sum -= bernoulli[k - 1] / (2 * k * pow~(x, 2 * k));
    return sum + -recurred;
  }
  sum = tgamma~(n) / pow~(x, n) + n * tgamma~(n) / (2 * pow~(x, n + 1));
  term = n * tgamma~(n) / pow~(x, n);
  for (k = 1; k <= 10; ++k) {
    term *= (k == 1 ? (n + 1) / 2.0~ : (2 * k + n - 1.0~) * (2 * k + n - 2.0~) / ((2 * k) * (2 * k - 1.0~))) / (x * x);
    sum += bernoulli[k - 1] * term;
  }
  series = n % 2 == 1 ? sum : -sum;
  return series + (n % 2 == 0 ? -recurred : recurred);
}

/* The n-th derivative of pi cot(pi x), by the polynomial recurrence in c = cot. */
static # @_cotangent_derivative(int n, # x) {
  const # pi = 3.14159265358979323846~;
  const # c = 1 / tan~(pi * (x - floor~(x)));
  # p[128] = {0}, next[128], value = 0;
  int i, order;
  p[1] = pi;
  for (order = 0; order < n; ++order) {
    for (i = 0; i < 128; ++i) next[i] = 0;
    for (i = 1; i <= order + 1; ++i) {
      next[i - 1] -= pi * i * p[i];
      next[i + 1] -= pi * i * p[i];
    }
    for (i = 0; i < 128; ++i) p[i] = next[i];
  }
  for (i = n + 1; i >= 0; --i) value = value * c + p[i];
  return value;
}

/* psi^(n)(x); NaN for a negative or fractional n; at the poles NaN for even n, infinity for odd n. */
static # @_polygamma(# order, # x) {
  const int n = order >= 0 && order <= 100 && order == floor~(order) ? (int)order : -1;
  # reflected, cotangent;
  if (n < 0 || !(x == x)) return NAN;
  if (x <= 0 && x == floor~(x)) return n % 2 == 1 ? INFINITY : NAN;
  if (x > 0) return @_polygamma_positive(n, x);
  reflected = @_polygamma_positive(n, 1 - x);
  cotangent = @_cotangent_derivative(n, x);
  return n % 2 == 0 ? reflected - cotangent : -reflected - cotangent;
}
)"},
};

}  // namespace

std::string c_functions(const std::set<std::string>& names, const std::string& prefix, bool single) {
  std::string result;
  for (const CFunctionText& function : texts) {
    if (!names.contains(std::string(function.name))) continue;
    for (char c : function.text) {
      if (c == '@')
        result += prefix;
      else if (c == '#')
        result += single ? "float" : "double";
      else if (c == '~')
        result += single ? "f" : "";
      else
        result += c;
    }
    result += '\n';
  }
  return result;
}

}  // namespace wengert
