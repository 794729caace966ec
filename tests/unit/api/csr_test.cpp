// SPDX-License-Identifier: Apache-2.0
//
// Sparse Jacobians: the pattern of the Program, the values of the dense Jacobian.
#include "wengert/api/adaptors/csr.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wengert/ad/derivatives.h"
#include "wengert/exec/interpreter.h"
#include "wengert/primitives/primitives.h"
#include "wengert/trace/record.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

using testing::ElementsAre;

/// y_i = x_i x_{i+1}: two entries a row.
Program chain(size_t n) {
  return record(
      [](std::span<const Real> x) {
        std::vector<Real> y;
        for (size_t i = 0; i + 1 < x.size(); ++i) y.push_back(x[i] * x[i + 1]);
        return y;
      },
      std::vector<double>(n, 1.0));
}

TEST(Csr, holds_what_can_differ_from_zero) {
  const CsrMatrix j = CsrJacobian(chain(4))({2, 3, 5, 7});
  EXPECT_EQ(j.rows, 3);
  EXPECT_EQ(j.columns, 4);
  EXPECT_THAT(j.row_start, ElementsAre(0, 2, 4, 6));
  EXPECT_THAT(j.column, ElementsAre(0, 1, 1, 2, 2, 3));
  EXPECT_THAT(j.value, ElementsAre(3, 2, 5, 3, 7, 5));
}

TEST(Csr, an_entry_that_happens_to_be_zero_is_in_the_pattern) {
  const CsrMatrix j = CsrJacobian(chain(3))({0, 0, 1});
  EXPECT_EQ(j.value.size(), 4u);
  EXPECT_THAT(j.value, ElementsAre(0, 0, 1, 0));
}

TEST(Csr, steps_and_constants_have_no_entries) {
  const Program p = record([](Real x, Real y) { return std::tuple(floor(x) * y, Real(3), x); }, {1.5, 2});
  const CsrMatrix j = CsrJacobian(p)({1.5, 2});
  EXPECT_THAT(j.row_start, ElementsAre(0, 1, 1, 2));
  EXPECT_THAT(j.column, ElementsAre(1, 0));
  EXPECT_THAT(j.value, ElementsAre(1, 1));
}

TEST(Csr, is_made_of_what_varies_and_what_is_constant) {
  const Program p = trace([](Expr x, Expr y) { return std::pair(x * y, 2.0 * x); }, {f64({2}), f64()});
  const SparseJacobian j = sparse_jacobian(p);
  const Array values = evaluate(j.values, {Array({3.0, 4.0}), Array(5.0)})[0];
  const CsrMatrix m = csr_matrix(j.pattern, values.values<double>());
  EXPECT_THAT(m.row_start, ElementsAre(0, 2, 4, 5, 6));
  EXPECT_THAT(m.column, ElementsAre(0, 2, 1, 2, 0, 1));
  EXPECT_THAT(m.value, ElementsAre(5, 3, 5, 4, 2, 2));
  EXPECT_EQ(j.pattern.slots, 3);  // y, x0, x1
  EXPECT_THROW(csr_matrix(j.pattern, {}), ShapeError);
}

TEST(Csr, arrays_have_the_entries_of_their_elements) {
  const Program p = trace([](Expr x, Expr y) { return std::pair(x * 2, sum(x) * y); }, {f64({2}), f64()});
  const std::vector<Array> x{Array({2}, {1, 2}), Array(5.0)};
  const CsrMatrix j = CsrJacobian(p)(x);
  EXPECT_THAT(j.row_start, ElementsAre(0, 1, 2, 5));
  EXPECT_THAT(j.column, ElementsAre(0, 1, 0, 1, 2));
  EXPECT_THAT(j.value, ElementsAre(2, 2, 5, 5, 3));
  EXPECT_THAT(CsrJacobian(p, {1})(x).value, ElementsAre(3));
}

TEST(Csr, hessians_have_both_triangles) {
  const Program scalars = record([](Real x, Real y, Real z) { return x * x * y + exp(z); }, {1, 2, 0});
  const CsrMatrix h = CsrHessian(scalars)({1, 2, 0});
  EXPECT_THAT(h.row_start, ElementsAre(0, 2, 3, 4));
  EXPECT_THAT(h.column, ElementsAre(0, 1, 0, 2));
  EXPECT_THAT(h.value, ElementsAre(4, 2, 2, 1));
  const Program arrays = trace([](Expr x, Expr y) { return sum(x * x * x) * y; }, {f64({2}), f64()});
  const CsrHessian arrow(arrays);
  EXPECT_EQ(arrow.sweeps(), 2);
  EXPECT_THAT(arrow(std::vector<Array>{Array({2}, {1, 2}), Array(5.0)}).value, ElementsAre(30, 3, 60, 12, 3, 12));
}

TEST(Csr, equals_the_dense_jacobian) {
  const Program p = record(
      [](std::span<const Real> x) {
        return std::vector<Real>{x[0] * x[2], sin(x[1]), x[0] + x[1] * x[2] / x[3], exp(x[3])};
      },
      {1, 2, 3, 4});
  const std::vector<double> x{0.5, 1.5, 2.5, 3.5};
  const auto dense = evaluate(jacobian(p), std::vector<Array>(x.begin(), x.end()));
  const CsrMatrix j = CsrJacobian(p)(x);
  std::vector<double> filled(16);
  for (size_t row = 0; row < 4; ++row)
    for (auto k = static_cast<size_t>(j.row_start[row]); k < static_cast<size_t>(j.row_start[row + 1]); ++k)
      filled[row * 4 + static_cast<size_t>(j.column[k])] = j.value[k];
  for (size_t k = 0; k < 16; ++k) EXPECT_DOUBLE_EQ(filled[k], dense[k].item()) << k;
  EXPECT_EQ(j.value.size(), 8u);
}

}  // namespace
}  // namespace wengert
