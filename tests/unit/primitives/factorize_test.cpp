// SPDX-License-Identifier: Apache-2.0
//
// Factorizations and solvers: residuals, reconstruction, pivoting, singular matrices, the triangle that is not read.
#include "wengert/primitives/factorize.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

#include "evaluated.h"
#include "same_values.h"
#include "wengert/base/random.h"
#include "wengert/passes/scalarize.h"
#include "wengert/primitives/linalg.h"

namespace wengert {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();

/// Numbers in (-1, 1), the same every time.
Array numbers(Shape shape, uint64_t key) {
  Array x(Type{DType::f64, shape});
  Random random(key);
  for (double& v : x.mutable_values<double>()) v = 2 * random.uniform() - 1;
  return x;
}

double largest(const Array& x) {
  double most = 0;
  for (int64_t i = 0; i < x.elements(); ++i) most = std::isnan(x[i]) ? infinity : std::max(most, std::abs(x[i]));
  return most;
}

class Sizes : public testing::TestWithParam<int64_t> {
 protected:
  int64_t n = GetParam();
  Array a = numbers({2, n, n}, 1), b = numbers({2, n, 3}, 2);
};

TEST_P(Sizes, solve_leaves_a_small_residual) {
  const auto residual = [](Expr m, Expr y) { return matmul(m, solve(m, y)) - y; };
  EXPECT_LT(largest(evaluated(residual, {a, b})), 1e-11);
  const auto transposed = [](Expr m, Expr y) { return matmul(m, solve(m, y, true), true) - y; };
  EXPECT_LT(largest(evaluated(transposed, {a, b})), 1e-11);
}

TEST_P(Sizes, inverse_times_matrix_is_the_identity) {
  Array identity(f64({n, n}));
  for (int64_t i = 0; i < n; ++i) identity.mutable_values<double>()[static_cast<size_t>(i * n + i)] = 1;
  const auto f = [&](Expr m) { return matmul(inverse(m), m) - constant(identity); };
  EXPECT_LT(largest(evaluated(f, {a})), 1e-11);
}

TEST_P(Sizes, cholesky_reconstructs_its_matrix) {
  const auto f = [](Expr m) {
    const Expr positive = matmul(m, m, false, true);
    const Expr l = cholesky(positive);
    return matmul(l, l, false, true) - positive;
  };
  EXPECT_LE(largest(evaluated(f, {a})), 1e-13 * static_cast<double>(n));
}

TEST_P(Sizes, triangular_solve_leaves_a_small_residual) {
  for (bool lower : {false, true})
    for (bool transpose : {false, true}) {
      const auto f = [&](Expr m, Expr y) {  // a factor, since a random triangle is nearly singular
        const Expr l = cholesky(matmul(m, m, false, true));
        const Expr t = lower ? l : transpose_matrices(l);
        return matmul(t, triangular_solve(t, y, {lower, transpose, false}), transpose) - y;
      };
      EXPECT_LT(largest(evaluated(f, {a, b})), 1e-9) << lower << transpose;
    }
}

TEST_P(Sizes, log_determinant_agrees_with_cholesky) {
  const auto f = [](Expr m) { return log_determinant(matmul(m, m, false, true)) - 2 * log_determinant(m); };
  EXPECT_LT(largest(evaluated(f, {a})), 1e-9);
  const auto by_cholesky = [](Expr m) {
    const Expr positive = matmul(m, m, false, true);
    return log_determinant(positive) - 2 * log_determinant(cholesky(positive));
  };
  EXPECT_LT(largest(evaluated(by_cholesky, {a})), 1e-9);
}

INSTANTIATE_TEST_SUITE_P(Matrices, Sizes, testing::Values(0, 1, 2, 3, 7, 20));

TEST(Solve, brings_up_the_largest_pivot) {
  const auto f = [](Expr m, Expr y) { return solve(m, y); };
  EXPECT_EQ(evaluated(f, {Array({2, 2}, {0, 1, 1, 0}), Array({2}, {3, 5})}), Array({2}, {5, 3}));
  EXPECT_EQ(evaluated(f, {Array({3, 3}, {0, 0, 2, 1, 0, 0, 0, 4, 0}), Array({3}, {2, 3, 8})}), Array({3}, {3, 2, 1}));
  const Array x = evaluated(f, {Array({2, 2}, {1e-20, 1, 1, 1}), Array({2}, {1, 2})});
  EXPECT_TRUE(same_values({x}, {Array({2}, {1, 1})}, 1)) << "without pivoting x[0] would be 0";
}

TEST(Solve, takes_a_vector_or_columns) {
  const auto f = [](Expr m, Expr y) { return solve(m, y); };
  const Array m({2, 2, 2}, {2, 0, 0, 4, 1, 0, 0, 8});
  EXPECT_EQ(evaluated(f, {m, Array({2, 2}, {2, 4, 3, 8})}), Array({2, 2}, {1, 1, 3, 1}));
  EXPECT_EQ(evaluated(f, {m, Array({2, 2, 1}, {2, 4, 3, 8})}), Array({2, 2, 1}, {1, 1, 3, 1}));
}

TEST(Solve, of_a_singular_matrix_is_not_finite) {
  const auto f = [](Expr m, Expr y) { return solve(m, y); };
  for (const Array& m : {Array({2, 2}, {1, 2, 2, 4}), Array(f64({2, 2}))})
    EXPECT_FALSE(std::isfinite(largest(evaluated(f, {m, Array({2}, {1, 3})}))));
}

TEST(Solve, is_computed_in_f64_for_f32) {
  const Array m = Array({2, 2}, {1, 2, 3, 7}).as(DType::f32), y = Array({2}, {1, 3}).as(DType::f32);
  EXPECT_EQ(evaluated([](Expr e, Expr v) { return solve(e, v); }, {m, y}).dtype(), DType::f32);
  EXPECT_TRUE(same_values({evaluated([](Expr e, Expr v) { return solve(e, v); }, {m, y})}, {Array({2}, {1, 0}).as(DType::f32)}, 1, 1e-15));
}

TEST(Solve, can_be_read_as_scalars) {
  const Program p = trace([](Expr m, Expr y) { return solve(m, y); }, {f64({3, 3}), f64({3})});
  const std::vector<Array> x{numbers({3, 3}, 5), numbers({3}, 6)};
  const Scalarized s = scalarize(p);
  EXPECT_TRUE(same_values(s.join(evaluate(s.program, s.split(x))), evaluate(p, x), 4, 1e-15));
}

TEST(TriangularSolve, does_not_read_the_other_triangle) {
  const Array m({2, 2}, {2, nan, -1, 4}), unit({2, 2}, {nan, infinity, -1, nan}), y({2}, {2, 7});
  const auto lower = [](Expr e, Expr v) { return triangular_solve(e, v); };
  const auto ones = [](Expr e, Expr v) { return triangular_solve(e, v, {.unit = true}); };
  EXPECT_EQ(evaluated(lower, {m, y}), Array({2}, {1, 2}));
  EXPECT_EQ(evaluated(ones, {unit, y}), Array({2}, {2, 9}));
  const auto total = [&](Expr e, Expr v) { return sum(lower(e, v)); };
  const Array m_bar = gradient(total, {m, y});
  EXPECT_EQ(m_bar[1], 0);
  EXPECT_TRUE(std::isfinite(largest(m_bar))) << to_string(m_bar);
  const Array zero(f64({2})), x_dot = tangent(lower, {m, y}, {Array({2, 2}, {0, infinity, 0, 0}), zero});
  EXPECT_EQ(x_dot[0], 0) << "0 times infinity must not leak";
  EXPECT_EQ(x_dot[1], 0);
}

TEST(TriangularSolve, of_a_zero_on_the_diagonal_is_infinite) {
  const auto f = [](Expr e, Expr v) { return triangular_solve(e, v); };
  EXPECT_EQ(evaluated(f, {Array({1, 1}, {0}), Array({1}, {-2})}).item(), -infinity);
}

TEST(Cholesky, reads_both_triangles) {
  const Array l({2, 2}, {2, 0, 1, 3});
  EXPECT_EQ(evaluated([](Expr e) { return cholesky(e); }, {Array({2, 2}, {4, 1, 3, 10})}), l);
  const Array a_bar = gradient([](Expr e) { return sum(cholesky(e)); }, {Array({2, 2}, {4, 2, 2, 10})});
  EXPECT_DOUBLE_EQ(a_bar[1], a_bar[2]) << "the derivative is symmetric";
  EXPECT_NE(a_bar[1], 0);
}

TEST(Cholesky, of_what_is_not_positive_definite_is_nan) {
  const Array l = evaluated([](Expr e) { return cholesky(e); }, {Array({2, 2}, {4, 2, 2, 0.5})});
  EXPECT_EQ(l[0], 2);
  EXPECT_TRUE(std::isnan(l[3]));
}

TEST(LogDeterminant, drops_the_sign_and_knows_singular_matrices) {
  const auto f = [](Expr e) { return log_determinant(e); };
  EXPECT_EQ(evaluated(f, {Array({2, 2}, {0, 1, 1, 0})}).item(), 0);
  EXPECT_EQ(evaluated(f, {Array({3, 3}, {1, 2, 3, 2, 4, 6, 1, 0, 1})}).item(), -infinity);
  EXPECT_EQ(evaluated(f, {Array(f64({2, 2}))}).item(), -infinity);
  EXPECT_TRUE(std::isnan(evaluated(f, {Array({2, 2}, {1, nan, 1, 1})}).item()));
}

TEST(LogDeterminant, has_the_inverse_transposed_for_its_gradient) {
  const Array m({2, 2}, {1, 2, 3, 4});
  EXPECT_TRUE(same_values({gradient([](Expr e) { return log_determinant(e); }, {m})},
                          {evaluated([](Expr e) { return transpose(inverse(e)); }, {m})}, 2));
}

TEST(Factorizations, refuse_what_is_not_square) {
  for (Expr (*f)(Sited) : {&cholesky, &inverse, &log_determinant}) {
    EXPECT_EQ(error_of([f](Expr e) { return f(e); }, {f64({2, 3})}), "W206");
    EXPECT_EQ(error_of([f](Expr e) { return f(e); }, {f64({2})}), "W206");
    EXPECT_EQ(error_of([f](Expr e) { return f(e); }, {i64({2, 2})}), "W206");
  }
}

TEST(Solvers, refuse_a_right_hand_side_that_does_not_fit) {
  for (const Type& y : {f64({3}), f64({3, 1}), f64({1, 2, 2}), f32({2}), f64()}) {
    EXPECT_EQ(error_of([](Expr e, Expr v) { return solve(e, v); }, {f64({2, 2}), y}), "W206") << to_string(y);
    EXPECT_EQ(error_of([](Expr e, Expr v) { return triangular_solve(e, v); }, {f64({2, 2}), y}), "W206") << to_string(y);
  }
}

}  // namespace
}  // namespace wengert
