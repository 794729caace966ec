// SPDX-License-Identifier: Apache-2.0
//
// Function: a C++ function that is recorded when it has to be. A call looks for a recorded Program whose comparisons
// all come out at the point as they did when it was recorded; if there is none, the function is run on Reals and one
// more Program kept. So the result is never that of a branch not taken. A batch of points is partitioned by outcome.
//
//     const Function f([](std::span<const Real> x) { return x[0] < 0 ? -x[0] : x[0] * x[1]; });
//     f({2, 3});                          // {6}: recorded
//     auto [y, g] = f.gradient({4, 5});   // 20, {5, 4}: the same Program
//     f({-1, 5});                         // {1}: recorded anew, both are kept
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "wengert/api/gradient.h"
#include "wengert/base/array.h"

namespace wengert {

struct FunctionOptions {
  std::string name = "f";
  size_t programs = 16;          ///< kept at most; then the one not used for longest is dropped
  /// Work of the search for each Program's Jacobian (planned_jacobian.h), some 15 ms at most; 0: it is by sweeps. Less than
  /// for a Program alone, since one is recorded for every path through the function.
  int64_t jacobian_work = 50'000;
  size_t misses_in_a_row = 256;  ///< calls in a row that recorded anew before W702 is thrown; 0: never
};

struct FunctionStatistics {
  size_t records = 0, hits = 0, evictions = 0;  ///< hits: points at which a kept Program held
  size_t programs = 0;                          ///< kept at present
};

/// Its Programs are compiled once they have run so often that it would have paid, without a change of the results (tiered.h).
/// Several threads may use one Function; the C++ function itself is run by one at a time.
class Function {
 public:
  using Recordable = std::function<std::vector<Real>(std::vector<Real>&)>;

  template <RecordableFunction F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, Function>) explicit Function(F f, FunctionOptions options = {})
      : Function(Recordable([f = std::move(f)](std::vector<Real>& x) mutable {
                   return detail::real_outputs(detail::call_with_reals(f, x));
                 }),
                 std::move(options), 0) {}
  ~Function();
  Function(Function&&) noexcept;
  Function& operator=(Function&&) noexcept;

  /// Calls throw what recording throws, and UsageError W702 if every call records anew; see FunctionOptions.
  std::vector<double> operator()(std::span<const double> x) const;
  std::vector<double> operator()(std::initializer_list<double> x) const {
    return (*this)(std::span(x.begin(), x.size()));
  }

  /// throws : ShapeError W210 unless there is one result; UsageError W151
  ValueAndGradient gradient(std::span<const double> x) const;
  ValueAndGradient gradient(std::initializer_list<double> x) const { return gradient(std::span(x.begin(), x.size())); }
  ValueAndJacobian jacobian(std::span<const double> x) const;
  ValueAndJacobian jacobian(std::initializer_list<double> x) const { return jacobian(std::span(x.begin(), x.size())); }

  /// points : f64[count, inputs] -> f64[count, results]
  /// throws : ShapeError W251 for another shape, or if the number of results depends on the point
  Array values(const Array& points) const;
  /// points : f64[count, inputs] -> f64[count, results, inputs]
  Array jacobians(const Array& points) const;

  /// The Program that holds at `x`, with guards: recorded for the asking, not counted.
  Program program(std::span<const double> x) const;
  Program program(std::initializer_list<double> x) const { return program(std::span(x.begin(), x.size())); }

  FunctionStatistics statistics() const;

 private:
  struct State;
  Function(Recordable f, FunctionOptions options, int);
  std::unique_ptr<State> state_;
};

}  // namespace wengert
