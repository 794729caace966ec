// SPDX-License-Identifier: Apache-2.0
//
// Products and norms: shapes, vectors, transposes, leading axes, batching; extremes of size; the norm at 0.
#include "wengert/primitives/linalg.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

#include "evaluated.h"
#include "same_values.h"
#include "wengert/passes/batch.h"

namespace wengert {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();

const Array a({2, 3}, {1, 2, 3, 4, 5, 6}), b({3, 2}, {1, -1, 2, 0.5, -3, 4});
const Array a_transposed({3, 2}, {1, 4, 2, 5, 3, 6}), b_transposed({2, 3}, {1, 2, -3, -1, 0.5, 4});
const Array product({2, 2}, {-4, 12, -4, 22.5});
const auto multiply = [](Expr x, Expr y) { return matmul(x, y); };

TEST(Matmul, reads_transposed_operands_in_place) {
  EXPECT_EQ(evaluated(multiply, {a, b}), product);
  EXPECT_EQ(evaluated([](Expr x, Expr y) { return matmul(x, y, true, false); }, {a_transposed, b}), product);
  EXPECT_EQ(evaluated([](Expr x, Expr y) { return matmul(x, y, false, true); }, {a, b_transposed}), product);
  EXPECT_EQ(evaluated([](Expr x, Expr y) { return matmul(x, y, true, true); }, {a_transposed, b_transposed}), product);
}

TEST(Matmul, takes_a_vector_as_a_row_or_a_column) {
  EXPECT_EQ(evaluated(multiply, {a, Array({3}, {1, 0, -1})}), Array({2}, {-2, -2}));
  EXPECT_EQ(evaluated(multiply, {Array({2}, {1, -1}), a}), Array({3}, {-3, -3, -3}));
  EXPECT_EQ(evaluated(multiply, {Array({3}, {1, 2, 3}), Array({3}, {4, 5, 6})}), Array(32.0));
  EXPECT_EQ(evaluated([](Expr x, Expr y) { return matmul(x, y, true); }, {a, Array({2}, {1, -1})}), Array({3}, {-3, -3, -3}));
  EXPECT_EQ(evaluated([](Expr x, Expr y) { return matmul(x, y, false, true); }, {Array({3}, {1, 0, -1}), a}), Array({2}, {-2, -2}));
}

TEST(Matmul, multiplies_many_matrices) {
  const Array many({2, 1, 3}, {1, 2, 3, 4, 5, 6}), two({2, 3, 1}, {1, 0, 0, 0, 0, 2});
  EXPECT_EQ(evaluated(multiply, {many, two}), Array({2, 1, 1}, {1, 12}));
  EXPECT_EQ(evaluated(multiply, {many, b}), Array({2, 1, 2}, {-4, 12, -4, 22.5})) << "one matrix on the right";
  EXPECT_EQ(evaluated(multiply, {a, two}), Array({2, 2, 1}, {1, 4, 6, 12})) << "one matrix on the left";
  EXPECT_EQ(evaluated(multiply, {many, Array({3}, {1, 1, 1})}), Array({2, 1}, {6, 15}));
  EXPECT_EQ(evaluated(multiply, {Array({2, 1, 1, 2}, {1, 2, 3, 4}), Array({2, 2, 1}, {1, 0, 0, 1})}),
            Array({2, 2, 1, 1}, {1, 2, 3, 4})) << "axes in front broadcast";
}

TEST(Matmul, of_no_inner_elements_is_zero) {
  EXPECT_EQ(evaluated(multiply, {Array(f64({2, 0})), Array(f64({0, 3}))}), Array(f64({2, 3})));
  EXPECT_EQ(evaluated(multiply, {Array(f64({0, 3})), b}).shape(), (Shape{0, 2}));
}

TEST(Matmul, adds_f32_in_f64) {
  const Array x = Array({1, 3}, {1e8, 1, -1e8}).as(DType::f32), ones = Array({3, 1}, {1, 1, 1}).as(DType::f32);
  EXPECT_EQ(evaluated(multiply, {x, ones}), Array({1, 1}, {1}).as(DType::f32));
}

TEST(Matmul, does_not_skip_a_zero_beside_nan) {
  EXPECT_TRUE(std::isnan(evaluated(multiply, {Array({1, 1}, {0}), Array({1, 1}, {nan})}).item()));
}

TEST(Matmul, says_which_extents_differ) {
  try {
    trace(multiply, {f64({32, 784}), f64({785, 10})});
    FAIL() << "no error";
  } catch (const ShapeError& error) {
    EXPECT_EQ(error.id(), "W201");
    EXPECT_EQ(error.problem(),
              "matmul needs equal inner extents; left is f64[32,784], right is f64[785,10] (784 vs 785)");
    EXPECT_NE(error.where().find("matmul %0 %1"), std::string::npos) << error.where();
  }
  EXPECT_EQ(error_of([](Expr x, Expr y) { return matmul(x, y, true); }, {f64({2, 3}), f64({3, 2})}), "W201");
  EXPECT_EQ(error_of(multiply, {f64({3}), f64({4})}), "W201");
}

/// The remedy for a product of operands of these types.
std::string remedy(const Type& left, const Type& right, bool transpose_a = false, bool transpose_b = false) {
  try {
    trace([&](Expr x, Expr y) { return matmul(x, y, transpose_a, transpose_b); }, {left, right});
  } catch (const ShapeError& error) {
    return error.fix();
  }
  return "no error";
}

TEST(Matmul, says_what_would_make_its_operands_fit) {
  EXPECT_EQ(remedy(f64({2, 3}), f64({2, 3})), "transpose one of them (transpose_a or transpose_b)");
  EXPECT_EQ(remedy(f64({32, 784}), f64({10, 784})), "transpose the right operand (transpose_b)");
  EXPECT_EQ(remedy(f64({784, 32}), f64({784, 10})), "transpose the left operand (transpose_a)");
  EXPECT_EQ(remedy(f64({784, 32}), f64({32, 10}), true), "leave transpose_a out");
  EXPECT_EQ(remedy(f64({32, 784}), f64({784, 10}), false, true), "leave transpose_b out");
  EXPECT_EQ(remedy(f64({784, 10}), f64({32, 784})), "swap the two operands");
  EXPECT_EQ(remedy(f64({32, 784}), f64({100, 10})), "give the right operand 784 rows, or the left one 100 columns");
  EXPECT_EQ(remedy(f64({32, 784}), f64({785, 10})),
            "give the right operand 784 rows, or the left one 785 columns; was a column of ones (bias) added to one of "
            "them only?");
}

TEST(Matmul, says_what_would_make_its_operands_matrices) {
  EXPECT_EQ(remedy(f64(), f64({2, 2})), "for a product with a scalar write a * b");
  EXPECT_EQ(remedy(f64({2, 2}), f32({2, 2})), "bring both to one float dtype, e.g. f64");
  EXPECT_EQ(remedy(i64({2, 2}), i64({2, 2})), "cast both to f64 or f32");
}

TEST(Matmul, refuses_what_is_no_matrix) {
  EXPECT_EQ(error_of(multiply, {f64(), f64({2, 2})}), "W206");
  EXPECT_EQ(error_of(multiply, {f64({2, 2}), f32({2, 2})}), "W206");
  EXPECT_EQ(error_of(multiply, {i64({2, 2}), i64({2, 2})}), "W206");
  EXPECT_EQ(error_of(multiply, {f64({2, 1, 2}), f64({3, 2, 1})}), "W203");
}

/// The operand types of the products in p.
std::vector<std::string> products_of(const Program& p) {
  std::vector<std::string> found;
  for (uint32_t i = 0; i < p.size(); ++i)
    if (&p.primitive(ValueId{i}) == &matmul_p)
      for (ValueId v : p.operands(ValueId{i})) found.push_back(to_string(p.type(v)));
  return found;
}

TEST(Matmul, over_a_batch_with_shared_weights_stays_one_product) {
  const Program right = trace(multiply, {f64({2, 3}), f64({3, 4})}), column = trace(multiply, {f64({2, 3}), f64({3})});
  EXPECT_EQ(products_of(batch(right, {true, false}, 5)), (std::vector<std::string>{"f64[10,3]", "f64[3,4]"}));
  EXPECT_EQ(products_of(batch(column, {false, true}, 5)), (std::vector<std::string>{"f64[5,3]", "f64[2,3]"}));
}

TEST(Dot, is_the_sum_of_products_of_any_shape) {
  const auto f = [](Expr x, Expr y) { return dot(x, y); };
  EXPECT_EQ(evaluated(f, {a, b_transposed}), Array(1.0 + 4 - 9 - 4 + 2.5 + 24));
  EXPECT_EQ(evaluated(f, {Array(f64({0})), Array(f64({0}))}), Array(0.0));
  EXPECT_EQ(gradient(f, {a, b_transposed}), b_transposed);
  EXPECT_EQ(error_of(f, {f64({2}), f64({3})}), "W206");
  EXPECT_EQ(error_of(f, {f64({2}), f32({2})}), "W206");
}

double norm_of(const std::vector<double>& x) {
  return evaluated([](Expr e) { return norm(e); }, {Array(x)}).item();
}

TEST(Norm, neither_overflows_nor_underflows) {
  EXPECT_DOUBLE_EQ(norm_of({3e200, 4e200}), 5e200);
  EXPECT_DOUBLE_EQ(norm_of({3e-200, 4e-200}), 5e-200);
  EXPECT_EQ(norm_of({5e-324, 0}), 5e-324);
  EXPECT_EQ(norm_of({1, infinity}), infinity);
  EXPECT_TRUE(std::isnan(norm_of({1, nan})));
  EXPECT_EQ(norm_of({}), 0);
}

TEST(Norm, has_a_unit_gradient_however_large_x_is) {
  const auto f = [](Expr x) { return norm(x); };
  for (double scale : {1e-200, 1.0, 1e200})
    EXPECT_TRUE(same_values({gradient(f, {Array({2}, {3 * scale, -4 * scale})})}, {Array({2}, {0.6, -0.8})}, 2)) << scale;
}

TEST(Norm, has_the_least_norm_subgradient_at_0) {
  const auto f = [](Expr x) { return norm(x); };
  EXPECT_EQ(gradient(f, {Array(f64({3}))}), Array(f64({3})));
  EXPECT_EQ(gradient([](Expr x) { return norm(x - x); }, {Array({2}, {1, 2})}), Array(f64({2})));
  const auto bend = evaluate(jvp(grad(traced(f, {Array(f64({2}))}))), {Array(f64({2})), Array({2}, {1, 1})})[1];
  EXPECT_FALSE(std::isfinite(bend[0]) || std::isfinite(bend[1])) << to_string(bend) << ": the curvature is unbounded";
}

TEST(Norm, works_along_axes) {
  const Array x({2, 2}, {3, 4, 0, 0});
  EXPECT_EQ(evaluated([](Expr e) { return norm(e, {-1}); }, {x}), Array({2}, {5, 0}));
  EXPECT_EQ(gradient([](Expr e) { return sum(norm(e, {-1})); }, {x}), Array({2, 2}, {0.6, 0.8, 0, 0}));
  EXPECT_EQ(error_of([](Expr e) { return norm(e, {2}); }, {f64({2, 2})}), "W206");
}

}  // namespace
}  // namespace wengert
