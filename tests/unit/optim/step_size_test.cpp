// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

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

TEST(Schedule, phases_of_a_chain_follow_one_another_each_with_its_own_time) {  // step k is at epoch (k - 1) / 4
  const char* text = "linear floor=0.5 for 8, constant scaled 0.25 for 4, cosine scaled 0.5";
  EXPECT_EQ(factor(text, 1), 1);
  EXPECT_EQ(factor(text, 17), 0.75) << "half of 8 epochs";
  EXPECT_EQ(factor(text, 33), 0.25);
  EXPECT_EQ(factor(text, 48), 0.25);
  EXPECT_EQ(factor(text, 49), 0.5);
  EXPECT_NEAR(factor(text, 65), 0.25, 1e-15) << "half of the remaining 8 epochs";
  EXPECT_NEAR(factor("cosine for 10, cosine", 40), (1 + std::cos(0.975 * std::numbers::pi)) / 2, 1e-15);
  EXPECT_EQ(factor("cosine for 10, cosine", 41), 1) << "a warm restart";
  EXPECT_NEAR(factor("cosine for 10, cosine", 61), 0.5, 1e-15);
}

TEST(Schedule, the_warm_up_of_a_chain_comes_before_its_phases) {
  const char* text = "constant warmup=2 for 4, constant scaled 0.5";
  for (int64_t k = 1; k <= 8; ++k) EXPECT_EQ(factor(text, k), static_cast<double>(k) / 8);
  EXPECT_EQ(factor(text, 24), 1);
  EXPECT_EQ(factor(text, 25), 0.5);
}

TEST(Schedule, chains_are_kept_in_canonical_form) {
  EXPECT_EQ(parse_schedule("linear floor 0.5 for 10,step 0.5 every 2  scaled 0.5 for 2e1 , cosine").text,
            "linear floor=0.5 for 10, step 0.5 2 scaled 0.5 for 20, cosine");
  EXPECT_EQ(parse_schedule("constant scaled 0.5").factor({1, 10, 1}), 0.5) << "a chain of one";
  EXPECT_TRUE(parse_schedule("constant for 2, cosine").looks_ahead);
  EXPECT_FALSE(parse_schedule("cosine for 2, constant scaled 0.1").looks_ahead);
}

TEST(Schedule, texts_are_kept_in_canonical_form) {
  EXPECT_EQ(parse_schedule("step 0.5 every 10").text, "step 0.5 10");
  EXPECT_EQ(parse_schedule("cosine floor 0 warmup=5").text, "cosine warmup=5");
  EXPECT_EQ(Schedule{}.factor({5, 10, 1}), 1);
}

}  // namespace
}  // namespace wengert
