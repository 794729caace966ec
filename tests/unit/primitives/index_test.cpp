// SPDX-License-Identifier: Apache-2.0
//
// Rows by number: what lies outside is NaN, never a neighbour; scatter_add is gather's transpose, batched or not.
#include "wengert/primitives/index.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

#include "evaluated.h"
#include "wengert/passes/batch.h"

namespace wengert {
namespace {

const Array table({3, 2}, {1, 2, 3, 4, 5, 6});
const auto rows_of = [](Expr x, Expr i) { return gather(x, i); };

bool all_nan(const Array& x) {
  for (int64_t i = 0; i < x.elements(); ++i)
    if (!std::isnan(x[i])) return false;
  return true;
}

TEST(Gather, gives_nan_for_numbers_outside_and_for_no_others) {
  constexpr int64_t largest = std::numeric_limits<int64_t>::max();
  for (int64_t outside : {int64_t{-1}, int64_t{3}, largest, -largest - 1}) {
    const Array y = evaluated(rows_of, {table, whole({2}, {outside, 2})});
    EXPECT_TRUE(std::isnan(y[0]) && std::isnan(y[1])) << outside;
    EXPECT_EQ(y[2], 5);
    EXPECT_EQ(y[3], 6);
  }
  EXPECT_TRUE(all_nan(evaluated(rows_of, {Array(f64({0, 2})), whole({1}, {0})})));
}

TEST(Gather, counts_its_axis_from_either_end) {
  const auto columns = [](Expr x, Expr i) { return gather(x, i, -1); };
  EXPECT_EQ(evaluated(columns, {table, whole({}, {1})}), Array({3}, {2, 4, 6}));
  EXPECT_EQ(evaluated(columns, {table, whole({2}, {1, 0})}), Array({3, 2}, {2, 1, 4, 3, 6, 5}));
}

TEST(Gather, adds_the_cotangents_of_a_row_that_was_taken_twice) {
  const auto f = [](Expr x, Expr i) { return sum(gather(x, i) * gather(x, i)); };
  EXPECT_EQ(gradient(f, {table, whole({3}, {0, 2, 0})}), Array({3, 2}, {4, 8, 0, 0, 10, 12}));
}

TEST(Gather, refuses_operands_that_are_no_table_and_indices) {
  EXPECT_EQ(error_of(rows_of, {f64({2}), f64({2})}), "W206");
  EXPECT_EQ(error_of(rows_of, {i64({2}), i64({2})}), "W206");
  EXPECT_EQ(error_of(rows_of, {f64(), i64({2})}), "W206");
  EXPECT_EQ(error_of([](Expr x, Expr i) { return gather(x, i, 1); }, {f64({2}), i64({2})}), "W206");
  const auto shared = [](int64_t axes) {
    return [=](Expr x, Expr i) { return gather_p(x, {i}, {{"axis", int64_t{1}}, {"shared", axes}}); };
  };
  EXPECT_EQ(error_of(shared(1), {f64({2, 3}), i64({3})}), "W206");
  EXPECT_EQ(error_of(shared(2), {f64({2, 3}), i64({2, 3})}), "W206");
  EXPECT_EQ(error_of(shared(-1), {f64({2, 3}), i64({2, 3})}), "W206");
  EXPECT_EQ(error_of(shared(1), {f64({2, 3}), i64({2})}), "none");
}

TEST(ScatterAdd, makes_all_of_the_result_nan_for_one_number_outside) {
  const auto f = [](Expr x, Expr i) { return scatter_add(x, i, 2); };
  for (int64_t outside : {-1, 2}) EXPECT_TRUE(all_nan(evaluated(f, {Array({2}, {1, 1}), whole({2}, {0, outside})})));
  EXPECT_EQ(evaluated(f, {Array({2}, {1, 1}), whole({2}, {1, 1})}), Array({2}, {0, 2}));
  const auto into_nothing = [](Expr x, Expr i) { return scatter_add(x, i, 0); };
  EXPECT_EQ(evaluated(into_nothing, {Array({1}, {1}), whole({1}, {0})}), Array(f64({0})));
}

TEST(ScatterAdd, counts_its_axis_from_either_end_of_the_result) {
  const auto f = [](Expr x, Expr i) { return scatter_add(x, i, 3, -1); };
  EXPECT_EQ(evaluated(f, {Array({2, 2}, {1, 2, 3, 4}), whole({2}, {2, 0})}), Array({2, 3}, {2, 0, 1, 4, 0, 3}));
}

TEST(ScatterAdd, refuses_rows_and_indices_that_do_not_fit) {
  const auto f = [](Expr x, Expr i) { return scatter_add(x, i, 2); };
  EXPECT_EQ(error_of(f, {f64({3, 2}), i64({2})}), "W206");
  EXPECT_EQ(error_of(f, {f64({3}), i64({3, 1})}), "W206");
  EXPECT_EQ(error_of(f, {f64({3}), f64({3})}), "W206");
  EXPECT_EQ(error_of([](Expr x, Expr i) { return scatter_add(x, i, -1); }, {f64({3}), i64({3})}), "W206");
  EXPECT_EQ(error_of([](Expr x, Expr i) { return scatter_add(x, i, 2, 1); }, {f64({3}), i64({3})}), "W206");
}

TEST(ScatterAdd, a_number_outside_spoils_only_its_own_point_of_a_batch) {
  const Program one = trace([](Expr x, Expr i) { return scatter_add(x, i, 2); }, {f64({2}), i64({2})});
  const Array x({2, 2}, {1, 2, 3, 4});
  const Array y = evaluate(batch(one, {true, true}, 2), {x, whole({2, 2}, {0, 2, 1, 1})})[0];
  EXPECT_TRUE(std::isnan(y[0]) && std::isnan(y[1]));
  EXPECT_EQ(y[2], 0);
  EXPECT_EQ(y[3], 7);
}

TEST(OneHot, marks_the_place_and_gives_nan_for_one_outside) {
  const auto f = [](Expr i) { return one_hot(i, 3); };
  EXPECT_EQ(evaluated(f, {whole({2}, {2, 0})}), Array({2, 3}, {0, 0, 1, 1, 0, 0}));
  EXPECT_TRUE(all_nan(evaluated(f, {whole({2}, {3, -1})})));
  const auto narrow = [](Expr i) { return one_hot(i, 2, DType::f32); };
  EXPECT_EQ(evaluated(narrow, {whole({}, {1})}), Array({2}, {0, 1}).as(DType::f32));
}

TEST(OneHot, takes_the_float_of_the_recording) {
  const auto f = [](Expr x, Expr i) { return sum(one_hot(i, 2) * x); };
  EXPECT_EQ(trace(f, {f32({2}), i64()}).output_types()[0], f32());
  EXPECT_EQ(trace(f, {f64({2}), i64()}).output_types()[0], f64());
}

TEST(OneHot, refuses_what_is_no_index) {
  EXPECT_EQ(error_of([](Expr i) { return one_hot(i, 3); }, {f64({2})}), "W206");
  EXPECT_EQ(error_of([](Expr i) { return one_hot(i, -1); }, {i64({2})}), "W206");
  EXPECT_EQ(error_of([](Expr i) { return one_hot(i, 3, DType::i64); }, {i64({2})}), "W206");
}

}  // namespace
}  // namespace wengert
