// SPDX-License-Identifier: Apache-2.0
//
// The loop with optimizers made of optimizers, and with a net of layers that no text describes.
#include <gtest/gtest.h>

#include "training_cases.h"
#include "wengert/nn/recurrent.h"
#include "wengert/optim/first_order.h"
#include "wengert/optim/transforms.h"
#include "wengert/primitives/rearrange.h"
#include "wengert/train/loop.h"

namespace wengert {
namespace {

const TrainingOptions options{.batch = 20, .epochs = 3, .rate = 0.02};

TEST(TransformedTraining, frozen_layers_keep_their_bits_and_the_others_learn) {
  const Split data{two_moons(100), {}};
  const Optimizer optimizer = averaged(clip_norm(grouped(adam(), {{"layer1.*", 0}}), 1));
  TrainingState state = initial_state(small_net(), optimizer, 1, DType::f32);
  const auto start = state.parameters;
  train(small_net(), optimizer, data, options, state);
  EXPECT_EQ(state.parameters[0], start[0]);
  EXPECT_EQ(state.parameters[1], start[1]);
  EXPECT_NE(state.parameters[2], start[2]);
  EXPECT_LT(state.reports.back().train.loss, state.reports.front().train.loss);
}

TEST(TransformedTraining, clipping_bounds_what_one_update_does) {
  const Split data{two_moons(20, DType::f64), {}};
  const Optimizer optimizer = clip_norm(gradient_descent(), 1e-3);
  TrainingState state = initial_state(small_net(), optimizer, 1, DType::f64);
  const auto start = state.parameters;
  train(small_net(), optimizer, data, {.batch = 20, .epochs = 1, .rate = 1}, state);
  double squares = 0;
  for (size_t k = 0; k < start.size(); ++k)
    for (int64_t i = 0; i < start[k].elements(); ++i) squares += std::pow(state.parameters[k][i] - start[k][i], 2);
  EXPECT_NEAR(std::sqrt(squares), 1e-3, 1e-12);
}

/// Reads the two coordinates of a point one after the other.
Net lstm_net() {
  Net net{.text = "lstm", .inputs = 2, .outputs = 2, .link = Link::softmax};
  net.parameters = {{"lstm.input", {1, 32}, xavier_uniform()},
                    {"lstm.hidden", {8, 32}, orthogonal_initializer()},
                    {"lstm.bias", {32}, zeros_initializer(), ParameterKind::bias},
                    {"out.weight", {8, 2}, xavier_uniform()},
                    {"out.bias", {2}, zeros_initializer(), ParameterKind::bias}};
  net.apply = [](std::span<const Expr> p, Expr x) {
    const Expr sequence = reshape(transpose(x), {2, x.shape()[0], 1});
    return dense(lstm(sequence, {p[0], p[1], p[2]}).last.hidden, p[3], p[4]);
  };
  return net;
}

TEST(TransformedTraining, a_recurrent_net_learns) {
  const Split data{two_moons(100), {}};
  const LearningTask task{lstm_net(), parse_loss("cross_entropy", Link::softmax)};
  TrainingState state = initial_state(task, adam(), 1, DType::f32);
  train(task, adam(), data, {.batch = 20, .epochs = 20, .rate = 0.03}, state);
  EXPECT_GT(state.reports.back().train.score, 0.85);
}

}  // namespace
}  // namespace wengert
