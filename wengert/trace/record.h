// SPDX-License-Identifier: Apache-2.0
//
// record: a C++ function that is generic in its scalar is run once on Reals at a point, and becomes a list of scalars
// or a Program.
#pragma once

#include <array>
#include <tuple>
#include <utility>

#include "wengert/ir/program.h"
#include "wengert/trace/real.h"

namespace wengert {

namespace detail {

inline std::vector<Real> real_outputs(const Real& y) { return {y}; }
inline std::vector<Real> real_outputs(std::vector<Real> y) { return y; }
template <size_t N> std::vector<Real> real_outputs(const std::array<Real, N>& y) { return {y.begin(), y.end()}; }
template <class... T> std::vector<Real> real_outputs(const std::tuple<T...>& y) {
  return std::apply([](const auto&... each) { return std::vector<Real>{Real(each)...}; }, y);
}
template <class A, class B> std::vector<Real> real_outputs(const std::pair<A, B>& y) {
  return {Real(y.first), Real(y.second)};
}

/// f(vector) where f takes that, else f(x0, x1, ...).
template <class F> auto call_with_reals(F& f, std::vector<Real>& x) {
  if constexpr (std::is_invocable_v<F&, std::vector<Real>&>)
    return f(x);
  else if constexpr (std::is_invocable_v<F&, Real&, Real&>)
    return f(x.at(0), x.at(1));
  else if constexpr (std::is_invocable_v<F&, Real&, Real&, Real&>)
    return f(x.at(0), x.at(1), x.at(2));
  else if constexpr (std::is_invocable_v<F&, Real&, Real&, Real&, Real&>)
    return f(x.at(0), x.at(1), x.at(2), x.at(3));
  else
    return f(x.at(0), x.at(1), x.at(2), x.at(3), x.at(4));
}

}  // namespace detail

/// A function that can be recorded: takes a std::vector<Real> (or a span of it), or two to five Reals; returns a Real,
/// or a vector, array, pair or tuple of them.
template <class F>
concept RecordableFunction = std::is_invocable_v < F&,
        std::vector<Real>
& > || std::is_invocable_v<F&, Real&, Real&> || std::is_invocable_v<F&, Real&, Real&, Real&> ||
    std::is_invocable_v<F&, Real&, Real&, Real&, Real&> || std::is_invocable_v<F&, Real&, Real&, Real&, Real&, Real&>;

/// Anything that may be such a function, told from Programs and records without looking into a generic body.
template <class F>
concept MayBeRecorded = !std::is_convertible_v<F, const Program&> && !std::is_convertible_v<F, const Primitive&>;

/// The list of `f` at `x`. f is a RecordableFunction.
///
/// cost   : one run of f, a few nanoseconds an operation more
/// throws : UsageError W103 for Reals from elsewhere; ResourceError W401, W408; what f throws
template <MayBeRecorded F>
RealList record_list(F&& f, std::span<const double> x, std::string name = "f",
                     size_t limit = RealRecording::most_operations) {
  static_assert(RecordableFunction<F>, "the function must take a vector (or span) of Real, or two to five Reals");
  RealRecording recording(std::move(name), limit);
  std::vector<Real> inputs = recording.inputs(x);
  return recording.finish(detail::real_outputs(detail::call_with_reals(f, inputs)));
}

/// The list as a Program of f64 scalars, one input a number. Comparisons become guards, numbers taken out by value()
/// too. names : of the inputs; may be shorter than they are many
Program to_program(const RealList& list, const std::vector<std::string>& names = {});

/// A list with its comparisons as further outputs instead of guards: holds where these come out as `outcomes`.
struct OpenProgram {
  Program program;  ///< outputs: those of the list, then one bool a comparison
  std::vector<bool> outcomes;
};
OpenProgram to_open_program(const RealList& list);

/// The Program of `f` at `x`: valid wherever its comparisons turn out as they did at x, guarded elsewhere.
template <MayBeRecorded F>
Program record(F&& f, std::span<const double> x, std::string name = "f", const std::vector<std::string>& names = {}) {
  return to_program(record_list(f, x, std::move(name)), names);
}
template <MayBeRecorded F>
Program record(F&& f, std::initializer_list<double> x, std::string name = "f",
               const std::vector<std::string>& names = {}) {
  return record(f, std::span(x.begin(), x.size()), std::move(name), names);
}

}  // namespace wengert
