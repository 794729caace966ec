// SPDX-License-Identifier: Apache-2.0
//
// Hessians and products with them.
#include <gtest/gtest.h>

#include "derivative_checks.h"
#include "wengert/ad/derivatives.h"
#include "wengert/exec/interpreter.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

using Matrix = std::vector<double>;  // row-major

Matrix times(const Matrix& a, const Matrix& b, size_t inner) {
  const size_t rows = a.size() / inner, columns = b.size() / inner;
  Matrix c(rows * columns, 0);
  for (size_t i = 0; i < rows; ++i)
    for (size_t k = 0; k < inner; ++k)
      for (size_t j = 0; j < columns; ++j) c[i * columns + j] += a[i * inner + k] * b[k * columns + j];
  return c;
}

Matrix transposed(const Matrix& a, size_t columns) {
  Matrix b;
  for (size_t j = 0; j < columns; ++j)
    for (size_t i = 0; i < a.size() / columns; ++i) b.push_back(a[i * columns + j]);
  return b;
}

Program energy() {
  return trace([](Expr x, Expr a) { return sum(exp(sin(matmul(a, x)))) + dot(x, x); }, {f64({3}), f64({2, 3})}, "energy");
}

std::vector<Array> point() { return {Array({3}, {0.5, -1, 2}), Array({2, 3}, {1, 2, -1, 0.25, 0, 3})}; }

TEST(Hessian, of_a_quadratic_form_is_its_matrix) {
  const Array a({2, 2}, {3, 1, 1, 5});
  const Program p = trace([&](Expr x) { return 0.5 * dot(x, matmul(constant(a), x)); }, {f64({2})});
  EXPECT_EQ(evaluate(hessian(p), {Array({2}, {7, -9})})[0], a);
}

TEST(Hessian, has_a_block_for_each_pair_of_inputs) {
  EXPECT_EQ(hessian(energy()).output_types(), (std::vector<Type>{f64({3, 3}), f64({3, 2, 3}), f64({2, 3, 3}), f64({2, 3, 2, 3})}));
  EXPECT_EQ(hessian(energy(), {0}).output_types(), (std::vector<Type>{f64({3, 3})}));
}

TEST(Hessian, is_symmetric_and_the_same_in_every_mode) { EXPECT_TRUE(second_order_agrees({"energy", energy(), point()})); }

TEST(Hvp, is_the_hessian_times_the_vector) {
  const Array v({3}, {1, -2, 0.5});
  const auto h = flat(evaluate(hessian(energy(), {0}), point()));
  EXPECT_TRUE(all_close(flat(evaluate(hvp(energy(), {0}), joined(point(), {v}))), times(h, {1, -2, 0.5}, 3), 1e-13));
}

/// A net's outputs, and the loss of them.
Program net() { return trace([](Expr x) { return tanh(x * x + sum(x)); }, {f64({3})}, "net"); }
Program loss() { return trace([](Expr y) { return logsumexp(3 * y); }, {f64({3})}, "loss"); }

TEST(GaussNewton, without_a_loss_is_the_jacobian_twice) {
  const Array x({3}, {0.1, -0.2, 0.3});
  const auto j = flat(evaluate(jacobian(net()), {x}));
  const auto expected = times(transposed(j, 3), times(j, {1, 2, -1}, 3), 3);
  EXPECT_TRUE(all_close(flat(evaluate(gauss_newton_product(net()), {x, Array({3}, {1, 2, -1})})), expected, 1e-13));
}

TEST(GaussNewton, has_the_hessian_of_the_loss_in_the_middle) {
  const Array x({3}, {0.1, -0.2, 0.3});
  const Program curve = loss();
  const auto j = flat(evaluate(jacobian(net()), {x})), h = flat(evaluate(hessian(curve), evaluate(net(), {x})));
  const auto expected = times(transposed(j, 3), times(h, times(j, {1, 2, -1}, 3), 3), 3);
  EXPECT_TRUE(all_close(flat(evaluate(gauss_newton_product(net(), &curve), {x, Array({3}, {1, 2, -1})})), expected, 1e-13));
}

TEST(GaussNewton, of_a_linear_model_is_the_hessian) {
  const Array a({2, 3}, {1, 2, -1, 0.25, 0, 3}), x({3}, {0.1, -0.2, 0.3}), v({3}, {1, 2, -1});
  const Program model = trace([&](Expr e) { return matmul(constant(a), e); }, {f64({3})});
  const Program square = trace([](Expr y) { return dot(y, y); }, {f64({2})});
  const Program both = trace([&](Expr e) { return replay(square, replay(model, {{e}})); }, {f64({3})});
  EXPECT_TRUE(all_close(evaluate(gauss_newton_product(model, &square), {x, v}), evaluate(hvp(both), {x, v}), 1e-14));
}

}  // namespace
}  // namespace wengert
