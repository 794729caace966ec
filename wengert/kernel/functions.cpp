// SPDX-License-Identifier: Apache-2.0
#include "wengert/kernel/functions.h"

#include <limits>

namespace wengert {
namespace {

constexpr double pi = 3.14159265358979323846;

/// AS64 6.3.18 (digamma) and 6.4.11 (n > 0), for large x: sums of Bernoulli numbers B_2k.
double asymptotic(int n, double x) {
  static constexpr double bernoulli[] = {1.0 / 6,        -1.0 / 30,      1.0 / 42,      -1.0 / 30,       5.0 / 66,
                                         -691.0 / 2730,  7.0 / 6,        -3617.0 / 510, 43867.0 / 798,   -174611.0 / 330};
  if (n == 0) {
    double sum = std::log(x) - 0.5 / x;
    for (int k = 1; k <= 10; ++k) sum -= bernoulli[k - 1] / (2 * k * std::pow(x, 2 * k));
    return sum;
  }
  // (-1)^(n-1) [ (n-1)!/x^n + n!/(2 x^(n+1)) + sum_k B_2k (2k+n-1)!/((2k)! x^(2k+n)) ]
  const double factorial = std::tgamma(n);  // (n-1)!
  double sum = factorial / std::pow(x, n) + n * factorial / (2 * std::pow(x, n + 1));
  double term = n * factorial / std::pow(x, n);  // (2k+n-1)!/(2k)! / x^(2k+n), advanced below
  for (int k = 1; k <= 10; ++k) {
    term *= (k == 1 ? (n + 1) / 2.0 : (2 * k + n - 1.0) * (2 * k + n - 2.0) / ((2 * k) * (2 * k - 1.0))) / (x * x);
    sum += bernoulli[k - 1] * term;
  }
  return n % 2 == 1 ? sum : -sum;
}

/// d^n/dx^n of pi cot(pi x), by the polynomial recurrence in c = cot: p_0 = c, p' = -pi (1 + c^2) dp/dc.
double cotangent_derivative(int n, double x) {
  const double c = 1 / std::tan(pi * (x - std::floor(x)));
  std::array<double, 128> p{};
  p[1] = pi;
  for (int order = 0; order < n; ++order) {
    std::array<double, 128> next{};
    for (int i = 1; i <= order + 1; ++i) {
      next[static_cast<size_t>(i - 1)] -= pi * i * p[static_cast<size_t>(i)];
      next[static_cast<size_t>(i + 1)] -= pi * i * p[static_cast<size_t>(i)];
    }
    p = next;
  }
  double value = 0;
  for (int i = n + 1; i >= 0; --i) value = value * c + p[static_cast<size_t>(i)];
  return value;
}

}  // namespace

double log_gamma(double x) {
  int sign = 0;
  return ::lgamma_r(x, &sign);
}

double polygamma(double order, double x) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  constexpr int most = 100;  // 100! still fits a double with room for the powers
  if (!(order >= 0) || order > most || order != std::floor(order) || std::isnan(x)) return nan;
  const int n = static_cast<int>(order);
  if (x <= 0 && x == std::floor(x)) return n % 2 == 1 ? std::numeric_limits<double>::infinity() : nan;
  // AS64 6.4.7: psi_n(1-x) + (-1)^(n+1) psi_n(x) = (-1)^n d^n/dx^n pi cot(pi x)
  if (x < 0) {
    const double reflected = polygamma(order, 1 - x);
    const double cotangent = cotangent_derivative(n, x);
    return n % 2 == 0 ? reflected - cotangent : -reflected - cotangent;
  }
  // AS64 6.4.6: psi_n(x+1) = psi_n(x) + (-1)^n n! / x^(n+1), until the asymptotic series is exact to rounding.
  double sum = 0;
  const double factorial = std::tgamma(n + 1.0);
  const double enough = 12 + n;
  while (x < enough) {
    sum += factorial / std::pow(x, n + 1);
    x += 1;
  }
  return asymptotic(n, x) + (n % 2 == 0 ? -sum : sum);
}

}  // namespace wengert
