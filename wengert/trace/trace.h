// SPDX-License-Identifier: Apache-2.0
//
// trace: a C++ function of Exprs becomes a Program. The function runs once, on handles that know shapes and no numbers.
#pragma once

#include <tuple>

#include "wengert/ir/expr.h"
#include "wengert/primitives/primitives.h"

namespace wengert {

namespace detail {
inline std::vector<Expr> outputs(Expr y) { return {y}; }
inline std::vector<Expr> outputs(std::vector<Expr> y) { return y; }
template <class... T> std::vector<Expr> outputs(const std::tuple<T...>& y) {
  return std::apply([](const auto&... each) { return std::vector<Expr>{Expr(each)...}; }, y);
}
template <class A, class B> std::vector<Expr> outputs(const std::pair<A, B>& y) { return {Expr(y.first), Expr(y.second)}; }
template <class T, size_t N> std::vector<Expr> outputs(const std::array<T, N>& y) { return {y.begin(), y.end()}; }

/// Calls f(x0, x1, ...), or f(vector) where f takes all inputs as one vector.
template <class F> auto apply_to(F& f, const std::vector<Expr>& x) {
  if constexpr (std::is_invocable_v<F&, const std::vector<Expr>&>) return f(x);
  else if constexpr (std::is_invocable_v<F&, Expr>) return f(x[0]);
  else if constexpr (std::is_invocable_v<F&, Expr, Expr>) return f(x[0], x[1]);
  else if constexpr (std::is_invocable_v<F&, Expr, Expr, Expr>) return f(x[0], x[1], x[2]);
  else if constexpr (std::is_invocable_v<F&, Expr, Expr, Expr, Expr>) return f(x[0], x[1], x[2], x[3]);
  else if constexpr (std::is_invocable_v<F&, Expr, Expr, Expr, Expr, Expr>) return f(x[0], x[1], x[2], x[3], x[4]);
  else return f(x[0], x[1], x[2], x[3], x[4], x[5]);
}
}  // namespace detail

/// The Program of `f` on inputs of these types.
///
/// f      : takes one Expr an input (up to six), or one std::vector<Expr>; returns an Expr, or a tuple, array or vector
/// names  : of the inputs, for printing and messages; may be shorter than types
/// cost   : one run of f
/// throws : what the recorded operations throw; UsageError W103 if f uses values from elsewhere
template <class F>
Program trace(F&& f, const std::vector<Type>& types, const std::string& name = "f", const std::vector<std::string>& names = {}) {
  Recording recording(name, types.empty() || types[0].dtype != DType::f32 ? DType::f64 : DType::f32);
  std::vector<Expr> inputs;
  for (size_t k = 0; k < types.size(); ++k) inputs.push_back(recording.input(types[k], k < names.size() ? names[k] : ""));
  return recording.finish(detail::outputs(detail::apply_to(f, inputs)));
}

}  // namespace wengert
