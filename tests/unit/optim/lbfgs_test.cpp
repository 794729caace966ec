// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "wengert/ad/derivatives.h"
#include "wengert/base/random.h"
#include "wengert/exec/interpreter.h"
#include "wengert/optim/lbfgs.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

/// Sum of 100 (x[i+1] - x[i]^2)^2 + (1 - x[i])^2; its minimum is 0 at (1, ..., 1).
double rosenbrock(std::span<const double> x, std::span<double> g) {
  std::fill(g.begin(), g.end(), 0.0);
  double f = 0;
  for (size_t i = 0; i + 1 < x.size(); ++i) {
    const double a = x[i + 1] - x[i] * x[i], b = 1 - x[i];
    f += 100 * a * a + b * b;
    g[i] += -400 * a * x[i] - 2 * b;
    g[i + 1] += 200 * a;
  }
  return f;
}

std::vector<double> standard_start(size_t n) {
  std::vector<double> x(n, 1);
  for (size_t i = 0; i < n; i += 2) x[i] = -1.2;
  return x;
}

TEST(Lbfgs, finds_the_minimum_of_rosenbrocks_function) {
  for (const size_t n : {2u, 100u}) {
    const Minimum m = lbfgs(rosenbrock, standard_start(n));
    EXPECT_TRUE(m.report.converged()) << m.report.why;
    EXPECT_EQ(m.report.stop, Stop::gradient_is_small);
    for (const double x : m.x) EXPECT_NEAR(x, 1, 1e-7) << n;
    EXPECT_LE(m.report.gradient_norm, 1e-8);
    EXPECT_LE(m.report.evaluations, n == 2 ? 70 : 800) << m.report.iterations << " iterations";
  }
}

/// 1/2 sum c_i (x_i - 1)^2 with curvatures from 1 to `condition`, in geometric progression.
Objective quadratic(double condition) {
  return [condition](std::span<const double> x, std::span<double> g) {
    double value = 0;
    for (size_t i = 0; i < x.size(); ++i) {
      g[i] = std::pow(condition, static_cast<double>(i) / static_cast<double>(x.size() - 1)) * (x[i] - 1);
      value += 0.5 * g[i] * (x[i] - 1);
    }
    return value;
  };
}

TEST(Lbfgs, solves_an_ill_conditioned_quadratic) {
  const Minimum m = lbfgs(quadratic(1e4), std::vector<double>(20, 0), {.gradient_tolerance = 1e-7});
  EXPECT_EQ(m.report.stop, Stop::gradient_is_small) << m.report.why;
  for (const double x : m.x) EXPECT_NEAR(x, 1, 1e-7);
  EXPECT_LE(m.report.iterations, 800);
}

TEST(Lbfgs,
     with_exact_searches_and_full_memory_ends_a_quadratic_in_n_steps) {  // as conjugate gradients do: NW06, theorem 6.4
  const Minimum m = lbfgs(quadratic(100), std::vector<double>(8, 0),
                          {.memory = 8, .gradient_tolerance = 1e-5, .line = {.curvature = 1e-3}});
  EXPECT_EQ(m.report.stop, Stop::gradient_is_small) << m.report.why;
  EXPECT_LE(m.report.iterations, 9);
}

/// Mean logistic loss of 40 points with labels that no line separates, and a little regularization.
Program logistic_regression() {
  std::vector<double> points, labels;
  Random random(3);
  for (int k = 0; k < 40; ++k) {
    const double a = random.normal(), b = random.normal();
    points.insert(points.end(), {a, b});
    labels.push_back(a - 2 * b + random.normal() > 0.3 ? 1 : 0);
  }
  return trace(
      [&](Expr w, Expr b) {
        const Expr z = matmul(constant(Array({40, 2}, points)), w) + b, t = constant(Array({40}, labels));
        return mean(t * softplus(-z) + (1 - t) * softplus(z)) + 0.005 * sum(w * w);
      },
      {f64({2}), f64()}, "logistic_regression", {"w", "b"});
}

TEST(Lbfgs, fits_a_logistic_regression_given_as_a_program) {
  const Program p = logistic_regression();
  const ProgramMinimum m = minimize(p, {Array(f64({2})), Array(0.0)});
  EXPECT_EQ(m.report.stop, Stop::gradient_is_small) << m.report.why;
  EXPECT_LE(m.report.iterations, 30);
  const auto gradient = evaluate(grad(p), m.inputs);
  for (int64_t i = 0; i < 2; ++i) EXPECT_NEAR(gradient[0][i], 0, 1e-8);
  EXPECT_NEAR(gradient[1].item(), 0, 1e-8);
  EXPECT_EQ(m.report.value, evaluate(p, m.inputs)[0].item());
  EXPECT_GT(m.inputs[0][0], 0);
  EXPECT_LT(m.inputs[0][1], 0);
}

TEST(Lbfgs, leaves_inputs_alone_that_are_not_asked_for) {
  const Program p = logistic_regression();
  const ProgramMinimum m = minimize(p, {Array(f64({2})), Array(0.75)}, {0});
  EXPECT_TRUE(m.report.converged());
  EXPECT_EQ(m.inputs[1].item(), 0.75);
}

TEST(Lbfgs, works_in_single_precision_to_its_rounding) {
  const Program p = trace([](Expr x) { return sum((x - 3) * (x - 3)) + 0.25 * sum(exp(x)); }, {f32({4})});
  const ProgramMinimum m = minimize(p, {Array(f32({4}))}, {}, {.gradient_tolerance = 1e-5});
  EXPECT_TRUE(m.report.converged()) << m.report.why;
  EXPECT_EQ(m.inputs[0].dtype(), DType::f32);
  const double x = m.inputs[0][0];
  EXPECT_NEAR(2 * (x - 3) + 0.25 * std::exp(x), 0, 2e-5);
}

TEST(Lbfgs, says_that_a_line_search_failed) {
  const Objective falls_for_ever = [](std::span<const double> x, std::span<double> g) {
    g[0] = -1;
    return -x[0];
  };
  const Minimum unbounded = lbfgs(falls_for_ever, {0}, {.line = {.largest_step = 1e6}});
  EXPECT_EQ(unbounded.report.stop, Stop::line_search_failed);
  EXPECT_FALSE(unbounded.report.converged());
  EXPECT_EQ(unbounded.report.why, "along the steepest descent: the function still falls at the largest step 1000000");
  const Objective wrong_sign = [](std::span<const double> x, std::span<double> g) {
    g[0] = -2 * x[0];
    return x[0] * x[0];
  };
  const Minimum wrong = lbfgs(wrong_sign, {1});
  EXPECT_EQ(wrong.report.stop, Stop::line_search_failed);
  EXPECT_EQ(wrong.x[0], 1) << "the best point so far";
}

TEST(Lbfgs, stops_where_it_is_told_to) {
  const auto stop = [](const LbfgsOptions& options) { return lbfgs(rosenbrock, standard_start(20), options).report; };
  EXPECT_EQ(stop({.most_iterations = 5}).stop, Stop::iterations);
  EXPECT_EQ(stop({.most_iterations = 5}).iterations, 5);
  EXPECT_EQ(stop({.most_iterations = 0}).evaluations, 1);
  EXPECT_EQ(stop({.most_evaluations = 10}).stop, Stop::evaluations);
  EXPECT_FALSE(stop({.most_evaluations = 10}).converged());
  EXPECT_EQ(stop({.value_tolerance = 1e-3}).stop, Stop::value_stands_still);
  EXPECT_EQ(lbfgs(rosenbrock, std::vector<double>(20, 1)).report.iterations, 0);
}

TEST(Lbfgs, survives_a_region_where_the_function_is_not_finite) {
  const Objective f = [](std::span<const double> x, std::span<double> g) {  // x - log x, beside infinity for x <= 0
    g[0] = 1 - 1 / x[0];
    return x[0] - std::log(x[0]);
  };
  const Minimum m = lbfgs(f, {1e-3});
  EXPECT_TRUE(m.report.converged()) << m.report.why;
  EXPECT_NEAR(m.x[0], 1, 1e-7);
}

TEST(Lbfgs, has_nothing_to_do_without_variables) {
  const Minimum m = lbfgs([](std::span<const double>, std::span<double>) { return 7.0; }, {});
  EXPECT_TRUE(m.report.converged());
  EXPECT_EQ(m.report.value, 7);
}

}  // namespace
}  // namespace wengert
