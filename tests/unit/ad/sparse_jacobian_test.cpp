// SPDX-License-Identifier: Apache-2.0
//
// Jacobians whose constant entries stand in the pattern, and least squares without a stored Jacobian.
#include "wengert/ad/sparse_jacobian.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "random_program.h"
#include "same_values.h"
#include "wengert/ad/derivatives.h"
#include "wengert/ad/normal_equations.h"
#include "wengert/exec/interpreter.h"
#include "wengert/primitives/primitives.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

using testing::ElementsAre;

/// All rows of a Jacobian side by side, from what is packed.
Array filled(const SparseJacobian& j, const std::vector<Array>& point) {
  const Array values = evaluate(j.values, point)[0].as(DType::f64);
  const auto entries = j.pattern.entries(values.values<double>());
  const Sparsity& at = j.pattern.sparsity;
  Array dense(f64({at.rows, at.columns}));
  for (size_t row = 0; row < static_cast<size_t>(at.rows); ++row)
    for (auto k = at.row_start[row]; k < at.row_start[row + 1]; ++k)
      dense.mutable_values<double>()[row * static_cast<size_t>(at.columns) + static_cast<size_t>(at.column[static_cast<size_t>(k)])] =
          entries[static_cast<size_t>(k)];
  return dense;
}

/// The same from jacobian().
Array filled(const Program& p, const std::vector<size_t>& wrt, const std::vector<Array>& point) {
  const auto blocks = evaluate(jacobian(p, wrt), point);
  const auto by = varying_inputs(p, wrt);
  int64_t rows = 0, columns = 0, row = 0;
  for (const Type& y : p.output_types()) rows += is_float(y.dtype) ? y.elements() : 0;
  for (size_t k : by) columns += p.input_types()[k].elements();
  Array dense(f64({rows, columns}));
  size_t block = 0;
  for (const Type& y : p.output_types()) {
    if (!is_float(y.dtype)) continue;
    int64_t column = 0;
    for (size_t k : by) {
      const int64_t width = p.input_types()[k].elements();
      for (int64_t i = 0; i < blocks[block].elements(); ++i)
        dense.mutable_values<double>()[static_cast<size_t>((row + i / width) * columns + column + i % width)] = blocks[block][i];
      column += width, ++block;
    }
    row += y.elements();
  }
  return dense;
}

Program residual() {  // [2]: by x[3], by a and by the data u[2]
  return trace(
      [](Expr x, Expr a, Expr u) {
        const auto e = [&](int64_t k) { return element(x, {k}); };
        return stack({e(0) * e(1) * a - element(u, {0}), 3 * e(2) + sin(e(0)) - element(u, {1})});
      },
      {f64({3}), f64(), f64({2})}, "residual", {"x", "a", "u"});
}
const std::vector<Array> at_residual{Array({0.5, 1.5, 2.5}), Array(3.0), Array({0.25, 0.75})};

TEST(SparseJacobian, stores_what_varies_and_tells_what_does_not) {
  const SparseJacobian j = sparse_jacobian(residual());
  const auto& [at, slot, constants, slots] = j.pattern;
  EXPECT_THAT(at.row_start, ElementsAre(0, 4, 7));
  EXPECT_THAT(at.column, ElementsAre(0, 1, 3, 4, 0, 2, 5));
  EXPECT_THAT(slot, ElementsAre(0, 1, 2, -1, 3, -1, -1));
  EXPECT_THAT(constants, ElementsAre(0, 0, 0, -1, 0, 3, -1));
  EXPECT_EQ(slots, 4);
  EXPECT_EQ(j.values.output_types()[0], f64({4}));
  EXPECT_TRUE(same_values({filled(j, at_residual)}, {filled(residual(), {}, at_residual)}, 4, 1e-15));
}

TEST(SparseJacobian, is_by_the_inputs_asked_for) {
  const SparseJacobian j = sparse_jacobian(residual(), {1, 0});
  EXPECT_THAT(j.pattern.sparsity.column, ElementsAre(0, 1, 2, 1, 3));
  EXPECT_TRUE(same_values({filled(j, at_residual)}, {filled(residual(), {1, 0}, at_residual)}, 4, 1e-15));
}

TEST(SparseJacobian, entries_that_are_one_value_share_a_slot) {
  const SparseJacobian j = sparse_jacobian(trace([](Expr x, Expr y, Expr z) { return exp(x + y) * z; }, {f64(), f64(), f64()}));
  EXPECT_THAT(j.pattern.slot, ElementsAre(0, 0, 1));
  EXPECT_EQ(j.pattern.slots, 2);
}

TEST(SparseJacobian, of_what_is_linear_stores_nothing) {
  const SparseJacobian j = sparse_jacobian(trace([](Expr x) { return 2.0 * x; }, {f64({3})}));
  EXPECT_EQ(j.pattern.slots, 0);
  EXPECT_EQ(j.values.output_types()[0], f64({0}));
  EXPECT_THAT(j.pattern.entries({}), ElementsAre(2, 2, 2));
}

TEST(SparseJacobian, has_no_columns_where_nothing_varies) {
  const Program p = trace([](Expr i) { return convert(i, DType::f64); }, {Type{DType::i64, {2}}});
  const SparseJacobian j = sparse_jacobian(p);
  EXPECT_EQ(j.pattern.sparsity.rows, 2);
  EXPECT_EQ(j.pattern.sparsity.entries(), 0);
}

TEST(SparseJacobian, of_what_is_too_large_to_be_written_out_is_refused) {
  EXPECT_THROW(sparse_jacobian(trace([](Expr x) { return matmul(x, x); }, {f64({10, 10})}), {}, {.lines = 900}), ResourceError);
}

TEST(SparseJacobian, agrees_with_the_dense_one_on_random_programs) {
  int compared = 0;
  for (uint64_t key = 0; key < 50; ++key) {
    const RandomProgram drawn = random_program(key, {.draws = 8});
    Array dense;
    SparseJacobian j;
    try {
      dense = filled(drawn.program, {}, drawn.point);
      j = sparse_jacobian(drawn.program);
    } catch (const Error&) {
      continue;  // without a derivative in this mode, or too long
    }
    ++compared;
    EXPECT_TRUE(same_values({filled(j, drawn.point)}, {dense}, 64, 1e-9)) << "key " << key;
  }
  EXPECT_GT(compared, 25);
}

TEST(NormalEquations, are_products_with_the_jacobian) {
  const std::vector<size_t> wrt{0, 1};
  const auto sums = evaluate(normal_equations(residual(), wrt), at_residual);
  const Array j = filled(residual(), wrt, at_residual), r = evaluate(residual(), at_residual)[0];
  const Program expected = trace([](Expr J, Expr e) { return std::tuple(matmul(transpose(J), J), matmul(transpose(J), e), dot(e, e) / 2); },
                                 {f64({2, 4}), f64({2})});
  const Program both = trace([](Expr lower) { return symmetric(lower); }, {f64({10})});
  EXPECT_TRUE(same_values({evaluate(both, {sums[0]})[0], sums[1], sums[2]}, evaluate(expected, {j, r}), 8, 1e-14));
}

TEST(NormalEquations, of_many_points_are_one_loop_that_sums) {
  const Program one = normal_equations(residual(), {0});
  const Program all = trace([&](Expr x, Expr a, Expr u) { return sum_map(one, {{x, a, u}}, {false, true, true}); },
                            {f64({3}), f64({5}), f64({5, 2})});
  const auto sums = evaluate(all, {at_residual[0], Array({1.0, 2.0, 3.0, 4.0, 5.0}), Array({5, 2}, std::vector<double>(10, 0.5))});
  std::vector<Array> expected;
  for (double a = 1; a <= 5; ++a) {
    const auto point = evaluate(one, {at_residual[0], Array(a), Array({0.5, 0.5})});
    if (expected.empty()) expected = point;
    else
      for (size_t k = 0; k < point.size(); ++k)
        for (int64_t i = 0; i < point[k].elements(); ++i) expected[k].mutable_values<double>()[static_cast<size_t>(i)] += point[k][i];
  }
  EXPECT_TRUE(same_values(sums, expected, 8, 1e-14));
}

TEST(NormalEquations, unpack_to_a_symmetric_matrix) {
  const Program p = trace([](Expr lower) { return symmetric(lower); }, {f64({3})});
  EXPECT_EQ(to_string(evaluate(p, {Array({1.0, 2.0, 3.0})})[0]), "[[1, 2], [2, 3]]");
  EXPECT_THROW(trace([](Expr lower) { return symmetric(lower); }, {f64({4})}), ShapeError);
}

}  // namespace
}  // namespace wengert
