// SPDX-License-Identifier: Apache-2.0
//
// Real inside Eigen: products, factorizations, solves, norms, mixtures with double; gradients of Eigen functions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <Eigen/Dense>

#include "wengert/api/adaptors/eigen.h"

namespace wengert {
namespace {

using Eigen::Matrix2d;
using Eigen::Matrix3d;
using Eigen::MatrixXd;
using Eigen::Vector2d;
using Eigen::Vector3d;
using Eigen::VectorXd;

template <class Scalar> using MatrixOf = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>;

const Matrix3d spd = (Matrix3d() << 4, 1, 0.5, 1, 3, 0.25, 0.5, 0.25, 2).finished();

/// Central differences of f, an Eigen function that is generic in its scalar.
template <class F, class X> X differences(F f, X x) {
  X slope = x;
  for (Eigen::Index k = 0; k < x.size(); ++k) {
    const double h = 1e-6, at = x(k);
    x(k) = at + h;
    const double high = f(x);
    x(k) = at - h;
    slope(k) = (high - f(x)) / (2 * h);
    x(k) = at;
  }
  return slope;
}

template <class F, class X> void expect_right(F f, const X& x) {
  const auto [y, g] = gradient(f, x);
  EXPECT_NEAR(y, f(x), 1e-12 * (1 + std::abs(y)));
  EXPECT_LT((g - differences(f, x)).norm(), 1e-7 * (1 + g.norm()));
}

TEST(EigenReal, the_example_of_the_header) {
  const auto [y, g] = gradient([](const auto& v) { return v.squaredNorm(); }, Vector2d(1, 2));
  EXPECT_EQ(y, 5);
  EXPECT_EQ(g, Vector2d(2, 4));
}

TEST(EigenReal, products_and_sums) {
  expect_right([](const auto& x) { return (x.transpose() * x).trace() + (x * x).sum() + x.cwiseProduct(x).maxCoeff(); },
               Matrix3d(spd));
  expect_right([](const auto& x) { return x.dot(x) + x.array().exp().sum() - x.cwiseAbs().sum(); },
               Vector3d(1, -2, 0.5));
}

TEST(EigenReal, mixtures_with_double) {
  expect_right([](const auto& x) { return (spd * x).dot(x) * 2.0 + (x * 3).sum() + (x / 2.0).norm(); },
               Vector3d(1, 2, 3));
}

TEST(EigenReal, solves_by_lu_qr_ldlt_and_llt) {
  const auto solve = [](auto decompose) {
    return [decompose](const auto& a) {
      using Scalar = typename std::decay_t<decltype(a)>::Scalar;
      const Eigen::Matrix<Scalar, 3, 1> b(1, 2, 3);
      return Scalar(decompose((a + a.transpose()).eval()).solve(b).sum());
    };
  };
  expect_right(solve([](const auto& a) { return a.partialPivLu(); }), Matrix3d(spd));
  expect_right(solve([](const auto& a) { return a.fullPivLu(); }), Matrix3d(spd));
  expect_right(solve([](const auto& a) { return a.householderQr(); }), Matrix3d(spd));
  expect_right(solve([](const auto& a) { return a.ldlt(); }), Matrix3d(spd));
  expect_right(solve([](const auto& a) { return a.llt(); }), Matrix3d(spd));
}

TEST(EigenReal, determinants_inverses_and_eigenvalues) {
  expect_right([](const auto& a) { return a.determinant() + a.inverse().trace(); }, Matrix3d(spd));
  expect_right(
      [](const auto& a) {
        using Scalar = typename std::decay_t<decltype(a)>::Scalar;
        const Eigen::SelfAdjointEigenSolver<Eigen::Matrix<Scalar, 3, 3>> solver((a + a.transpose()).eval());
        return Scalar(solver.eigenvalues()(2));
      },
      Matrix3d(spd));
}

TEST(EigenReal, dynamic_sizes) {
  const MatrixXd a = MatrixXd::Random(5, 5) + 5 * MatrixXd::Identity(5, 5);
  const auto f = [&a](const auto& x) {
    using Scalar = typename std::decay_t<decltype(x)>::Scalar;
    const MatrixOf<Scalar> m = a.cast<Scalar>() + x * x.transpose();
    return Scalar(m.lu().solve(x).sum());
  };
  expect_right(f, VectorXd(VectorXd::LinSpaced(5, 0.1, 0.9)));
}

TEST(EigenReal, the_norm_at_zero_has_derivative_zero) {
  EXPECT_EQ(gradient([](const auto& x) { return norm(x); }, Vector3d(0, 0, 0)).gradient, Vector3d(0, 0, 0));
  const auto away = gradient([](const auto& x) { return norm(x); }, Vector3d(3, 0, 4)).gradient;
  EXPECT_LT((away - Vector3d(0.6, 0, 0.8)).norm(), 1e-15);
  const auto unsafe = gradient([](const auto& x) { return x.norm(); }, Vector3d(0, 0, 0)).gradient;
  EXPECT_TRUE(std::isnan(unsafe(0))) << "Eigen's own norm divides by it: no silent 0";
}

TEST(EigenJacobian, has_a_row_for_each_result) {
  const auto f = [](const auto& x) {
    using Scalar = typename std::decay_t<decltype(x)>::Scalar;
    return Eigen::Matrix<Scalar, 2, 1>(x(0) * x(1), x(1) - x(2));
  };
  const auto [y, j] = jacobian(f, Vector3d(2, 3, 4));
  EXPECT_EQ(y, Vector2d(6, -1));
  EXPECT_EQ(MatrixXd(j), (MatrixXd(2, 3) << 3, 2, 0, 0, 1, -1).finished());
}

}  // namespace
}  // namespace wengert
