// SPDX-License-Identifier: Apache-2.0
//
// Random numbers: the published Threefry vectors, and what a stream of numbers promises.
#include "wengert/base/random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wengert {
namespace {

using Words = std::pair<uint64_t, uint64_t>;

// Random123 1.09, kat_vectors, threefry2x32 with 20 rounds.
TEST(Threefry, agrees_with_the_published_vectors) {
  EXPECT_EQ(threefry2x32<uint64_t>(0, 0, 0, 0), Words(0x6b200159, 0x99ba4efe));
  EXPECT_EQ(threefry2x32<uint64_t>(0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff), Words(0x1cb996fc, 0xbb002be7));
  EXPECT_EQ(threefry2x32<uint64_t>(0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3), Words(0xc4923a9c, 0x483df7a0));
}

TEST(Threefry, is_the_same_for_signed_64_bit_operands) {
  const auto [x0, x1] = threefry2x32<int64_t>(0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3);
  EXPECT_EQ(x0, 0xc4923a9c);
  EXPECT_EQ(x1, 0x483df7a0);
}

TEST(Random, gives_the_same_number_for_the_same_key_and_counter) {
  Random from_start(7);
  for (int i = 0; i < 5; ++i) from_start.bits();
  Random from_five(7, 5);
  EXPECT_EQ(from_start.bits(), from_five.bits());
  EXPECT_NE(Random(7).bits(), Random(8).bits());
}

TEST(Random, copies_do_not_disturb_each_other) {
  Random a(1);
  Random b = a;
  const uint64_t first = b.bits();
  b.bits();
  EXPECT_EQ(a.bits(), first);
}

TEST(Random, split_streams_differ_from_their_parent_and_from_each_other) {
  const Random parent(42);
  Random self = parent, left = parent.split(0), right = parent.split(1), again = parent.split(0);
  const uint64_t x = left.bits();
  EXPECT_NE(x, self.bits());
  EXPECT_NE(x, right.bits());
  EXPECT_EQ(x, again.bits());
}

TEST(Random, uniform_lies_in_its_interval_with_the_right_mean_and_variance) {
  Random random(3);
  const int n = 100000;
  double sum = 0, squares = 0;
  for (int i = 0; i < n; ++i) {
    const double u = random.uniform();
    ASSERT_GE(u, 0);
    ASSERT_LT(u, 1);
    sum += u;
    squares += u * u;
  }
  EXPECT_NEAR(sum / n, 0.5, 5e-3);  // standard error 0.9e-3
  EXPECT_NEAR(squares / n, 1.0 / 3, 5e-3);
  const double shifted = random.uniform(-3, -2);
  EXPECT_GE(shifted, -3);
  EXPECT_LT(shifted, -2);
}

TEST(Random, normal_has_the_first_four_moments_of_the_standard_normal) {
  Random random(4);
  const int n = 200000;
  double m1 = 0, m2 = 0, m3 = 0, m4 = 0;
  for (int i = 0; i < n; ++i) {
    const double x = random.normal();
    m1 += x, m2 += x * x, m3 += x * x * x, m4 += x * x * x * x;
  }
  EXPECT_NEAR(m1 / n, 0, 0.012);  // five standard errors each: sqrt(1, 2, 15, 96) / sqrt(n)
  EXPECT_NEAR(m2 / n, 1, 0.016);
  EXPECT_NEAR(m3 / n, 0, 0.045);
  EXPECT_NEAR(m4 / n, 3, 0.11);
}

TEST(Random, below_reaches_every_number_equally_often) {
  Random random(5);
  std::array<int, 7> counts{};
  for (int i = 0; i < 70000; ++i) ++counts[random.below(7)];
  EXPECT_THAT(counts, testing::Each(testing::AllOf(testing::Gt(9500), testing::Lt(10500))));
  EXPECT_EQ(random.below(1), 0u);
}

}  // namespace
}  // namespace wengert
