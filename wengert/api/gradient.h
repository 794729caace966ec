// SPDX-License-Identifier: Apache-2.0
//
// Values and derivatives of a C++ function at a point, as numbers at once: the function runs on Reals, one sweep over
// the list follows, nothing is kept. For many points of one function use Function, which records once.
//
//     auto [y, g] = gradient([](auto x1, auto x2) { return x1 * x2 + sin(x1); }, {2.0, 3.0});
//     // y == 6.909..., g == {2.583..., 2}
#pragma once

#include "wengert/exec/sweep.h"
#include "wengert/trace/record.h"

namespace wengert {

struct ValueAndGradient {
  double value = 0;
  std::vector<double> gradient;
};

struct ValueAndDerivative {
  double value = 0, derivative = 0;
};

/// J[i * inputs + j] = dy_i / dx_j.
struct ValueAndJacobian {
  std::vector<double> value, jacobian;
};

/// y and J x_dot, or y and J' y_bar.
struct ValueAndProduct {
  std::vector<double> value, product;
};

namespace detail {
/// throws : UsageError W151 if no result is active and value() was used
void require_recorded(const RealList& list);
ValueAndGradient gradient_of(const RealList& list);
ValueAndJacobian jacobian_of(const RealList& list);
ValueAndProduct pushforward_of(const RealList& list, std::span<const double> x_dot);
ValueAndProduct pullback_of(const RealList& list, std::span<const double> y_bar);
}  // namespace detail

/// f : see RecordableFunction; one result
/// cost   : 2 to 5 runs of f on doubles and some 7 ns an operation, whatever the number of inputs; 26 bytes an
/// operation throws : UsageError W152 if f has several results, W151 if its result was computed from numbers taken out
/// by value();
///          what record_list throws
template <MayBeRecorded F> ValueAndGradient gradient(F&& f, std::span<const double> x) {
  return detail::gradient_of(record_list(f, x));
}
template <MayBeRecorded F> ValueAndGradient gradient(F&& f, std::initializer_list<double> x) {
  return gradient(f, std::span(x.begin(), x.size()));
}
/// f of one number.
template <class F>
requires std::is_invocable_v<F&, Real&> ValueAndDerivative derivative(F&& f, double x) {
  const auto [y, g] = detail::gradient_of(record_list([&](std::vector<Real>& v) { return Real(f(v[0])); }, {&x, 1}));
  return {y, g[0]};
}

/// cost : one sweep a result or one an input, whichever are fewer
template <MayBeRecorded F> ValueAndJacobian jacobian(F&& f, std::span<const double> x) {
  return detail::jacobian_of(record_list(f, x));
}
template <MayBeRecorded F> ValueAndJacobian jacobian(F&& f, std::initializer_list<double> x) {
  return jacobian(f, std::span(x.begin(), x.size()));
}

/// The derivative in the direction x_dot. throws : ShapeError W250
template <MayBeRecorded F> ValueAndProduct jvp(F&& f, std::span<const double> x, std::span<const double> x_dot) {
  return detail::pushforward_of(record_list(f, x), x_dot);
}

/// The gradient of <y_bar, f>. throws : ShapeError W250
template <MayBeRecorded F> ValueAndProduct vjp(F&& f, std::span<const double> x, std::span<const double> y_bar) {
  return detail::pullback_of(record_list(f, x), y_bar);
}

}  // namespace wengert
