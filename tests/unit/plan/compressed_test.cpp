// SPDX-License-Identifier: Apache-2.0
#include "wengert/plan/compressed.h"

#include <gtest/gtest.h>

#include <cmath>

#include "random_program.h"
#include "wengert/wengert.h"

namespace wengert {
namespace {

/// Elements that are stored, in a matrix of zeros; NaN where an entry is stored twice.
std::vector<double> dense(const CompressedDerivative& d, const std::vector<Array>& x) {
  const Array value = evaluate(d.values, x)[0];
  std::vector<double> all(static_cast<size_t>(d.pattern.rows * d.pattern.columns));
  EXPECT_EQ(value.type().elements(), d.pattern.entries());
  for (int64_t i = 0; i < d.pattern.rows; ++i)
    for (auto k = d.pattern.row_start[static_cast<size_t>(i)]; k < d.pattern.row_start[static_cast<size_t>(i) + 1]; ++k)
      all[static_cast<size_t>(i * d.pattern.columns + d.pattern.column[static_cast<size_t>(k)])] = value[k];
  return all;
}

/// jacobian's blocks as one matrix.
std::vector<double> dense(const Program& p, const std::vector<size_t>& wrt, const std::vector<Array>& x) {
  const auto blocks = evaluate(jacobian(p, wrt, JacobianMode::forward), x);
  std::vector<double> all;
  const auto columns = varying_inputs(p, wrt);
  size_t block = 0;
  for (const Type& type : p.output_types()) {
    if (is_float(type.dtype))
      for (int64_t i = 0; i < type.elements(); ++i)
        for (size_t j = 0; j < columns.size(); ++j) {
          const int64_t width = p.type(ValueId{static_cast<uint32_t>(columns[j])}).elements();
          for (int64_t k = 0; k < width; ++k) all.push_back(blocks[block + j][i * width + k]);
        }
    block += is_float(type.dtype) ? columns.size() : 0;
  }
  return all;
}

void expect_near(const std::vector<double>& a, const std::vector<double>& b, double relative = 1e-12) {
  ASSERT_EQ(a.size(), b.size());
  double largest = 1;
  for (const double v : b) largest = std::max(largest, std::isfinite(v) ? std::abs(v) : 0);
  for (size_t k = 0; k < a.size(); ++k) {
    if (!std::isfinite(b[k])) continue;
    EXPECT_NEAR(a[k], b[k], relative * largest) << k;
  }
}

Array points(int64_t n) {
  std::vector<double> x;
  for (int64_t i = 0; i < n; ++i) x.push_back(std::sin(0.7 * static_cast<double>(i)) + 1.5);
  return Array({n}, x);
}

Program diffusion(int64_t n, DType dtype = DType::f64) {
  return trace(
      [&](Expr u) {
        const Expr left = slice(u, {0}, {n - 2}), middle = slice(u, {1}, {n - 2}), right = slice(u, {2}, {n - 2});
        return middle * (right - middle) - exp(middle) * (middle - left);
      },
      {{dtype, Shape{n}}}, "diffusion", {"u"});
}

TEST(CompressedJacobian, of_a_stencil_takes_three_sweeps_whatever_its_length) {
  for (const int64_t n : {3, 4, 50}) {
    const auto d = compressed_jacobian(diffusion(n));
    EXPECT_LE(d.sweeps, 3);
    EXPECT_EQ(d.sweeps, d.lower_bound);
    expect_near(dense(d, {points(n)}), dense(diffusion(n), {}, {points(n)}));
  }
}

TEST(CompressedJacobian, of_few_rows_goes_backwards) {
  const Program p = trace([](Expr x, Expr y) { return std::vector{sum(x * x) * y, sum(sin(x))}; }, {f64({40}), f64()}, "few", {"x", "y"});
  const auto d = compressed_jacobian(p);
  EXPECT_TRUE(d.reverse);
  EXPECT_EQ(d.sweeps, 2);
  EXPECT_EQ(d.pattern.entries(), 81);
  expect_near(dense(d, {points(40), 2.0}), dense(p, {}, {points(40), 2.0}));
}

TEST(CompressedJacobian, by_some_inputs_has_their_columns) {
  const Program p = trace([](Expr x, Expr y) { return x * y + y * y; }, {f64({6}), f64({6})}, "products", {"x", "y"});
  for (const std::vector<size_t>& wrt : {std::vector<size_t>{1}, {1, 0}, {}}) {
    const auto d = compressed_jacobian(p, wrt);
    EXPECT_EQ(d.pattern.columns, wrt.size() == 1 ? 6 : 12);
    EXPECT_EQ(d.sweeps, 1);  // of rows, where columns would take two
    expect_near(dense(d, {points(6), points(6)}), dense(p, wrt, {points(6), points(6)}));
  }
}

TEST(CompressedJacobian, is_f32_where_all_rows_are) {
  const auto d = compressed_jacobian(diffusion(8, DType::f32));
  EXPECT_EQ(d.values.output_types()[0].dtype, DType::f32);
  const Array x = points(8).as(DType::f32);
  expect_near(dense(d, {x}), dense(diffusion(8, DType::f32), {}, {x}), 1e-6);
}

TEST(CompressedJacobian, without_entries_is_empty) {
  const auto d = compressed_jacobian(trace([](Expr x) { return less(x, 1.0); }, {f64({3})}, "flags", {"x"}));
  EXPECT_EQ(d.pattern.rows, 0);
  EXPECT_EQ(evaluate(d.values, {points(3)})[0].type().elements(), 0);
}

TEST(CompressedJacobian, of_random_programs_is_the_jacobian) {
  for (uint64_t key = 0; key < 60; ++key) {
    const RandomProgram drawn = random_program(7000 + key, {.draws = 12});
    expect_near(dense(compressed_jacobian(drawn.program), drawn.point), dense(drawn.program, {}, drawn.point), 1e-9);
  }
}

Program chain_energy(int64_t n) {
  return trace(
      [&](Expr u) {
        const Expr d = slice(u, {1}, {n - 1}) - slice(u, {0}, {n - 1});
        return sum(sqrt(1.0 + d * d)) + sum(u * u * u);
      },
      {f64({n})}, "energy", {"u"});
}

TEST(CompressedHessian, of_a_chain_takes_three_products_or_two) {
  const int64_t n = 12;
  const std::vector<Array> x{points(n)};
  const auto expected = dense(grad(chain_energy(n)), {}, x);
  for (const auto kind : {HessianColouring::by_cost, HessianColouring::star, HessianColouring::acyclic}) {
    const auto d = compressed_hessian(chain_energy(n), {}, kind);
    EXPECT_EQ(d.pattern.entries(), 3 * n - 2);
    EXPECT_EQ(d.sweeps, kind == HessianColouring::star ? 3 : 2);
    EXPECT_EQ(d.lower_bound, 2);
    expect_near(dense(d, x), expected, 1e-11);
  }
}

TEST(CompressedHessian, of_a_long_chain_reads_its_entries_rather_than_climb) { EXPECT_EQ(compressed_hessian(chain_energy(100)).sweeps, 3); }

TEST(CompressedHessian, of_several_inputs_has_their_blocks) {
  const Program p = trace([](Expr x, Expr k, Expr y) { return sum(k * x * x * y) + exp(y) * y; }, {f64({7}), f64({7}), f64()}, "blocks", {"x", "k", "y"});
  const std::vector<Array> x{points(7), points(7), 0.5};
  const auto d = compressed_hessian(p, {0, 2});  // an arrow
  EXPECT_EQ(d.sweeps, 2);
  expect_near(dense(d, x), dense(grad(p, {0, 2}), {0, 2}, x));
}

TEST(CompressedHessian, is_for_one_scalar) {
  EXPECT_THROW(compressed_hessian(diffusion(5)), ShapeError);
}

}  // namespace
}  // namespace wengert
