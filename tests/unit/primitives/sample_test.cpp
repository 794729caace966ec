// SPDX-License-Identifier: Apache-2.0
//
// Random numbers in Programs are, number for number, those of base/random.h.
#include "wengert/primitives/sample.h"

#include <gtest/gtest.h>

#include "evaluated.h"
#include "wengert/base/random.h"

namespace wengert {
namespace {

Array drawn(const Array& key, Shape shape, std::optional<DType> dtype = {}) {
  return evaluated([&](Expr k) { return uniform(k, shape, dtype); }, {key});
}

const uint64_t keys[] = {0, 7, 0xffffffff, 0x123456789abcdef0, ~uint64_t{0}};

TEST(Uniform, agrees_with_the_stream_of_its_key) {
  for (uint64_t key : keys) {
    Random random(key);
    const Array u = drawn(random_key(key), {40, 25});
    for (int64_t i = 0; i < u.elements(); ++i) ASSERT_EQ(u[i], random.uniform()) << key << " " << i;
  }
}

TEST(Uniform, in_f32_has_the_leading_bits_and_never_rounds_up_to_1) {
  Random random(3);
  const Array u = drawn(random_key(3), {1000}, DType::f32);
  for (int64_t i = 0; i < u.elements(); ++i) ASSERT_EQ(u[i], std::floor(random.uniform() * 0x1p24) * 0x1p-24);
}

TEST(Normal, agrees_with_the_stream_of_its_key) {
  for (uint64_t key : keys) {
    Random random(key);
    const Array x = evaluated([](Expr k) { return normal(k, {500}); }, {random_key(key)});
    for (int64_t i = 0; i < x.elements(); ++i) ASSERT_EQ(x[i], random.normal()) << key << " " << i;
  }
}

TEST(Uniform, of_an_array_of_keys_has_a_stream_for_each) {
  const Array both = drawn(whole({2, 2}, {0, 7, 1, 2}), {3});
  const Array first = drawn(random_key(7), {3}), second = drawn(random_key(uint64_t{1} << 32 | 2), {3});
  EXPECT_EQ(both, Array({2, 3}, {first[0], first[1], first[2], second[0], second[1], second[2]}));
}

TEST(Uniform, takes_the_float_of_the_recording) {
  const auto f = [](Expr x, Expr key) { return x + uniform(key, {}); };
  EXPECT_EQ(trace(f, {f32(), i64({2})}).output_types()[0], f32());
}

TEST(Uniform, refuses_what_is_no_key) {
  EXPECT_EQ(error_of([](Expr k) { return uniform(k, {3}); }, {i64({3})}), "W206");
  EXPECT_EQ(error_of([](Expr k) { return uniform(k, {3}); }, {i64()}), "W206");
  EXPECT_EQ(error_of([](Expr k) { return normal(k, {3}); }, {f64({2})}), "W206");
  EXPECT_EQ(error_of([](Expr k) { return normal(k, {3}, DType::i64); }, {i64({2})}), "W206");
  EXPECT_EQ(error_of([](Expr k) { return uniform(k, {1, 1, 1, 1}); }, {i64({1, 1, 1, 1, 1, 2})}), "W202");
}

TEST(SplitKey, agrees_with_split) {
  for (uint64_t key : keys)
    for (int64_t stream : {int64_t{0}, int64_t{1}, int64_t{1} << 40, int64_t{-1}}) {
      const Array child = evaluated([&](Expr k) { return split_key(k, stream); }, {random_key(key)});
      Random random = Random(key).split(static_cast<uint64_t>(stream));
      ASSERT_EQ(drawn(child, {}).item(), random.uniform()) << key << " " << stream;
    }
}

TEST(SplitKey, makes_as_many_keys_as_there_are_streams) {
  const auto split = [](Expr k, Expr streams) { return split_key(k, streams); };
  const Array children = evaluated(split, {random_key(7), whole({2}, {0, 1})});
  const auto child = [](int64_t i) { return evaluated([=](Expr k) { return split_key(k, i); }, {random_key(7)}); };
  EXPECT_EQ(children.shape(), Shape({2, 2}));
  for (int64_t i : {0, 1})
    for (int64_t word : {0, 1}) EXPECT_EQ(children[2 * i + word], child(i)[word]);
}

TEST(SplitKey, refuses_what_is_no_key_or_no_stream) {
  const auto split = [](Expr k, Expr streams) { return split_key(k, streams); };
  EXPECT_EQ(error_of(split, {i64({3}), i64()}), "W206");
  EXPECT_EQ(error_of(split, {i64({2}), f64()}), "W206");
  EXPECT_EQ(error_of(split, {i64({3, 2}), i64({4})}), "W203");
}

TEST(Normal, has_no_derivative_to_pass_on) {
  const auto f = [](Expr x, Expr key) { return sum(x * normal(key, {3})); };
  const Array key = random_key(7), x({3}, {1, 2, 3});
  EXPECT_EQ(gradient(f, {x, key}), evaluated([](Expr k) { return normal(k, {3}); }, {key}));
}

}  // namespace
}  // namespace wengert
