// SPDX-License-Identifier: Apache-2.0
//
// Derivatives of functions of Eigen vectors and matrices. Header only, optional.
//
//     Eigen::Vector2d x(1, 2);
//     auto [y, g] = gradient([](const auto& v) { return v.squaredNorm(); }, x);   // 5, (2, 4)
#pragma once

#include "wengert/api/gradient.h"
#include "wengert/trace/eigen.h"

namespace wengert {

/// An Eigen vector or matrix of another scalar.
template <class Derived, class Scalar>
using EigenLike = Eigen::Matrix<Scalar, Derived::RowsAtCompileTime, Derived::ColsAtCompileTime>;

template <class Derived> struct EigenGradient {
  double value = 0;
  EigenLike<Derived, double> gradient;  ///< shaped like x
};

struct EigenJacobian {
  Eigen::VectorXd value;
  Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> jacobian;
};

namespace detail {

/// The inputs of a recording in the shape of x, element by element in Eigen's storage order.
template <class Derived>
EigenLike<Derived, Real> eigen_inputs(RealRecording& recording, const Eigen::MatrixBase<Derived>& x) {
  EigenLike<Derived, Real> inputs(x.rows(), x.cols());
  for (Eigen::Index j = 0; j < x.cols(); ++j)
    for (Eigen::Index i = 0; i < x.rows(); ++i) inputs(i, j) = recording.input(x(i, j));
  return inputs;
}

}  // namespace detail

/// f : takes a Matrix<Real, ...> with the sizes of x; returns a Real
/// throws : UsageError W151; what f throws
template <MayBeRecorded F, class Derived> EigenGradient<Derived> gradient(F&& f, const Eigen::MatrixBase<Derived>& x) {
  RealRecording recording;
  const Real y = f(detail::eigen_inputs(recording, x));
  const auto [value, flat] = detail::gradient_of(recording.finish({&y, 1}));
  EigenGradient<Derived> result{value, EigenLike<Derived, double>(x.rows(), x.cols())};
  size_t next = 0;
  for (Eigen::Index j = 0; j < x.cols(); ++j)
    for (Eigen::Index i = 0; i < x.rows(); ++i) result.gradient(i, j) = flat[next++];
  return result;
}

/// f : takes a vector of Real, returns a vector of Real (an Eigen one)
/// returns : J(i, j) = dy_i / dx_j; for a matrix x, j counts column by column
template <MayBeRecorded F, class Derived> EigenJacobian jacobian(F&& f, const Eigen::MatrixBase<Derived>& x) {
  RealRecording recording;
  const Eigen::Matrix<Real, Eigen::Dynamic, 1> y = f(detail::eigen_inputs(recording, x));
  const auto all = detail::jacobian_of(recording.finish({y.data(), static_cast<size_t>(y.size())}));
  EigenJacobian result{Eigen::Map<const Eigen::VectorXd>(all.value.data(), y.size()), {}};
  result.jacobian = Eigen::Map<const decltype(result.jacobian)>(all.jacobian.data(), y.size(), x.size());
  return result;
}

}  // namespace wengert
