// SPDX-License-Identifier: Apache-2.0
//
// The loop: what an update is, what an epoch sees, when training ends, and that a stop anywhere changes nothing.
#include "wengert/train/loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "training_cases.h"
#include "wengert/ad/derivatives.h"
#include "wengert/exec/interpreter.h"
#include "wengert/train/model_file.h"

namespace wengert {
namespace {

TrainingState trained(const LearningTask& task, const std::string& optimizer, const Split& data, const TrainingOptions& options,
                      const TrainingObserver& observer = {}) {
  const Optimizer o = parse_optimizer(optimizer);
  TrainingState state = initial_state(task, o, options.key, data.train.x.dtype());
  train(task, o, data, options, state, observer);
  return state;
}

TEST(TrainingLoop, an_update_of_gradient_descent_is_minus_rate_times_the_gradient) {
  const Split data{two_moons(40, DType::f64), {}};
  const LearningTask task = make_task({.input = "2", .layers = {{"3 tanh"}, {"2"}}}, true);
  const TrainingState before = initial_state(task, parse_optimizer("gradient_descent"), 1, DType::f64);
  const TrainingState after = trained(task, "gradient_descent", data, {.batch = 40, .epochs = 1, .rate = 0.5});
  const auto gradient = evaluate(grad(total_loss(task, data.train)), before.parameters);
  for (size_t k = 0; k < before.parameters.size(); ++k)
    for (int64_t i = 0; i < before.parameters[k].elements(); ++i)
      EXPECT_NEAR(after.parameters[k][i], before.parameters[k][i] - 0.5 * gradient[k][i], 1e-14);
}

TEST(TrainingLoop, the_last_batch_of_an_epoch_holds_what_is_left) {
  const Split data{two_moons(50), {}};
  int64_t steps = 0;
  const auto state = trained(small_net(), "sgd", data, {.batch = 16, .epochs = 2}, {.on_step = [&](const TrainingState&, int64_t an_epoch) {
                               ++steps;
                               EXPECT_EQ(an_epoch, 4);
                             }});
  EXPECT_EQ(steps, 8);
  EXPECT_EQ(state.reports.size(), 2U);
}

TEST(TrainingLoop, the_training_loss_is_the_mean_over_examples_of_batches_of_unequal_size) {
  const Split data{two_moons(50, DType::f64), {}};
  const auto state = trained(small_net(), "sgd", data, {.batch = 16, .epochs = 1, .rate = 0});
  TrainingState start = initial_state(small_net(), parse_optimizer("sgd"), 1, DType::f64);
  const Measure expected = Evaluation(small_net(), data.train)(start.parameters);
  EXPECT_NEAR(state.reports[0].train.loss, expected.loss, 1e-14);
  EXPECT_NEAR(state.reports[0].train.score, expected.score, 1e-14);
}

TEST(TrainingLoop, equal_keys_give_equal_weights_and_other_keys_others) {
  const Split data{two_moons(60), {}};
  const TrainingOptions options{.batch = 16, .epochs = 2};
  EXPECT_EQ(trained(small_net(), "adam", data, options).parameters, trained(small_net(), "adam", data, options).parameters);
  TrainingOptions other = options;
  other.key = 2;
  EXPECT_NE(trained(small_net(), "adam", data, options).parameters, trained(small_net(), "adam", data, other).parameters);
}

TEST(TrainingLoop, stopped_anywhere_and_gone_on_with_ends_bit_for_bit_the_same) {
  const Split data{two_moons(50, DType::f32, 1), two_moons(30, DType::f32, 2), two_moons(20, DType::f32, 3)};
  const TrainingOptions options{.batch = 16, .epochs = 3, .rate = 0.01, .schedule = parse_schedule("cosine"), .patience = 2};
  const Optimizer adam = parse_optimizer("adam");
  const auto whole = trained(small_net(), "adam", data, options);
  for (int stop_after = 1; stop_after <= 12; ++stop_after) {
    int steps = 0;
    TrainingState state = initial_state(small_net(), adam, options.key, DType::f32);
    train(small_net(), adam, data, options, state, {.stop = [&] { return ++steps == stop_after; }});
    train(small_net(), adam, data, options, state);
    EXPECT_EQ(state.parameters, whole.parameters) << stop_after;
    EXPECT_EQ(state.optimizer, whole.optimizer) << stop_after;
    EXPECT_EQ(state.chosen(), whole.chosen()) << stop_after;
    for (size_t k = 0; k < whole.reports.size(); ++k) EXPECT_EQ(state.reports[k].train.loss, whole.reports[k].train.loss) << stop_after;
  }
}

TEST(TrainingLoop, with_a_validation_set_chooses_the_epoch_of_its_least_loss_and_stops_by_patience) {
  const Split data{two_moons(20, DType::f32, 1), {}, noisy_moons(40)};
  const auto state = trained(small_net(), "adam", data, {.batch = 4, .epochs = 400, .rate = 0.05, .patience = 5});
  ASSERT_LT(state.epoch, 400);
  EXPECT_EQ(state.epoch, state.best_epoch + 5);
  const auto best = std::min_element(state.reports.begin(), state.reports.end(),
                                     [](const auto& a, const auto& b) { return a.validation->loss < b.validation->loss; });
  EXPECT_EQ(best->epoch, state.best_epoch);
  EXPECT_EQ(Evaluation(small_net(), data.validation)(state.chosen()).loss, best->validation->loss);
}

TEST(TrainingLoop, keeps_the_state_before_the_update_that_made_the_loss_infinite) {
  const Split data{two_moons(50), {}};
  const Optimizer sgd = parse_optimizer("gradient_descent");
  const LearningTask task = make_task({.input = "2", .layers = {{"8 relu"}, {"2"}}, .loss = "squared_error"}, true);
  TrainingState state = initial_state(task, sgd, 1, DType::f32);
  try {
    train(task, sgd, data, {.batch = 10, .epochs = 100, .rate = 1e4}, state);
    FAIL() << "a rate of 10^4 should diverge";
  } catch (const DomainError& error) {
    EXPECT_EQ(error.id(), "W813");
  }
  const int64_t done = state.epoch * 5 + state.step;  // updates
  ASSERT_GT(done, 0);
  int64_t updates = 0;
  TrainingState again = initial_state(task, sgd, 1, DType::f32);
  train(task, sgd, data, {.batch = 10, .epochs = 100, .rate = 1e4}, again, {.stop = [&] { return ++updates == done; }});
  EXPECT_EQ(state.parameters, again.parameters);
}

TEST(TrainingLoop, notices_an_update_that_makes_parameters_infinite_also_if_it_is_the_last) {
  const LearningTask task = make_task({.input = "1", .layers = {{"1"}}}, false);
  try {
    trained(task, "gradient_descent", {line(20, 1), {}}, {.batch = 20, .epochs = 1, .rate = 1e39});
    FAIL() << "a rate beyond f32 should diverge";
  } catch (const DomainError& error) {
    EXPECT_EQ(error.id(), "W813");
    EXPECT_EQ(error.problem().substr(0, 17), "layer1.weight[0] ") << error.what();
  }
}

TEST(TrainingLoop, refuses_a_state_behind_more_updates_than_an_epoch_has) {
  const Optimizer sgd = parse_optimizer("sgd");
  TrainingState state = initial_state(small_net(), sgd, 1, DType::f32);
  state.step = 5;
  try {
    train(small_net(), sgd, {two_moons(50), {}}, {.batch = 16, .epochs = 1}, state);
    FAIL() << "an epoch has 4 updates";
  } catch (const UsageError& error) {
    EXPECT_EQ(error.id(), "W812");
  }
  state.step = 4;  // what a failure behind the last update leaves
  train(small_net(), sgd, {two_moons(50), {}}, {.batch = 16, .epochs = 1}, state);
  EXPECT_EQ(state.epoch, 1);
}

TEST(TrainingLoop, learns_two_moons_with_every_optimizer) {
  const Split data{two_moons(200, DType::f32, 1), two_moons(200, DType::f32, 2)};
  const std::pair<const char*, double> optimizers[] = {{"gradient_descent", 0.3}, {"sgd", 0.1}, {"rumelhart", 0.1}, {"nesterov", 0.1},
                                                       {"adagrad", 0.1}, {"rmsprop", 0.01}, {"adam", 0.01}, {"adamw", 0.01}};
  for (const auto& [optimizer, rate] : optimizers) {
    const auto state = trained(small_net(), optimizer, data, {.batch = 20, .epochs = 60, .rate = rate});
    EXPECT_GE(state.reports.back().test->score, 0.95) << optimizer;
  }
}

TEST(TrainingLoop, learns_values_and_reports_their_root_mean_squared_error) {
  const Split data{line(100, 1), line(50, 2)};
  const LearningTask task = make_task({.input = "1", .layers = {{"1"}}}, false);
  const auto state = trained(task, "adam", data, {.batch = 10, .epochs = 200, .rate = 0.05});
  EXPECT_LT(state.reports.back().test->score, 1e-3);
  EXPECT_NEAR(state.parameters[0][0], 3, 1e-3);
  EXPECT_NEAR(state.parameters[1][0], -1, 1e-3);
}

}  // namespace
}  // namespace wengert
