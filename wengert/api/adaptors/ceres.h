// SPDX-License-Identifier: Apache-2.0
//
// Cost functions for Ceres. Header only, optional.
//
//     problem.AddResidualBlock(new CeresCost<Residual, 1, 2>(new Residual(x, y)), nullptr, parameters);
//     problem.AddResidualBlock(new CeresFunctionCost(function, 1, {2}), nullptr, parameters);
//
// An exception of wengert becomes Ceres' `false` (the solver stops and says that the evaluation failed); its message is
// written to the error stream once.
#pragma once

#include <ceres/ceres.h>

#include <atomic>
#include <cstdio>
#include <memory>
#include <numeric>

#include "wengert/api/function.h"

namespace wengert {

namespace detail {

/// Where Ceres keeps Jacobians: one row-major [residuals, size] a parameter block; null where it is not wanted.
inline void scatter_jacobian(const std::vector<double>& rows, size_t residuals, const std::vector<int>& sizes,
                             double** blocks) {
  const size_t width = residuals == 0 ? 0 : rows.size() / residuals;
  size_t column = 0;
  for (size_t b = 0; b < sizes.size(); ++b) {
    const auto size = static_cast<size_t>(sizes[b]);
    for (size_t i = 0; blocks[b] != nullptr && i < residuals; ++i)
      std::copy_n(rows.data() + i * width + column, size, blocks[b] + i * size);
    column += size;
  }
}

inline std::vector<double> gather_parameters(double const* const* parameters, const std::vector<int>& sizes) {
  std::vector<double> x;
  for (size_t b = 0; b < sizes.size(); ++b) x.insert(x.end(), parameters[b], parameters[b] + sizes[b]);
  return x;
}

inline bool report_once(const Error& error, std::atomic<bool>& reported) {
  if (!reported.exchange(true)) std::fprintf(stderr, "%s\n", error.what());
  return false;
}

}  // namespace detail

/// In the place of ceres::AutoDiffCostFunction: Functor has
///     template <class T> bool operator()(const T* block0, ..., T* residuals) const
/// and is recorded through Real at each evaluation, so it may branch. One sweep a residual or a parameter, the fewer.
template <class Functor, int residuals, int... sizes>
class CeresCost : public ceres::SizedCostFunction<residuals, sizes...> {
 public:
  /// Owns the functor, as Ceres does.
  explicit CeresCost(Functor* functor) : functor_(functor) {}

  bool Evaluate(double const* const* parameters, double* values, double** jacobians) const override {
    try {
      return evaluate(parameters, values, jacobians);
    } catch (const Error& error) {
      return detail::report_once(error, reported_);
    }
  }

 private:
  template <class T> bool call(const std::vector<const T*>& blocks, T* values) const {
    return [&]<size_t... B>(std::index_sequence<B...>) { return (*functor_)(blocks[B]..., values); }
    (std::make_index_sequence<sizeof...(sizes)>());
  }

  bool evaluate(double const* const* parameters, double* values, double** jacobians) const {
    const std::vector<int> size{sizes...};
    if (jacobians == nullptr) return call<double>({parameters, parameters + size.size()}, values);
    RealRecording recording;
    const std::vector<Real> x = recording.inputs(detail::gather_parameters(parameters, size));
    std::vector<const Real*> blocks;
    for (size_t b = 0, start = 0; b < size.size(); start += static_cast<size_t>(size[b++]))
      blocks.push_back(x.data() + start);
    std::vector<Real> y(residuals);
    if (!call<Real>(blocks, y.data())) return false;
    const ValueAndJacobian result = detail::jacobian_of(recording.finish(y));
    std::copy(result.value.begin(), result.value.end(), values);
    detail::scatter_jacobian(result.jacobian, residuals, size, jacobians);
    return true;
  }

  std::unique_ptr<Functor> functor_;
  mutable std::atomic<bool> reported_{false};
};

/// A Function as a cost: its inputs are the parameter blocks one after the other. Recorded once for each outcome of its
/// comparisons; several costs, and several threads of Ceres, may share one Function.
class CeresFunctionCost : public ceres::CostFunction {
 public:
  CeresFunctionCost(std::shared_ptr<const Function> function, int residuals, std::vector<int> sizes)
      : function_(std::move(function)), sizes_(std::move(sizes)) {
    set_num_residuals(residuals);
    mutable_parameter_block_sizes()->assign(sizes_.begin(), sizes_.end());
  }

  bool Evaluate(double const* const* parameters, double* values, double** jacobians) const override {
    try {
      const auto x = detail::gather_parameters(parameters, sizes_);
      const auto result = jacobians == nullptr ? ValueAndJacobian{(*function_)(x), {}} : function_->jacobian(x);
      if (result.value.size() != static_cast<size_t>(num_residuals()))
        throw ShapeError("W252",
                         "a cost of " + std::to_string(num_residuals()) + " residuals got " +
                             std::to_string(result.value.size()) + " results from its Function",
                         {}, "construct the cost with " + std::to_string(result.value.size()) + " residuals");
      std::copy(result.value.begin(), result.value.end(), values);
      if (jacobians != nullptr) detail::scatter_jacobian(result.jacobian, result.value.size(), sizes_, jacobians);
      return true;
    } catch (const Error& error) {
      return detail::report_once(error, reported_);
    }
  }

 private:
  std::shared_ptr<const Function> function_;
  std::vector<int> sizes_;
  mutable std::atomic<bool> reported_{false};
};

}  // namespace wengert
