// SPDX-License-Identifier: Apache-2.0
//
// Pictures that are changed at each showing, and batches that a second thread makes ready.
#include "wengert/train/augment.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "training_cases.h"
#include "wengert/base/error.h"
#include "wengert/optim/first_order.h"
#include "wengert/train/loop.h"
#include "wengert/train/prepared_batches.h"

namespace wengert {
namespace {

/// n pictures of 6 x 6 with a bright row or a bright column.
Dataset bars(int64_t n) {
  std::vector<double> x(static_cast<size_t>(n * 36), 0.0);
  std::vector<int64_t> labels;
  for (int64_t k = 0; k < n; ++k) {
    labels.push_back(k % 2);
    for (int64_t j = 0; j < 6; ++j)
      x[static_cast<size_t>(k * 36 + (k % 2 ? 6 * j + 2 + k % 3 : 6 * (2 + k % 3) + j))] = 1;
  }
  return {.x = Array({n, 36}, x).as(DType::f32), .y = Array::of<int64_t>({n}, labels), .classes = 2};
}

Augmentation with(std::string_view text, Shape shape = {6, 6}) {
  Augmentation augmentation = parse_augmentation(text);
  augmentation.shape = shape;
  return augmentation;
}

std::vector<double> changed(const Augmentation& augmentation, std::vector<double> numbers, int64_t epoch = 1,
                            int64_t example = 0) {
  Array x({1, static_cast<int64_t>(numbers.size())}, numbers);
  augment(augmentation, 7, epoch, std::vector{example}, x);
  const auto values = x.values<double>();
  return {values.begin(), values.end()};
}

std::vector<double> ramp(size_t n) {
  std::vector<double> numbers(n);
  std::iota(numbers.begin(), numbers.end(), 0.0);
  return numbers;
}

TEST(Augmentation, has_a_text) {
  const Augmentation all = parse_augmentation(" flip noise 0.05 scale 0.1 rotate 15 shift 2");
  EXPECT_EQ(to_string(all), "shift 2 rotate 15 scale 0.1 noise 0.05 flip");
  EXPECT_EQ(parse_augmentation(to_string(all)), all);
  EXPECT_EQ(to_string(Augmentation{}), "none");
}

TEST(Augmentation, depends_on_key_epoch_and_example_alone) {
  const Augmentation all = with("shift 1 rotate 20 scale 0.2 noise 0.1 flip");
  const auto once = changed(all, ramp(36), 3, 5);
  EXPECT_EQ(once, changed(all, ramp(36), 3, 5));
  EXPECT_NE(once, changed(all, ramp(36), 4, 5));
  EXPECT_NE(once, changed(all, ramp(36), 3, 6));
}

TEST(Augmentation, leaves_flat_pictures_as_they_are_but_for_noise) {
  const std::vector<double> flat(36, 0.5);
  for (int64_t k = 0; k < 20; ++k)
    for (const double value : changed(with("shift 3 rotate 90 scale 0.5 flip"), flat, 1, k))
      EXPECT_DOUBLE_EQ(value, 0.5);
}

TEST(Augmentation, mirrors_about_half_of_the_pictures) {
  int mirrored = 0;
  for (int64_t k = 0; k < 200; ++k) {
    const auto row = changed(with("flip", {1, 3}), {1, 2, 3}, 1, k);
    if (row[0] == 3) ++mirrored;
    EXPECT_TRUE(row == (std::vector<double>{1, 2, 3}) || row == (std::vector<double>{3, 2, 1}));
  }
  EXPECT_NEAR(mirrored, 100, 30);
}

TEST(Augmentation, moves_a_ramp_by_no_more_than_was_asked_for) {
  double most = 0;
  for (int64_t k = 0; k < 100; ++k) {
    const auto moved = changed(with("shift 2", {1, 12}), ramp(12), 1, k);
    for (size_t j = 2; j < 10; ++j) most = std::max(most, std::abs(moved[j] - static_cast<double>(j)));
  }
  EXPECT_LE(most, 2.0 + 1e-12);
  EXPECT_GT(most, 1.5);
}

TEST(Augmentation, turns_about_the_centre_and_keeps_channels_apart) {
  std::vector<double> picture(5 * 5 * 2);
  for (size_t k = 0; k < 25; ++k) picture[2 * k] = k == 12 ? 1 : 0, picture[2 * k + 1] = 9;
  for (int64_t k = 0; k < 20; ++k) {
    const auto turned = changed(with("rotate 180", {5, 5, 2}), picture, 1, k);
    EXPECT_NEAR(turned[24], 1, 1e-12);
    for (size_t j = 0; j < 25; ++j) EXPECT_NEAR(turned[2 * j + 1], 9, 1e-12);
  }
}

TEST(Augmentation, adds_noise_of_the_deviation_that_was_asked_for) {
  const auto noise = changed(with("noise 0.3", {100, 100}), std::vector<double>(10000, 1.0));
  double sum = 0, squares = 0;
  for (const double value : noise) sum += value - 1, squares += (value - 1) * (value - 1);
  EXPECT_NEAR(sum / 10000, 0, 0.015);
  EXPECT_NEAR(std::sqrt(squares / 10000), 0.3, 0.01);
}

TrainingState trained(const LearningTask& task, const TrainingOptions& options, const TrainingObserver& observer = {}) {
  static const Dataset train_set = bars(50), held_out = bars(20);
  TrainingState state = initial_state(task, adam(), options.key, DType::f32);
  train(task, adam(), {train_set, held_out}, options, state, observer);
  return state;
}

const LearningTask& bar_net() {
  static const LearningTask task = make_task({.input = "36", .layers = {{"8 relu"}, {"2 softmax"}}}, true);
  return task;
}

TEST(AugmentedTraining, is_the_same_with_a_second_thread_and_without) {
  TrainingOptions options{.batch = 8, .epochs = 3, .rate = 0.01, .augment = with("shift 1 rotate 10 noise 0.1 flip")};
  const auto ahead = trained(bar_net(), options);
  options.prefetch = false;
  EXPECT_EQ(ahead.parameters, trained(bar_net(), options).parameters);
  options.accumulate = 3;
  const auto accumulated = trained(bar_net(), options);
  options.prefetch = true;
  EXPECT_EQ(accumulated.parameters, trained(bar_net(), options).parameters);
  options.augment = {};
  EXPECT_NE(accumulated.parameters, trained(bar_net(), options).parameters);
}

TEST(AugmentedTraining, stopped_anywhere_and_gone_on_with_ends_bit_for_bit_the_same) {
  static const Dataset data = bars(50);
  const TrainingOptions options{.batch = 8, .epochs = 2, .rate = 0.01, .augment = with("shift 1 rotate 10")};
  TrainingState whole = initial_state(bar_net(), adam(), 1, DType::f32);
  train(bar_net(), adam(), {data, {}}, options, whole);
  for (int stop_after = 1; stop_after <= 14; ++stop_after) {
    int steps = 0;
    TrainingState state = initial_state(bar_net(), adam(), 1, DType::f32);
    train(bar_net(), adam(), {data, {}}, options, state, {.stop = [&] { return ++steps == stop_after; }});
    train(bar_net(), adam(), {data, {}}, options, state);
    EXPECT_EQ(state.parameters, whole.parameters) << stop_after;
  }
}

TEST(AugmentedTraining, does_not_change_what_is_tested) {
  const TrainingOptions options{.batch = 8, .epochs = 1, .rate = 0, .augment = with("noise 1")};
  const auto state = trained(bar_net(), options);
  EXPECT_EQ(state.reports[0].test->loss, Evaluation(bar_net(), bars(20))(state.parameters).loss);
}

/// Each batch has its epoch added.
void add_epoch(int64_t epoch, std::span<const int64_t>, Array& x) {
  for (float& value : x.mutable_values<float>()) value += static_cast<float>(epoch);
}

TEST(PreparedBatches, come_in_order_and_can_be_given_up) {
  const Dataset data = bars(40);
  for (const bool ahead : {true, false}) {
    PreparedBatches batches(data, add_epoch, ahead);
    batches.begin({0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 2, 1);
    EXPECT_EQ(batches.next().numbers, (std::vector<int64_t>{0, 1}));
    batches.begin({5, 4, 3}, 2, 2);
    const auto& batch = batches.next();
    EXPECT_EQ(batch.numbers, (std::vector<int64_t>{5, 4}));
    EXPECT_EQ(batch.x[0], data.x[5 * 36] + 2);
    EXPECT_EQ(batch.y[1], data.y[4]);
    EXPECT_EQ(batches.next().numbers, (std::vector<int64_t>{3}));
    batches.begin({0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 1, 1);  // and end while more wait
  }
}

TEST(PreparedBatches, hand_over_what_went_wrong) {
  const Dataset data = bars(40);
  const auto fail = [](int64_t, std::span<const int64_t> numbers, Array&) {
    if (numbers[0] == 4) throw DomainError("W000", "the fifth example is bad", {}, "none");
  };
  for (const bool ahead : {true, false}) {
    PreparedBatches batches(data, fail, ahead);
    batches.begin({0, 1, 2, 3, 4, 5, 6, 7}, 2, 1);
    EXPECT_EQ(batches.next().numbers[0], 0);
    EXPECT_EQ(batches.next().numbers[0], 2);
    EXPECT_THROW(batches.next(), DomainError);
    batches.begin({0, 1}, 2, 2);
    EXPECT_EQ(batches.next().numbers[0], 0);
  }
}

}  // namespace
}  // namespace wengert
