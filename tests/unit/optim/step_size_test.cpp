// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "wengert/optim/step_size.h"

namespace wengert {
namespace {

/// The factor of a step of a training of 20 epochs of 4 steps.
double factor(const char* text, int64_t step) { return parse_schedule(text).factor({step, 80, 4}); }

TEST(Schedule, every_one_starts_at_one) {
  for (const char* text : {"constant", "step 0.5 every 10", "exponential 0.9", "inverse_time 0.1", "cosine", "linear"})
    EXPECT_EQ(factor(text, 1), 1) << text;
}

TEST(Schedule, factors_are_those_of_the_formulas) {
  EXPECT_EQ(factor("constant", 80), 1);
  EXPECT_EQ(factor("step 0.5 every 10", 40), 1);  // the last step of epoch 10
  EXPECT_EQ(factor("step 0.5 every 10", 41), 0.5);
  EXPECT_EQ(factor("step 0.5 every 5", 61), 0.125);
  EXPECT_NEAR(factor("exponential 0.9", 41), std::pow(0.9, 10), 1e-15);
  EXPECT_NEAR(factor("exponential 0.9", 2), std::pow(0.9, 0.25), 1e-15);
  EXPECT_EQ(factor("inverse_time 0.1", 41), 0.5);
  EXPECT_NEAR(factor("cosine", 41), 0.5, 1e-15);
  EXPECT_NEAR(factor("cosine", 21), (1 + std::sqrt(0.5)) / 2, 1e-15);
  EXPECT_NEAR(factor("cosine floor=0.2", 41), 0.6, 1e-15);
  EXPECT_EQ(factor("linear", 41), 0.5);
  EXPECT_EQ(factor("linear 0.5", 41), 0.75);
}

TEST(Schedule, a_warm_up_rises_linearly_and_the_rest_follows_it) {
  for (int64_t k = 1; k <= 8; ++k) EXPECT_EQ(factor("constant warmup=2", k), static_cast<double>(k) / 8);
  EXPECT_EQ(factor("constant warmup=2", 80), 1);
  EXPECT_EQ(factor("cosine warmup=2", 9), 1);
  EXPECT_NEAR(factor("cosine warmup=2", 9 + 36), 0.5, 1e-15) << "half of the remaining 18 epochs";
  EXPECT_EQ(factor("step 0.5 every 10 warmup 2", 48), 1);
  EXPECT_EQ(factor("step 0.5 every 10 warmup 2", 49), 0.5);
  EXPECT_EQ(factor("exponential 0.5 warmup 0.5", 1), 0.5);
}

TEST(Schedule, a_warm_up_longer_than_the_training_is_all_there_is) {
  for (int64_t k = 1; k <= 80; ++k) EXPECT_EQ(factor("cosine warmup=40", k), static_cast<double>(k) / 160);
}

TEST(Schedule, factors_stay_between_zero_and_one) {
  for (const char* text : {"constant warmup=3", "step 0.5 every 0.3", "exponential 0.1", "inverse_time 7",
                           "cosine warmup 19.9", "linear warmup 20"})
    for (int64_t k = 1; k <= 80; ++k) {
      EXPECT_GE(factor(text, k), 0) << text;
      EXPECT_LE(factor(text, k), 1) << text;
    }
}

TEST(Schedule, texts_are_kept_in_canonical_form) {
  EXPECT_EQ(parse_schedule("step 0.5 every 10").text, "step 0.5 10");
  EXPECT_EQ(parse_schedule("cosine floor 0 warmup=5").text, "cosine warmup=5");
  EXPECT_EQ(Schedule{}.factor({5, 10, 1}), 1);
}

}  // namespace
}  // namespace wengert
