// SPDX-License-Identifier: Apache-2.0
//
// Training with accumulated gradients, averaged weights, groups of layers by text, and from values of another net.
#include <gtest/gtest.h>

#include <algorithm>

#include "training_cases.h"
#include "wengert/optim/first_order.h"
#include "wengert/train/averaged_values.h"
#include "wengert/train/loop.h"
#include "wengert/train/method.h"

namespace wengert {
namespace {

TrainingState trained(const LearningTask& task, const Optimizer& optimizer, const Split& data,
                      const TrainingOptions& options) {
  TrainingState state = initial_state(task, optimizer, options.key, data.train.x.dtype());
  train(task, optimizer, data, options, state);
  return state;
}

double largest_difference(const std::vector<Array>& a, const std::vector<Array>& b) {
  double most = 0;
  for (size_t k = 0; k < a.size(); ++k)
    for (int64_t i = 0; i < a[k].elements(); ++i) most = std::max(most, std::abs(a[k][i] - b[k][i]));
  return most;
}

/// Normalised and with dropout: statistics to gather, keys to take.
const LearningTask& normalised_net() {
  static const LearningTask task =
      make_task({.input = "2", .layers = {{"16"}, {"batch_norm tanh"}, {"dropout 0.1"}, {"2 softmax"}}}, true);
  return task;
}

TEST(Accumulation, of_small_batches_is_one_large_batch) {
  const Split data{two_moons(70, DType::f64), {}};
  const auto large = trained(small_net(), adam(), data, {.batch = 32, .epochs = 3, .rate = 0.01});
  const auto small = trained(small_net(), adam(), data, {.batch = 8, .accumulate = 4, .epochs = 3, .rate = 0.01});
  EXPECT_LT(largest_difference(large.parameters, small.parameters), 1e-12);
  EXPECT_NEAR(large.reports.back().train.loss, small.reports.back().train.loss, 1e-12);
  EXPECT_DOUBLE_EQ(large.reports.back().train.score, small.reports.back().train.score);
}

TEST(Accumulation, gathers_statistics_batch_by_batch_and_draws_other_numbers_for_each) {
  const Split data{two_moons(64), two_moons(64, DType::f32, 2)};
  const auto state =
      trained(normalised_net(), adam(), data, {.batch = 16, .accumulate = 2, .epochs = 40, .rate = 0.02});
  EXPECT_LT(state.reports.back().test->loss, 0.5 * state.reports.front().test->loss);
  const Array& mean = state.parameters[normalised_net().net.parameters.size()];
  EXPECT_NE(mean,
            initial_state(normalised_net(), adam(), 1, DType::f32).parameters[normalised_net().net.parameters.size()]);
}

TEST(Accumulation, keeps_the_state_where_a_loss_is_infinite) {
  Dataset points = line(20, 1);
  points.y.mutable_values<float>()[13] = 3e30F;
  const LearningTask task = make_task({.input = "1", .layers = {{"1"}}}, false);
  TrainingState state = initial_state(task, sgd(), 1, DType::f32);
  const auto start = state.parameters;
  EXPECT_THROW(train(task, sgd(), {points, {}}, {.batch = 5, .accumulate = 4, .epochs = 1}, state), DomainError);
  EXPECT_EQ(state.parameters, start);
}

TEST(Averages, are_what_is_tested_and_kept) {
  const Split data{two_moons(60, DType::f32, 1), {}, two_moons(40, DType::f32, 2)};
  const Optimizer optimizer = with_methods(adam(), {.average = "0.9"}, small_net().net);
  const auto state = trained(small_net(), optimizer, data, {.batch = 20, .epochs = 4, .rate = 0.02});
  const size_t count = small_net().net.parameters.size();
  const std::vector<Array> averages(state.optimizer.end() - static_cast<std::ptrdiff_t>(count), state.optimizer.end());
  EXPECT_EQ(state.averaged, averages);
  EXPECT_NE(state.averaged, state.parameters);
  EXPECT_EQ(state.reports.back().validation->loss, Evaluation(small_net(), data.validation)(averages).loss);
  EXPECT_EQ(state.reports[static_cast<size_t>(state.best_epoch - 1)].validation->loss,
            Evaluation(small_net(), data.validation)(state.chosen()).loss);
}

TEST(Averages, have_statistics_of_their_own) {
  const Split data{two_moons(64), two_moons(64, DType::f32, 2)};
  const Optimizer optimizer = with_methods(adam(), {.average = "polyak"}, normalised_net().net);
  const auto state = trained(normalised_net(), optimizer, data, {.batch = 16, .epochs = 10, .rate = 0.05});
  EXPECT_NE(state.averaged.back(), state.parameters.back());
  EXPECT_EQ(state.reports.back().test->loss, Evaluation(normalised_net(), data.test)(state.chosen()).loss);
  EXPECT_GT(state.reports.back().test->score, 0.9);
}

TEST(Averages, have_statistics_that_are_means_over_batches_whatever_they_were_before) {
  const LearningTask task = make_task({.input = "2", .layers = {{"batch_norm"}, {"2 softmax"}}}, true);
  const Optimizer optimizer = with_methods(adam(), {.average = "0.9"}, task.net);
  const Split data{two_moons(64, DType::f64), {}};
  const TrainingOptions options{.batch = 16, .epochs = 1, .rate = 0};
  TrainingState state = trained(task, optimizer, data, options);
  for (size_t k = task.net.parameters.size(); k < state.parameters.size(); ++k)
    state.parameters[k] = Array::filled(state.parameters[k].type(), 100);
  const Array mean = averaged_values(task, optimizer, data.train, options, state)[task.net.parameters.size()];
  for (int64_t j = 0; j < 2; ++j) {
    double expected = 0;  // of the inputs, which are what the first layer normalises
    for (int64_t i = 0; i < 64; ++i) expected += data.train.x[i * 2 + j] / 64;
    EXPECT_NEAR(mean[j], expected, 1e-14);
  }
}

TEST(Methods, stopped_anywhere_and_gone_on_with_ends_bit_for_bit_the_same) {
  const Split data{two_moons(50, DType::f32, 1), {}, two_moons(20, DType::f32, 3)};
  const TrainingOptions options{.batch = 8, .accumulate = 2, .epochs = 3, .rate = 0.01};
  const Optimizer optimizer = with_methods(
      adam(), {.clip = "norm 0.5", .average = "0.9", .groups = {"4: rate 0.5 decay 0.01"}, .frozen = {"*.scale"}},
      normalised_net().net);
  const auto whole = trained(normalised_net(), optimizer, data, options);
  for (int stop_after = 1; stop_after <= 12; ++stop_after) {
    int steps = 0;
    TrainingState state = initial_state(normalised_net(), optimizer, options.key, DType::f32);
    train(normalised_net(), optimizer, data, options, state, {.stop = [&] { return ++steps == stop_after; }});
    train(normalised_net(), optimizer, data, options, state);
    EXPECT_EQ(state.parameters, whole.parameters) << stop_after;
    EXPECT_EQ(state.optimizer, whole.optimizer) << stop_after;
    EXPECT_EQ(state.averaged, whole.averaged) << stop_after;
    EXPECT_EQ(state.chosen(), whole.chosen()) << stop_after;
  }
}

TEST(Methods, find_layers_by_number_name_and_pattern) {
  const Net net = parse_net("4 - 8 relu as inner - relu - 6 tanh - 2 softmax");
  const auto text = [&](MethodTexts texts) { return with_methods(gradient_descent(), texts, net).text; };
  EXPECT_EQ(text({.frozen = {"1-2"}}), "gradient_descent, layer1.* rate=0");
  EXPECT_EQ(text({.frozen = {"layers 1, 3"}}), "gradient_descent, layer1.* rate=0, layer3.* rate=0");
  EXPECT_EQ(text({.frozen = {"inner"}}), "gradient_descent, layer1.* rate=0");
  EXPECT_EQ(text({.groups = {"*.bias: rate 2", "layer 4: decay 0.5"}}),
            "gradient_descent, *.bias rate=2, layer4.* rate=1 decay=0.5");
  EXPECT_EQ(text({.clip = "value 0.5", .average = "polyak 10", .frozen = {"4"}}),
            "gradient_descent, layer4.* rate=0, clip_value 0.5, polyak average start=10");
}

TEST(Accumulation, of_the_whole_set_is_one_batch_of_it_with_a_shorter_last_part) {
  const Split data{two_moons(29, DType::f64), {}};
  LearningTask task = small_net();
  task.regularizer = parse_regularizer("l2 0.01");
  const auto large = trained(task, adam(), data, {.batch = 29, .epochs = 4, .rate = 0.01});
  const auto small = trained(task, adam(), data, {.batch = 8, .accumulate = 4, .epochs = 4, .rate = 0.01});
  EXPECT_LT(largest_difference(large.parameters, small.parameters), 1e-12);
  EXPECT_NEAR(large.reports.back().train.loss, small.reports.back().train.loss, 1e-12);
}

TEST(StartingValues, are_those_of_the_layers_that_are_named) {
  const std::string path = testing::TempDir() + "/wengert-start.safetensors";
  const LearningTask old_task = make_task(parse_net("2-5 tanh-4 softmax").description, true);
  const auto old_values = old_task.net.initial_parameters(7, DType::f32);
  write_model(path, {old_task, old_values});
  const Net net = parse_net("2-5 tanh-3 softmax");
  const auto values = starting_values(net, read_start(path, "1"), 1, DType::f64);
  EXPECT_EQ(values[0], old_values[0].as(DType::f64));
  EXPECT_EQ(values[1], old_values[1].as(DType::f64));
  EXPECT_EQ(values[2], net.initial_parameters(1, DType::f64)[2]);
  EXPECT_EQ(starting_values(old_task.net, read_start(path), 1, DType::f32), old_values);
  std::remove(path.c_str());
}

}  // namespace
}  // namespace wengert
