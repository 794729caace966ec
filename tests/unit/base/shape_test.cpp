// SPDX-License-Identifier: Apache-2.0
//
// Shapes: extents, strides, limits, and the broadcasting rule.
#include "wengert/base/shape.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wengert/base/error.h"

namespace wengert {
namespace {

using testing::HasSubstr;

template <class F> std::string message_of(F f) {
  try {
    f();
  } catch (const ShapeError& error) {
    return error.what();
  }
  return "no ShapeError";
}

TEST(Shape, counts_elements_and_an_empty_product_is_one) {
  EXPECT_EQ(Shape().elements(), 1);
  EXPECT_EQ(Shape({2, 3, 4}).elements(), 24);
  EXPECT_EQ(Shape({2, 0, 4}).elements(), 0);
  EXPECT_EQ(Shape().rank(), 0);
  EXPECT_EQ(Shape({2, 3, 4}).back(), 4);
}

TEST(Shape, strides_are_row_major) {
  const auto strides = Shape({2, 3, 4}).strides();
  EXPECT_EQ(strides[0], 12);
  EXPECT_EQ(strides[1], 4);
  EXPECT_EQ(strides[2], 1);
}

TEST(Shape, equality_compares_rank_and_extents) {
  EXPECT_EQ(Shape({2, 3}), Shape({2, 3}));
  EXPECT_NE(Shape({2, 3}), Shape({3, 2}));
  EXPECT_NE(Shape({2}), Shape({2, 0}));
  EXPECT_NE(Shape(), Shape({1}));
}

TEST(Shape, with_and_without_an_axis_are_inverse) {
  const Shape shape{2, 3, 4};
  EXPECT_EQ(shape.without(1), Shape({2, 4}));
  EXPECT_EQ(shape.without(2), Shape({2, 3}));
  EXPECT_EQ(shape.with(3, 5), Shape({2, 3, 4, 5}));
  for (int axis = 0; axis <= 3; ++axis) EXPECT_EQ(shape.with(axis, 7).without(axis), shape);
}

TEST(Shape, W202_negative_extents_too_many_axes_and_too_many_elements) {
  EXPECT_THAT(message_of([] { Shape({2, -3}); }), HasSubstr("W202 shape: an extent cannot be negative, found -3"));
  EXPECT_THAT(message_of([] { Shape({1, 1, 1, 1, 1, 1, 1, 1, 1}); }), HasSubstr("at most 8 axes, this one has 9"));
  EXPECT_THAT(message_of([] { Shape({int64_t{1} << 32, int64_t{1} << 17}); }), HasSubstr("at most 2^48 elements"));
  EXPECT_THAT(message_of([] { Shape({1, 1, 1, 1, 1, 1, 1, 1}).with(0, 1); }), HasSubstr("W202"));
  EXPECT_EQ(Shape({int64_t{1} << 32, int64_t{1} << 16}).elements(), int64_t{1} << 48);
}

TEST(Shape, an_extent_of_zero_does_not_hide_an_overflow) {
  EXPECT_THAT(message_of([] { Shape({INT64_MAX, 0, INT64_MAX}); }), HasSubstr("W202"));
  EXPECT_EQ(Shape({1000, 0, 1000}).elements(), 0);
}

TEST(Broadcast, aligns_the_last_axes_and_stretches_ones) {
  EXPECT_EQ(broadcast(Shape{}, Shape{2, 3}), Shape({2, 3}));
  EXPECT_EQ(broadcast(Shape{3}, Shape{2, 3}), Shape({2, 3}));
  EXPECT_EQ(broadcast(Shape{2, 1}, Shape{1, 3}), Shape({2, 3}));
  EXPECT_EQ(broadcast(Shape{4, 1, 3}, Shape{2, 1}), Shape({4, 2, 3}));
  EXPECT_EQ(broadcast(Shape{1}, Shape{0}), Shape({0}));
}

TEST(Broadcast, does_not_depend_on_the_order_of_its_operands) {
  const Shape shapes[] = {{}, {1}, {3}, {2, 1}, {2, 3}, {4, 1, 1}, {4, 2, 3}};
  for (const Shape& a : shapes)
    for (const Shape& b : shapes) EXPECT_EQ(broadcast(a, b), broadcast(b, a));
}

TEST(Broadcast, W203_names_the_extents_and_the_axis) {
  EXPECT_THAT(message_of([] { broadcast(Shape{4, 3}, Shape{4, 2}); }),
              HasSubstr("W203 shape: shapes [4,3] and [4,2] do not broadcast: 3 vs 2 at axis 1\n  fix: "));
  EXPECT_THAT(message_of([] { broadcast(Shape{2}, Shape{4, 3}); }), HasSubstr("3 vs 2 at axis 1"));
  EXPECT_THAT(message_of([] { broadcast(Shape{0}, Shape{2}); }), HasSubstr("W203"));
}

TEST(Broadcast, broadcasts_to_says_whether_only_the_first_shape_stretches) {
  EXPECT_TRUE(broadcasts_to(Shape{}, Shape{2, 3}));
  EXPECT_TRUE(broadcasts_to(Shape{1, 3}, Shape{2, 3}));
  EXPECT_TRUE(broadcasts_to(Shape{3}, Shape{2, 3}));
  EXPECT_FALSE(broadcasts_to(Shape{2, 3}, Shape{3}));
  EXPECT_FALSE(broadcasts_to(Shape{2, 3}, Shape{1, 3}));
  EXPECT_FALSE(broadcasts_to(Shape{2}, Shape{2, 3}));
}

TEST(Type, prints_its_dtype_and_extents) {
  EXPECT_EQ(to_string(f64()), "f64[]");
  EXPECT_EQ(to_string(f32({2, 3})), "f32[2,3]");
  EXPECT_EQ(to_string(i64({0})), "i64[0]");
  EXPECT_EQ(to_string(boolean({5})), "bool[5]");
}

TEST(Type, knows_its_bytes) {
  EXPECT_EQ(f64({3}).bytes(), 24u);
  EXPECT_EQ(f32({3}).bytes(), 12u);
  EXPECT_EQ(i64().bytes(), 8u);
  EXPECT_EQ(boolean({3}).bytes(), 3u);
  EXPECT_TRUE(is_float(DType::f32));
  EXPECT_FALSE(is_float(DType::i64));
}

}  // namespace
}  // namespace wengert
