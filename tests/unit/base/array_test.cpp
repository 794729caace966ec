// SPDX-License-Identifier: Apache-2.0
//
// Arrays: values with shared buffers, conversions between element types, equality by bits, and their text.
#include "wengert/base/array.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "wengert/base/error.h"

namespace wengert {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr double infinity = std::numeric_limits<double>::infinity();
const double not_a_number = std::numeric_limits<double>::quiet_NaN();

template <class F> std::string message_of(F f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "no Error";
}

TEST(Array, starts_with_zeros) {
  EXPECT_THAT(Array(f64({3})).values<double>(), ElementsAre(0, 0, 0));
  EXPECT_THAT(Array(boolean({2})).values<bool>(), ElementsAre(false, false));
  EXPECT_EQ(Array().item(), 0);
  EXPECT_EQ(Array(f64({0, 3})).elements(), 0);
}

TEST(Array, is_made_of_numbers) {
  EXPECT_EQ(Array(2.5).type(), f64());
  EXPECT_EQ(Array(std::vector<double>{1, 2}).type(), f64({2}));
  EXPECT_THAT(Array({2, 2}, {1, 2, 3, 4}).values<double>(), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(Array::filled(i64({2}), 7).values<int64_t>(), ElementsAre(7, 7));
  const std::array<float, 2> floats{0.5f, 1.5f};
  EXPECT_EQ(Array::of<float>({2}, floats).type(), f32({2}));
}

TEST(Array, its_buffer_is_aligned_for_vector_instructions) {
  for (int64_t n : {0, 1, 3, 1000})
    EXPECT_EQ(reinterpret_cast<uintptr_t>(Array(f64({n})).view().data) % 64, 0u);
}

TEST(Array, a_copy_shares_the_buffer_until_one_of_both_is_written) {
  Array a(std::vector<double>{1, 2});
  Array b = a;
  EXPECT_EQ(a.view().data, b.view().data);
  b.mutable_values<double>()[0] = 9;
  EXPECT_THAT(a.values<double>(), ElementsAre(1, 2));
  EXPECT_THAT(b.values<double>(), ElementsAre(9, 2));
  const void* before = b.view().data;
  b.mutable_view();
  EXPECT_EQ(b.view().data, before) << "a buffer of one owner is not copied";
}

TEST(Array, from_copies_what_a_view_shows) {
  double numbers[] = {1, 2, 3};
  const Array a = Array::from({f64({3}), numbers});
  numbers[0] = 7;
  EXPECT_THAT(a.values<double>(), ElementsAre(1, 2, 3));
}

TEST(Array, reads_one_element_of_any_type_as_double) {
  EXPECT_EQ(Array({2, 2}, {1, 2, 3, 4})[3], 4);
  EXPECT_EQ(Array::filled(f32({2}), 0.5)[1], 0.5);
  EXPECT_EQ(Array::filled(boolean({2}), 1)[0], 1);
  EXPECT_EQ(Array::filled(i64(), -3).item(), -3);
}

TEST(Array, converts_between_types) {
  const Array a(std::vector<double>{-1.9, 0, 2.9});
  EXPECT_THAT(a.as(DType::i64).values<int64_t>(), ElementsAre(-1, 0, 2));
  EXPECT_THAT(a.as(DType::boolean).values<bool>(), ElementsAre(true, false, true));
  EXPECT_THAT(a.as(DType::f32).values<float>(), ElementsAre(-1.9f, 0.f, 2.9f));
  EXPECT_EQ(a.as(DType::f32).as(DType::f64)[0], static_cast<double>(-1.9f));
  EXPECT_EQ(a.as(DType::f64).view().data, a.view().data) << "nothing to convert, nothing to copy";
}

TEST(Array, conversion_to_integers_saturates_and_takes_nan_for_zero) {
  const Array a(std::vector<double>{1e300, -infinity, not_a_number});
  EXPECT_THAT(a.as(DType::i64).values<int64_t>(), ElementsAre(INT64_MAX, INT64_MIN, 0));
}

TEST(Array, reshaped_keeps_the_buffer) {
  const Array a({2, 3}, {1, 2, 3, 4, 5, 6});
  const Array b = a.reshaped({3, 2});
  EXPECT_EQ(b.shape(), Shape({3, 2}));
  EXPECT_EQ(b.view().data, a.view().data);
}

TEST(Array, equality_compares_types_and_bits) {
  EXPECT_EQ(Array(not_a_number), Array(not_a_number));
  EXPECT_FALSE(Array(0.0) == Array(-0.0));
  EXPECT_FALSE(Array(f64({2})) == Array(f64({1, 2})));
  EXPECT_FALSE(Array(f64()) == Array(i64()));
  EXPECT_EQ(Array(f64({0})), Array(f64({0})));
}

TEST(Array, W204_counts_that_do_not_fit_the_shape) {
  EXPECT_THAT(message_of([] { Array({2, 2}, {1, 2, 3}); }), HasSubstr("W204 shape: shape [2,2] has 4 elements, 3"));
  EXPECT_THAT(message_of([] { Array(f64({4})).reshaped({3}); }), HasSubstr("W204 shape: shape [3] has 3 elements, 4"));
  EXPECT_THAT(message_of([] { (void)Array(f64({4})).item(); }), HasSubstr("W204 shape: item() needs exactly one"));
}

TEST(Array, W110_elements_asked_for_as_another_type) {
  EXPECT_THAT(message_of([] { (void)Array(f32({2})).values<double>(); }),
              HasSubstr("W110 usage: this array is f32[2], its elements were asked for as f64\n  fix: "));
  EXPECT_THAT(message_of([] { (void)Array(f64()).mutable_values<bool>(); }), HasSubstr("array.as(DType::boolean)"));
}

TEST(Array, W401_no_memory) {
  EXPECT_THAT(message_of([] { Array(f64({int64_t{1} << 48})); }),
              HasSubstr("W401 resource: no memory for an array f64[281474976710656] (2251799813685248 bytes)"));
}

TEST(ArrayText, nests_brackets_by_axis) {
  EXPECT_EQ(to_string(Array(0.1)), "0.1");
  EXPECT_EQ(to_string(Array({2, 2}, {1, 2, 3, 4})), "[[1, 2], [3, 4]]");
  EXPECT_EQ(to_string(Array(f64({0}))), "[]");
  EXPECT_EQ(to_string(Array(f64({2, 0}))), "[[], []]");
  EXPECT_EQ(to_string(Array::filled(boolean({2}), 1)), "[true, true]");
}

TEST(ArrayText, stops_after_the_elements_asked_for) {
  EXPECT_EQ(to_string(Array({5}, {1, 2, 3, 4, 5}), 3), "[1, 2, 3, ...]");
  EXPECT_EQ(to_string(Array({2, 2}, {1, 2, 3, 4}), 2), "[[1, 2], ...]");
}

TEST(ArrayText, shortest_reads_back_as_the_same_number) {
  EXPECT_EQ(shortest(0.1), "0.1");
  EXPECT_EQ(shortest(0.1f), "0.1");
  EXPECT_EQ(shortest(1e22), "1e+22");
  EXPECT_EQ(shortest(-infinity), "-inf");
  EXPECT_EQ(shortest(not_a_number), "nan");
  for (double x : {1.0 / 3, 6.02214076e23, 5e-324, -0.0, 1.7976931348623157e308})
    EXPECT_EQ(Array(std::strtod(shortest(x).c_str(), nullptr)), Array(x));
}

}  // namespace
}  // namespace wengert
