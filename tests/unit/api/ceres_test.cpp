// SPDX-License-Identifier: Apache-2.0
//
// Cost functions for Ceres: the Jacobians of ceres::AutoDiffCostFunction, and a fit that converges.
#include "wengert/api/adaptors/ceres.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wengert {
namespace {

using testing::DoubleNear;
using testing::HasSubstr;

/// Three residuals of blocks of 2 and 1 parameters, with a branch.
struct Residual {
  template <class T> bool operator()(const T* const a, const T* const b, T* residual) const {
    if (a[0] > 100.0) return false;
    residual[0] = a[0] * b[0] - 2.0;
    residual[1] = exp(a[1]) * a[0];
    residual[2] = b[0] < 0.0 ? -b[0] : b[0] * b[0];
    return true;
  }
};

struct Evaluation {
  bool good;
  std::vector<double> values, first, second;
};

Evaluation evaluated(const ceres::CostFunction& cost, double a0, double a1, double b0) {
  const double a[] = {a0, a1}, b[] = {b0};
  const double* const parameters[] = {a, b};
  Evaluation e{false, std::vector<double>(3), std::vector<double>(6), std::vector<double>(3)};
  double* jacobians[] = {e.first.data(), e.second.data()};
  e.good = cost.Evaluate(parameters, e.values.data(), jacobians);
  std::vector<double> alone(3);
  EXPECT_EQ(cost.Evaluate(parameters, alone.data(), nullptr), e.good);
  if (e.good) {
    EXPECT_EQ(alone, e.values) << "values alone";
  }
  jacobians[0] = nullptr;
  EXPECT_EQ(cost.Evaluate(parameters, alone.data(), jacobians), e.good) << "one block is constant";
  return e;
}

std::shared_ptr<const Function> as_function() {
  return std::make_shared<const Function>([](std::span<const Real> x) {
    std::vector<Real> residual(3);
    Residual()(x.data(), x.data() + 2, residual.data());
    return residual;
  });
}

TEST(Ceres, costs_have_the_jacobians_of_the_jets) {
  const ceres::AutoDiffCostFunction<Residual, 3, 2, 1> jets(new Residual);
  const CeresCost<Residual, 3, 2, 1> cost(new Residual);
  const CeresFunctionCost recorded(as_function(), 3, {2, 1});
  for (double b : {3.0, -3.0}) {
    const Evaluation expected = evaluated(jets, 1.5, 0.5, b);
    for (const ceres::CostFunction* each :
         {static_cast<const ceres::CostFunction*>(&cost), static_cast<const ceres::CostFunction*>(&recorded)}) {
      const Evaluation found = evaluated(*each, 1.5, 0.5, b);
      EXPECT_THAT(found.values, testing::Pointwise(testing::DoubleNear(1e-14), expected.values));
      EXPECT_THAT(found.first, testing::Pointwise(testing::DoubleNear(1e-14), expected.first));
      EXPECT_THAT(found.second, testing::Pointwise(testing::DoubleNear(1e-14), expected.second));
    }
  }
}

TEST(Ceres, a_functor_may_refuse) {
  EXPECT_FALSE(evaluated(CeresCost<Residual, 3, 2, 1>(new Residual), 101, 0, 1).good);
}

TEST(Ceres, W252_a_function_with_another_number_of_results) {
  testing::internal::CaptureStderr();
  EXPECT_FALSE(evaluated(CeresFunctionCost(as_function(), 2, {2, 1}), 1, 1, 1).good);
  const std::string message = testing::internal::GetCapturedStderr();
  EXPECT_THAT(message, HasSubstr("W252 shape: a cost of 2 residuals got 3 results from its Function"));
  EXPECT_EQ(message.find("W252"), message.rfind("W252")) << "reported once";
}

struct ExponentialResidual {
  double x, y;
  template <class T> bool operator()(const T* const rate, T* residual) const {
    residual[0] = y - exp(rate[0] * x + rate[1]);
    return true;
  }
};

TEST(Ceres, fits_a_curve) {
  double parameters[] = {0, 0};
  ceres::Problem problem;
  for (int k = 0; k < 50; ++k)
    problem.AddResidualBlock(
        new CeresCost<ExponentialResidual, 1, 2>(new ExponentialResidual{0.1 * k, std::exp(0.03 * k + 0.1)}), nullptr,
        parameters);
  ceres::Solver::Summary summary;
  ceres::Solve({}, &problem, &summary);
  EXPECT_TRUE(summary.IsSolutionUsable());
  EXPECT_THAT(parameters[0], DoubleNear(0.3, 1e-6));
  EXPECT_THAT(parameters[1], DoubleNear(0.1, 1e-6));
}

}  // namespace
}  // namespace wengert
