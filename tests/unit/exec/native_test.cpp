// SPDX-License-Identifier: Apache-2.0
//
// Matrix products as the interpreter runs them against the micro-operations: transposes, batches, every small extent, f32.
#include "wengert/exec/native.h"

#include <gtest/gtest.h>

#include "derivative_checks.h"
#include "same_values.h"
#include "wengert/ad/derivatives.h"
#include "wengert/exec/interpreter.h"
#include "wengert/primitives/linalg.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

struct Product {
  Shape front;
  int64_t m, k, n;
  bool transpose_a, transpose_b;

  Shape left() const { return with(transpose_a ? k : m, transpose_a ? m : k); }
  Shape right() const { return with(transpose_b ? n : k, transpose_b ? k : n); }
  Shape with(int64_t rows, int64_t columns) const { return front.with(front.rank(), rows).with(front.rank() + 1, columns); }
};

/// Whether both readings agree to the rounding of k terms.
testing::AssertionResult agrees(const Product& p, DType dtype) {
  const Type a{dtype, p.left()}, b{dtype, p.right()};
  const Program program = trace([&](Expr x, Expr y) { return matmul(x, y, p.transpose_a, p.transpose_b); }, {a, b});
  Random random(9);
  const auto x = random_values({a, b}, random);
  const double epsilon = dtype == DType::f64 ? 1e-16 : 1e-7;
  return all_close(evaluate(program, x), evaluate(program, x, {.reference = true}), epsilon * static_cast<double>(8 * p.k + 8));
}

TEST(NativeMatmul, agrees_with_the_reference_for_every_small_extent) {
  for (int64_t m : {0, 1, 2, 9, 33})
    for (int64_t k : {0, 1, 3, 16, 40})
      for (int64_t n : {0, 1, 4, 17, 32}) EXPECT_TRUE(agrees({{}, m, k, n, false, false}, DType::f64)) << m << " " << k << " " << n;
}

TEST(NativeMatmul, agrees_with_the_reference_for_every_transpose_batch_and_dtype) {
  for (const bool a : {false, true})
    for (const bool b : {false, true})
      for (const Shape& front : {Shape{}, Shape{1}, Shape{3}, Shape{2, 2}, Shape{0}})
        for (const DType dtype : {DType::f64, DType::f32})
          EXPECT_TRUE(agrees({front, 11, 13, 17, a, b}, dtype)) << a << b << " " << to_string(front) << " " << to_string(dtype);
}

TEST(NativeMatmul, equals_the_reference_to_the_last_bit_where_small) {
  for (const DType dtype : {DType::f64, DType::f32})
    for (const auto& [m, k, n] : {std::array{4, 2, 2}, {1, 30, 17}, {8, 8, 8}, {3, 50, 3}}) {
      const Type a{dtype, {m, k}}, b{dtype, {k, n}};
      const Program program = trace([](Expr x, Expr y) { return matmul(x, y); }, {a, b});
      Random random(11);
      const auto x = random_values({a, b}, random);
      EXPECT_TRUE(same_values(evaluate(program, x), evaluate(program, x, {.reference = true}))) << m << " " << k << " " << n;
    }
}

TEST(NativeMatmul, has_the_derivatives_of_the_reference) {
  const Program p = trace([](Expr a, Expr b) { return matmul(a, b, true, false); }, {f64({20, 10}), f64({20, 30})});
  Random random(10);
  const auto x = random_values(p.input_types(), random), y_bar = random_values(p.output_types(), random);
  EXPECT_TRUE(all_close(evaluate(vjp(p), joined(x, y_bar)), evaluate(vjp(p), joined(x, y_bar), {.reference = true}), 1e-13));
}

TEST(NativeBroadcast, equals_the_reference_for_every_pattern_of_repeated_axes) {
  for (const DType dtype : {DType::f64, DType::f32, DType::i64, DType::boolean})
    for (const Shape& from : {Shape{}, Shape{1}, Shape{4}, Shape{1, 4}, Shape{3, 1}, Shape{3, 4}, Shape{2, 1, 1}, Shape{1, 3, 1}, Shape{2, 1, 4},
                              Shape{2, 3, 1}, Shape{2, 3, 4}, Shape{1, 1, 1, 1}, Shape{5, 1, 3, 1}})
      for (const Shape& to : {Shape{2, 3, 4}, Shape{5, 2, 3, 4}}) {
        if (!broadcasts_to(from, to)) continue;
        Array x(Type{DType::f64, from});
        double next = 0;
        for (double& value : x.mutable_values<double>()) value = ++next;
        const Program p = trace([&](Expr e) { return broadcast_to(e, to); }, {Type{dtype, from}});
        EXPECT_EQ(evaluate(p, {x.as(dtype)}), evaluate(p, std::vector{x.as(dtype)}, {.reference = true})) << to_string(from) << to_string(to);
      }
}

TEST(NativeBroadcast, of_nothing_is_nothing) {
  const Program p = trace([&](Expr e) { return broadcast_to(e, {3, 0, 9}); }, {f64({0, 1})});
  EXPECT_EQ(evaluate(p, {Array(f64({0, 1}))})[0].elements(), 0);
}

}  // namespace
}  // namespace wengert
