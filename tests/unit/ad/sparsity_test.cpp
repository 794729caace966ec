// SPDX-License-Identifier: Apache-2.0
//
// Patterns of Jacobians: every entry that is not 0 somewhere, and for the usual operations no other.
#include "wengert/ad/sparsity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "random_program.h"
#include "wengert/ad/column_sets.h"
#include "wengert/ad/derivatives.h"
#include "wengert/exec/interpreter.h"
#include "wengert/passes/fix_inputs.h"
#include "wengert/primitives/primitives.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

using testing::ElementsAre;

/// "110 011": a word a row, a digit a column.
std::string picture(const Sparsity& pattern) {
  std::string text;
  for (int64_t row = 0; row < pattern.rows; ++row) {
    std::string word(static_cast<size_t>(pattern.columns), '0');
    for (auto k = pattern.row_start[static_cast<size_t>(row)]; k < pattern.row_start[static_cast<size_t>(row) + 1]; ++k)
      word[static_cast<size_t>(pattern.column[static_cast<size_t>(k)])] = '1';
    text += (row == 0 ? "" : " ") + word;
  }
  return text;
}
template <class F> std::string pattern_of(F f, const std::vector<Type>& types) { return picture(jacobian_sparsity(trace(f, types))); }

TEST(Sparsity, arrays_depend_element_by_element) {
  EXPECT_EQ(pattern_of([](Expr x) { return sin(x) * x; }, {f64({3})}), "100 010 001");
  EXPECT_EQ(pattern_of([](Expr x, Expr y) { return x * y; }, {f64({2}), f64()}), "101 011");
  EXPECT_EQ(pattern_of([](Expr x) { return sum(x, {1}); }, {f64({2, 2})}), "1100 0011");
  EXPECT_EQ(pattern_of([](Expr x) { return slice(x, {1}, {3}) - slice(x, {0}, {3}); }, {f64({4})}), "1100 0110 0011");
}

TEST(Sparsity, of_a_product_with_a_constant_matrix_is_that_of_the_matrix) {
  EXPECT_EQ(pattern_of([](Expr x) { return matmul(constant(Array({2, 3}, {0, 2, 0, 1, 0, 3})), x); }, {f64({3})}), "010 101");
  EXPECT_EQ(pattern_of([](Expr a, Expr x) { return matmul(a, x); }, {f64({2, 2}), f64({2})}), "110011 001111");
}

TEST(Sparsity, no_derivative_passes_where_there_is_none) {
  EXPECT_EQ(pattern_of([](Expr x, Expr y) { return floor(x) * y; }, {f64(), f64()}), "01");
  EXPECT_EQ(pattern_of([](Expr x, Expr y) { return stop_gradient(x) * y; }, {f64(), f64()}), "01");
  EXPECT_EQ(pattern_of([](Expr x, Expr y) { return select(greater(x, 0.0), y, 2.0); }, {f64(), f64()}), "01");
}

TEST(Sparsity, both_sides_of_a_choice_count) {
  EXPECT_EQ(pattern_of([](Expr x, Expr y, Expr z) { return select(greater(x, 0.0), y, z); }, {f64(), f64(), f64()}), "011");
}

TEST(Sparsity, goes_through_loops_point_by_point) {
  const Program body = trace([](Expr x, Expr a) { return std::pair(element(x, {0}) * a, exp(element(x, {1}))); }, {f64({2}), f64()});
  EXPECT_EQ(pattern_of([&](Expr x, Expr a) { return map(body, {{x, a}}, {true, false}); }, {f64({2, 2}), f64()}), "10001 00101 01000 00010");
  EXPECT_EQ(pattern_of([&](Expr x, Expr a) { return sum_map(body, {{x, a}}, {true, false}); }, {f64({2, 2}), f64()}), "10101 01010");
  const Program step = trace([](Expr c, Expr x) { return std::pair(c + x, c); }, {f64(), f64()});
  EXPECT_EQ(pattern_of([&](Expr x) { return scan(step, {{Expr(0.0)}}, {{x}}); }, {f64({3})}), "111 000 100 110");
}

TEST(Sparsity, knows_a_place_that_is_known) {
  const Program p = trace([](Expr x, Expr i) { return gather(x, i); }, {f64({3}), Type{DType::i64, {2}}});
  EXPECT_EQ(picture(jacobian_sparsity(p)), "111 111");
  const Array places = Array::of<int64_t>({2}, std::vector<int64_t>{2, 0});
  const std::vector<std::optional<Array>> fixed{std::nullopt, places};
  EXPECT_EQ(picture(jacobian_sparsity(fix_inputs(p, fixed))), "001 100");
}

TEST(Sparsity, is_by_the_inputs_asked_for) {
  const Program p = trace([](Expr x, Expr y) { return std::pair(x * y, y); }, {f64(), f64({2})});
  EXPECT_EQ(picture(jacobian_sparsity(p, {1})), "10 01 10 01");
  EXPECT_EQ(picture(jacobian_sparsity(p, {1, 0})), "101 011 100 010");
}

TEST(Sparsity, of_a_rule_of_the_users_own_is_full) {
  const Program body = trace([](Expr x) { return 2.0 * x; }, {f64({2})});
  const Program rule = trace([](Expr, Expr, Expr x_dot) { return sum(x_dot) + 0.0 * x_dot; }, {f64({2}), f64({2}), f64({2})});
  EXPECT_EQ(pattern_of([&](Expr x) { return custom_jvp(body, rule, {{x}}); }, {f64({2})}), "11 11");
}

TEST(Sparsity, of_a_long_sum_takes_memory_for_its_terms_only) {
  const Sparsity pattern = jacobian_sparsity(trace([](Expr x) { return sum(x * x); }, {f64({20'000})}));
  EXPECT_EQ(pattern.entries(), 20'000);
}

TEST(Sparsity, holds_every_entry_that_is_not_0) {
  for (uint64_t key = 0; key < 60; ++key) {
    const RandomProgram drawn = random_program(key, {.draws = 12, .nesting = 2});
    const Sparsity pattern = jacobian_sparsity(drawn.program);
    std::vector<Array> blocks;
    try {
      blocks = evaluate(jacobian(drawn.program), drawn.point);
    } catch (const Error&) {
      continue;  // a rule that has no derivative in this mode
    }
    const std::string words = picture(pattern);
    int64_t first_row = 0;
    size_t block = 0;
    for (const Type& y : drawn.program.output_types()) {
      if (!is_float(y.dtype)) continue;
      int64_t column = 0;
      for (size_t k : varying_inputs(drawn.program, {})) {
        const Array& entries = blocks[block++];
        const int64_t width = drawn.program.input_types()[k].elements();
        for (int64_t i = 0; i < entries.elements(); ++i) {
          const int64_t row = first_row + i / width;
          const char digit = words[static_cast<size_t>(row * (pattern.columns + 1) + column + i % width)];
          EXPECT_TRUE(digit == '1' || entries[i] == 0) << "program " << key << ", row " << row << ", column " << column + i % width;
        }
        column += width;
      }
      first_row += y.elements();
    }
    EXPECT_EQ(first_row, pattern.rows);
  }
}

TEST(ColumnSets, of_equal_columns_are_one) {
  ColumnSets sets;
  const SetId ab = sets.join(sets.single(1), sets.single(2)), ba = sets.join(sets.single(2), sets.single(1));
  EXPECT_EQ(ab, ba);
  EXPECT_EQ(sets.join(ab, sets.single(2)), ab);
  EXPECT_THAT(sets.columns(sets.join(ab, sets.single(0))), ElementsAre(0, 1, 2));
}

}  // namespace
}  // namespace wengert
