// SPDX-License-Identifier: Apache-2.0
//
// The two halves of a training step: together they are the whole, and parts of a batch add up to it.
#include "wengert/train/task.h"

#include <gtest/gtest.h>

#include "training_cases.h"
#include "wengert/exec/interpreter.h"
#include "wengert/optim/transforms.h"
#include "wengert/primitives/control.h"
#include "wengert/train/loop.h"

namespace wengert {
namespace {

using Arrays = std::vector<Array>;

LearningTask normalised_net() {
  return make_task({.input = "2", .layers = {{"8"}, {"batch_norm"}, {"tanh"}, {"2 softmax"}}, .regularize = "l2 0.01"},
                   true);
}

Arrays joined(std::initializer_list<Arrays> lists) {
  Arrays all;
  for (const Arrays& list : lists) all.insert(all.end(), list.begin(), list.end());
  return all;
}

Dataset rows(const Dataset& data, int64_t first, int64_t count) {
  std::vector<int64_t> numbers;
  for (int64_t k = 0; k < count; ++k) numbers.push_back(first + k);
  return data.rows(numbers);
}

Arrays part_of_gradient(const LearningTask& task, const Arrays& parameters, const Dataset& part, double share) {
  return evaluate(gradient_step(task, batch_type(part, part.count())),
                  joined({parameters, {part.x, part.y, Array(share)}}));
}

void expect_near(const Arrays& left, const Arrays& right, double tolerance) {
  ASSERT_EQ(left.size(), right.size());
  for (size_t k = 0; k < left.size(); ++k)
    for (int64_t i = 0; i < left[k].elements(); ++i) EXPECT_NEAR(left[k][i], right[k][i], tolerance) << k << " " << i;
}

size_t scans(const Program& p) {
  size_t count = 0;
  for (uint32_t i = 0; i < p.size(); ++i) count += &p.primitive(ValueId{i}) == &scan_p;
  return count;
}

TEST(TrainingStep, and_its_gradient_go_over_a_sequence_once_forwards_and_once_back) {
  const LearningTask task = make_task({.input = "6 tokens", .layers = {{"embedding 4 3"}, {"lstm 5"}, {"4"}}}, true);
  const Dataset texts{.x = Array(f32({4, 6})), .y = Array(i64({4, 6})), .classes = 4};
  EXPECT_EQ(scans(gradient_step(task, batch_type(texts, 4))), 2U);
  EXPECT_EQ(scans(training_step(task, parse_optimizer("adam"), batch_type(texts, 4))), 2U);
}

TEST(TrainingStep, is_its_gradient_and_then_its_update) {
  const Dataset data = two_moons(12, DType::f64);
  const LearningTask task = normalised_net();
  const Optimizer adam = clip_norm(parse_optimizer("adam"), 0.5);
  const TrainingState state = initial_state(task, adam, 1, DType::f64);
  const size_t count = task.net.parameters.size(), statistics = task.net.statistics.size();
  const Array rate(0.1), update(1.0);
  const Arrays whole = evaluate(training_step(task, adam, batch_type(data, 12)),
                                joined({state.parameters, state.optimizer, {data.x, data.y, rate, update}}));
  const Arrays first = part_of_gradient(task, state.parameters, data, 1);
  const Arrays parameters(state.parameters.begin(), state.parameters.begin() + static_cast<std::ptrdiff_t>(count));
  const Arrays gradients(first.begin(), first.begin() + static_cast<std::ptrdiff_t>(count));
  const Arrays second =
      evaluate(update_step(task, adam, DType::f64), joined({parameters, state.optimizer, gradients, {rate, update}}));
  Arrays halves(second);
  halves.insert(halves.begin() + static_cast<std::ptrdiff_t>(count), first.begin() + static_cast<std::ptrdiff_t>(count),
                first.begin() + static_cast<std::ptrdiff_t>(count + statistics));
  halves.insert(halves.end(), first.end() - 2, first.end());
  expect_near(halves, whole, 1e-13);
}

TEST(TrainingStep, adds_up_from_parts_of_its_batch) {
  const Dataset data = two_moons(12, DType::f64);
  LearningTask task = small_net();
  task.regularizer = parse_regularizer("l2 0.01");
  const Arrays parameters = task.net.initial_parameters(3, DType::f64);
  const Arrays whole = part_of_gradient(task, parameters, data, 1);
  Arrays sum = part_of_gradient(task, parameters, rows(data, 0, 5), 5.0 / 12);
  const Arrays rest = part_of_gradient(task, parameters, rows(data, 5, 7), 7.0 / 12);
  for (size_t k = 0; k < sum.size(); ++k)
    for (size_t i = 0; i < sum[k].mutable_values<double>().size(); ++i)
      sum[k].mutable_values<double>()[i] += rest[k].values<double>()[i];
  expect_near(sum, whole, 1e-14);
}

TEST(TrainingStep, leaves_statistics_of_a_part_as_they_are_after_it) {
  const Dataset data = two_moons(12, DType::f64);
  const LearningTask task = normalised_net();
  const Arrays values = task.net.initial_parameters(3, DType::f64);
  const Arrays whole = part_of_gradient(task, values, data, 1), half = part_of_gradient(task, values, data, 0.5);
  const size_t first = task.net.parameters.size();
  for (size_t k = 0; k < task.net.statistics.size(); ++k) EXPECT_EQ(half[first + k], whole[first + k]);
  EXPECT_DOUBLE_EQ(half[whole.size() - 2].item(), 0.5 * whole[whole.size() - 2].item()) << "the loss";
}

}  // namespace
}  // namespace wengert
