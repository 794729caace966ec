// SPDX-License-Identifier: Apache-2.0
//
// What normalization and dropout promise beyond their formulas, which layers_test.cpp checks.
#include <gtest/gtest.h>

#include <cmath>

#include "derivative_checks.h"
#include "wengert/ad/derivatives.h"
#include "wengert/exec/interpreter.h"
#include "wengert/nn/dropout.h"
#include "wengert/nn/normalization.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

/// x normalized by `layer`, with scale 1 and bias 0 for each of `features`.
template <class Layer> Array normalized(const Array& x, Layer layer, int64_t features) {
  const Array scale = Array::filled(f64({features}), 1), bias(f64({features}));
  return evaluate(trace([&](Expr v) { return layer(v, constant(scale), constant(bias)); }, {x.type()}), {x})[0];
}

TEST(Normalization, a_single_group_takes_all_channels_and_positions_as_many_groups_one_channel) {
  const Array x({1, 2, 2}, {1, 10, 3, 30});
  const Array one_group = normalized(
      x, [](Expr v, Expr s, Expr b) { return group_norm(v, s, b, 1, 1e-12); }, 2);
  const Array own_groups = normalized(
      x, [](Expr v, Expr s, Expr b) { return group_norm(v, s, b, 2, 1e-12); }, 2);
  const double deviation = std::sqrt((100 + 1 + 64 + 361) / 4.0);  // about the mean 11
  EXPECT_TRUE(all_close(flat({{one_group}}), {-10 / deviation, -1 / deviation, -8 / deviation, 19 / deviation}, 1e-11));
  EXPECT_TRUE(all_close(flat({{own_groups}}), {-1, -1, 1, 1}, 1e-11));
}

TEST(Normalization, statistics_move_by_the_momentum_to_the_unbiased_variance) {
  const Array x({3, 1}, {1, 2, 6});
  const Program p = trace(
      [&](Expr v, Expr mean, Expr variance) {
        const Array scale({1}, {1}), bias({1}, {0});
        const auto result = batch_norm_training(v, constant(scale), constant(bias), {mean, variance}, 0.1);
        return std::pair(result.running.mean, result.running.variance);
      },
      {x.type(), f64({1}), f64({1})});
  const auto running = evaluate(p, {x, Array({1}, {10}), Array({1}, {20})});
  EXPECT_NEAR(running[0].item(), 0.9 * 10 + 0.1 * 3, 1e-15);
  EXPECT_NEAR(running[1].item(), 0.9 * 20 + 0.1 * 14 / 2, 1e-14);
}

TEST(Normalization, with_the_batchs_own_statistics_use_is_training) {
  const Array x({4, 1}, {1, 2, 6, -3});
  const auto training = [](Expr v, Expr s, Expr b) { return batch_norm_training(v, s, b, {b, s}).values; };
  const auto use = [&](Expr v, Expr s, Expr b) {
    return batch_norm(v, s, b, {constant(Array({1}, {1.5})), constant(Array({1}, {41.0 / 4}))});
  };
  EXPECT_TRUE(all_close({normalized(x, training, 1)}, {normalized(x, use, 1)}, 1e-14));
}

TEST(Dropout, drops_that_share_and_scales_the_rest) {
  const Program p = trace([](Expr x, Expr key) { return dropout(x, 0.2, key); }, {f64({10000}), i64({2})});
  const Array y = evaluate(p, {Array::filled(f64({10000}), 2), random_key(3)})[0];
  int64_t dropped = 0;
  for (int64_t k = 0; k < y.elements(); ++k) {
    dropped += y[k] == 0;
    EXPECT_TRUE(y[k] == 0 || y[k] == 2.5);
  }
  EXPECT_NEAR(static_cast<double>(dropped), 2000, 160) << "4 standard deviations";
}

TEST(Dropout, is_a_function_of_the_key_and_its_pullback_drops_the_same) {
  const Program p = trace([](Expr x, Expr key) { return dropout(x, 0.5, key); }, {f64({64}), i64({2})});
  const Array ones = Array::filled(f64({64}), 1);
  const Array y = evaluate(p, {ones, random_key(1)})[0];
  EXPECT_EQ(evaluate(p, {ones, random_key(1)})[0], y);
  EXPECT_NE(evaluate(p, {ones, random_key(2)})[0], y);
  EXPECT_EQ(cotangents(p, {ones, random_key(1)}, {ones})[0], y);
}

TEST(Dropout, a_rate_of_zero_is_the_identity) {
  const Program p = trace([](Expr x, Expr key) { return dropout(x, 0, key); }, {f64({3}), i64({2})});
  EXPECT_EQ(p.size(), 2u);
}

TEST(Embedding, a_token_without_a_row_is_nan_and_not_a_neighbour) {
  const int64_t tokens[] = {1, 2, -1};
  const Program p = trace([](Expr table, Expr t) { return embedding(table, t); }, {f64({2, 1}), i64({3})});
  const Array y = evaluate(p, {Array({2, 1}, {5, 6}), Array::of<int64_t>({3}, tokens)})[0];
  EXPECT_EQ(y[0], 6);
  EXPECT_TRUE(std::isnan(y[1]) && std::isnan(y[2]));
}

}  // namespace
}  // namespace wengert
