// SPDX-License-Identifier: Apache-2.0
//
// Real inside Eigen's matrices: products, factorizations, solves and norms of Matrix<Real, ...>, and mixtures with
// double. Optional: include it after, or instead of, <Eigen/Core>.
#pragma once

#include <Eigen/Core>

#include "wengert/trace/real.h"

template <> struct Eigen::NumTraits<wengert::Real> : Eigen::GenericNumTraits<wengert::Real> {
  using Real = wengert::Real;
  using NonInteger = wengert::Real;
  using Nested = wengert::Real;
  using Literal = double;
  enum {
    IsComplex = 0,
    IsInteger = 0,
    IsSigned = 1,
    RequireInitialization = 1,
    ReadCost = 2,
    AddCost = 4,
    MulCost = 4
  };
  static Real dummy_precision() { return NumTraits<double>::dummy_precision(); }
  static int digits10() { return NumTraits<double>::digits10(); }
};

template <class Operation> struct Eigen::ScalarBinaryOpTraits<wengert::Real, double, Operation> {
  using ReturnType = wengert::Real;
};
template <class Operation> struct Eigen::ScalarBinaryOpTraits<double, wengert::Real, Operation> {
  using ReturnType = wengert::Real;
};

namespace wengert {

/// The Euclidean norm, with derivative 0 at 0 (the least-norm subgradient), where x.norm() has NaN.
template <class Derived> Real norm(const Eigen::MatrixBase<Derived>& x) {
  const Real square = x.squaredNorm();
  return square == 0 ? Real(0) : sqrt(square);
}

}  // namespace wengert
