// SPDX-License-Identifier: Apache-2.0
//
// Moving elements: parts, borders, order, joining; and the same values as another dtype.
#include "wengert/primitives/rearrange.h"

#include <gtest/gtest.h>
#include <limits>

#include "evaluated.h"

namespace wengert {
namespace {

using List = std::vector<int64_t>;

constexpr int64_t huge = std::numeric_limits<int64_t>::max();
const Array plane({2, 3}, {1, 2, 3, 4, 5, 6});

TEST(Slice, takes_part_of_integers_and_bools_too) {
  const auto middle = [](Expr x) { return slice(x, {1}, {2}); };
  EXPECT_EQ(evaluated(middle, {whole({4}, {1, 0, -3, 4})}), whole({2}, {0, -3}));
  EXPECT_EQ(evaluated(middle, {whole({4}, {1, 0, 1, 1}).as(DType::boolean)}), whole({2}, {0, 1}).as(DType::boolean));
}

TEST(Slice, refuses_what_does_not_lie_within_the_operand) {
  const auto refused = [](List start, List size, List stride) {
    return error_of([&](Expr x) { return slice(x, start, size, stride); }, {f64({5})}) == "W206";
  };
  EXPECT_TRUE(refused({-1}, {1}, {}));
  EXPECT_TRUE(refused({3}, {3}, {}));
  EXPECT_TRUE(refused({0}, {-1}, {}));
  EXPECT_TRUE(refused({6}, {0}, {}));
  EXPECT_TRUE(refused({0}, {3}, {3}));
  EXPECT_TRUE(refused({0}, {2}, {0}));
  EXPECT_TRUE(refused({0, 0}, {1, 1}, {}));
  EXPECT_TRUE(refused({0}, {1}, {1, 2}));
  EXPECT_TRUE(refused({huge}, {1}, {}));
  EXPECT_TRUE(refused({0}, {huge}, {huge}));
  EXPECT_FALSE(refused({4}, {1}, {huge}));
  EXPECT_FALSE(refused({0}, {3}, {2}));
}

TEST(Slice, sends_its_cotangent_back_to_where_it_was_taken) {
  const auto f = [](Expr x) { return sum(slice(x, {0, 2}, {2, 1}, {1, 1}) * 3); };
  EXPECT_EQ(gradient(f, {plane}), Array({2, 3}, {0, 0, 3, 0, 0, 3}));
  const auto every_other = [](Expr x) { return sum(slice(x, {0, 0}, {1, 2}, {1, 2})); };
  EXPECT_EQ(gradient(every_other, {plane}), Array({2, 3}, {1, 0, 1, 0, 0, 0}));
  const auto one_with_a_huge_stride = [](Expr x) { return sum(slice(x, {1, 1}, {1, 1}, {huge, huge})); };
  EXPECT_EQ(gradient(one_with_a_huge_stride, {plane}), Array({2, 3}, {0, 0, 0, 0, 1, 0}));
}

TEST(Element, is_a_scalar_and_row_loses_an_axis) {
  EXPECT_EQ(evaluated([](Expr x) { return element(x, {1, 2}); }, {plane}), Array(6.0));
  EXPECT_EQ(evaluated([](Expr x) { return row(x, 1); }, {plane}), Array({3}, {4, 5, 6}));
  EXPECT_EQ(error_of([](Expr x) { return element(x, {1, 3}); }, {f64({2, 3})}), "W206");
  EXPECT_EQ(error_of([](Expr x) { return element(x, {1}); }, {f64({2, 3})}), "W206");
  EXPECT_EQ(error_of([](Expr x) { return row(x, 2); }, {f64({2, 3})}), "W206");
  EXPECT_EQ(error_of([](Expr x) { return row(x, 0); }, {f64()}), "W206");
}

TEST(Pad, puts_zeros_or_false_around_and_between) {
  const auto padded = [](Expr x) { return pad(x, {1}, {0}, {1}); };
  EXPECT_EQ(evaluated(padded, {whole({2}, {7, 8})}), whole({4}, {0, 7, 0, 8}));
  EXPECT_EQ(evaluated(padded, {whole({2}, {1, 1}).as(DType::boolean)}), whole({4}, {0, 1, 0, 1}).as(DType::boolean));
}

TEST(Pad, refuses_negative_counts_and_results_that_are_too_large) {
  const auto error = [](List low, List high, List interior) {
    return error_of([&](Expr x) { return pad(x, low, high, interior); }, {f64({3})});
  };
  EXPECT_EQ(error({-1}, {0}, {}), "W206");
  EXPECT_EQ(error({0}, {0}, {-1}), "W206");
  EXPECT_EQ(error({0}, {}, {}), "W206");
  EXPECT_EQ(error({huge}, {huge}, {}), "W206");
  EXPECT_EQ(error({0}, {0}, {huge}), "W206");
  EXPECT_EQ(error({int64_t{1} << 48}, {0}, {}), "W202");
}

TEST(Reverse, turns_the_axes_it_is_given) {
  EXPECT_EQ(evaluated([](Expr x) { return reverse(x, {-1}); }, {plane}), Array({2, 3}, {3, 2, 1, 6, 5, 4}));
  EXPECT_EQ(evaluated([](Expr x) { return reverse(x, {0, 1}); }, {plane}), Array({2, 3}, {6, 5, 4, 3, 2, 1}));
  EXPECT_EQ(error_of([](Expr x) { return reverse(x, {2}); }, {f64({2, 3})}), "W206");
}

TEST(Concatenate, joins_along_an_axis_counted_from_either_end) {
  const Array column({2, 1}, {7, 8});
  const auto joined = [](Expr a, Expr b) { return concatenate({a, b}, -1); };
  EXPECT_EQ(evaluated(joined, {plane, column}), Array({2, 4}, {1, 2, 3, 7, 4, 5, 6, 8}));
  EXPECT_EQ(evaluated([](Expr a) { return concatenate({a, a}); }, {whole({1}, {4})}), whole({2}, {4, 4}));
}

TEST(Concatenate, refuses_parts_that_do_not_fit) {
  const auto joined = [](Expr a, Expr b) { return concatenate({a, b}, 1); };
  EXPECT_EQ(error_of(joined, {f64({2, 3}), f64({3, 3})}), "W206");
  EXPECT_EQ(error_of(joined, {f64({2, 3}), f32({2, 3})}), "W206");
  EXPECT_EQ(error_of(joined, {f64({2, 3}), f64({2})}), "W206");
  EXPECT_EQ(error_of(joined, {f64({2}), f64({2})}), "W206");
  EXPECT_EQ(error_of([](Expr) { return concatenate({}); }, {f64()}), "W206");
}

TEST(Concatenate, gives_each_part_its_own_cotangent) {
  const auto f = [](Expr a, Expr b) {
    const Expr weights = constant(Array({4}, {1, 2, 3, 4}));
    return sum(concatenate({b, a}) * weights);
  };
  const Array a({3}, {0, 0, 0}), b({1}, {0});
  EXPECT_EQ(gradient(f, {a, b}), Array({3}, {2, 3, 4}));
  EXPECT_EQ(evaluate(grad(traced(f, {a, b})), {a, b})[1], Array({1}, {1}));
}

TEST(Stack, makes_a_new_axis_and_broadcasts_numbers) {
  const auto beside = [](Expr a) { return stack({a, 1, a * a}, -1); };
  EXPECT_EQ(evaluated(beside, {Array({2}, {2, 3})}), Array({2, 3}, {2, 1, 4, 3, 1, 9}));
  const auto below = [](Expr a) { return stack({a, a + 1}); };
  EXPECT_EQ(evaluated(below, {Array({2}, {2, 3})}), Array({2, 2}, {2, 3, 3, 4}));
  EXPECT_EQ(evaluated(below, {Array(2.0)}), Array({2}, {2, 3}));
}

TEST(Stack, refuses_an_axis_it_cannot_make_and_parts_that_do_not_fit) {
  EXPECT_EQ(error_of([](Expr a) { return stack({a, a}, 2); }, {f64({3})}), "W209");
  EXPECT_EQ(error_of([](Expr a) { return stack({a, a}, -3); }, {f64({3})}), "W209");
  EXPECT_EQ(error_of([](Expr) { return stack({}); }, {f64()}), "W206");
  EXPECT_EQ(error_of([](Expr a, Expr b) { return stack({a, b}); }, {f64({2}), f64({3})}), "W203");
  EXPECT_EQ(error_of([](Expr a, Expr b) { return stack({a, b}); }, {f64({2}), f32({2})}), "W205");
}

TEST(Convert, agrees_with_the_conversion_of_arrays_at_the_edges) {
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  const Array edges({8}, {nan, infinity, -infinity, 1e300, -2.9, -0.0, 0.5, 0x1p63});
  for (DType dtype : {DType::i64, DType::boolean})
    EXPECT_EQ(evaluated([&](Expr x) { return convert(x, dtype); }, {edges}), edges.as(dtype)) << to_string(dtype);
  const Array narrow = evaluated([](Expr x) { return convert(x, DType::f32); }, {Array({2}, {0.1, 1e300})});
  EXPECT_EQ(narrow, Array({2}, {0.1, infinity}).as(DType::f32));
}

TEST(Convert, passes_derivatives_between_floats_only) {
  const auto through = [](DType dtype) {
    return [=](Expr x) { return sum(convert(convert(x, dtype), DType::f64) * x); };
  };
  const Array x({2}, {3, 5});
  EXPECT_EQ(gradient(through(DType::f32), {x}), Array({2}, {6, 10}));
  EXPECT_EQ(gradient(through(DType::i64), {x}), Array({2}, {3, 5}));
}

TEST(Convert, records_nothing_where_the_dtype_is_right) {
  EXPECT_EQ(trace([](Expr x) { return convert(x, DType::f64); }, {f64({2})}).size(), 1u);
}

TEST(Convert, the_record_between_floats_and_the_others_refuse_each_other_s_work) {
  const auto recorded = [](const ArrayPrimitive& primitive, DType dtype) {
    return [&primitive, dtype](Expr x) { return primitive(x, {}, {{"dtype", dtype}}); };
  };
  EXPECT_EQ(error_of(recorded(convert_p, DType::i64), {f64()}), "W206");
  EXPECT_EQ(error_of(recorded(cast_p, DType::f32), {f64()}), "W206");
}

TEST(StopGradient, keeps_the_value_and_ends_the_derivative) {
  const auto f = [](Expr x) { return sum(stop_gradient(x) * x); };
  const Array x({2}, {3, 5});
  EXPECT_EQ(evaluated(f, {x}), Array(34.0));
  EXPECT_EQ(gradient(f, {x}), x);
}

TEST(Guard, is_true_where_the_outcome_is_the_expected_one) {
  const auto below_one = [](bool expected) {
    return [=](Expr x) { guard(less(x, 1), expected); return x; };
  };
  EXPECT_EQ(evaluated(below_one(true), {Array(0.5)}), Array(0.5));
  EXPECT_EQ(evaluated(below_one(false), {Array(1.5)}), Array(1.5));
  EXPECT_THROW(evaluated(below_one(true), {Array(1.5)}), UsageError);
  EXPECT_EQ(error_of([](Expr x) { return guard(less(x, 1), true); }, {f64({2})}), "W206");
  EXPECT_EQ(error_of([](Expr x) { return guard(x, true); }, {f64()}), "W206");
}

}  // namespace
}  // namespace wengert
