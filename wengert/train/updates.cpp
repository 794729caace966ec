// SPDX-License-Identifier: Apache-2.0
#include "wengert/train/updates.h"

#include <algorithm>
#include <cmath>

#include "wengert/primitives/sample.h"

namespace wengert {
namespace {

/// The Program that every batch is run through.
Batches batches_of(const LearningTask& task, const Optimizer& optimizer, const Dataset& train, const TrainingOptions& options) {
  if (options.accumulate > 1) return gradient_batches(task, train, options);
  return step_batches(train, [&](const BatchType& type) { return training_step(task, optimizer, type); }, options);
}

std::vector<Array*> arrays_of(TrainingState& state) {
  std::vector<Array*> all;
  for (auto* arrays : {&state.parameters, &state.optimizer})
    for (Array& a : *arrays) all.push_back(&a);
  return all;
}

}  // namespace

Updates::Updates(const LearningTask& task, const Optimizer& optimizer, const Dataset& train,
                 const TrainingOptions& options)
    : train_(train), options_(options), learned_(task.net.parameters.size()), random_(task.net.is_random),
      keys_(update_keys(options)), batches_(batches_of(task, optimizer, train, options)) {
  if (options.accumulate > 1) apply_.emplace(task, optimizer, train.x.dtype(), options);
  if (!options.augment.changes()) return;
  const auto change = [&options](int64_t epoch, std::span<const int64_t> numbers, Array& x) {
    augment(options.augment, options.key, epoch, numbers, x);
  };
  prepared_.emplace(train, change, options.prefetch);
}

void Updates::begin_epoch(std::span<const int64_t> order, int64_t epoch) {
  if (prepared_) prepared_->begin({order.begin(), order.end()}, options_.batch, epoch);
}

const Executable& Updates::gathered(std::span<const int64_t> numbers, std::vector<ConstView>& inputs) {
  if (!prepared_) return batches_.gathered(numbers, inputs);
  const PreparedBatches::Batch& batch = prepared_->next();
  inputs.insert(inputs.end(), {batch.x.view(), batch.y.view()});
  return batches_.executable(static_cast<int64_t>(numbers.size()));
}

Measure Updates::operator()(TrainingState& state, std::span<const int64_t> numbers, double rate, int64_t update) {
  return apply_ ? accumulated(state, numbers, rate, update) : in_one_step(state, numbers, rate, update);
}

Measure Updates::in_one_step(TrainingState& state, std::span<const int64_t> numbers, double rate, int64_t update) {
  const auto learned = arrays_of(state);
  const Type scalar{train_.x.dtype(), {}};
  Array loss(scalar), score(scalar);
  const Array scalars[] = {Array::filled(scalar, rate), Array::filled(scalar, static_cast<double>(update))};
  const Array key = random_key(keys_.split(static_cast<uint64_t>(update)).bits());
  if (next_.empty())
    for (const Array* a : learned) next_.emplace_back(a->type());
  std::vector<ConstView> inputs;
  std::vector<View> outputs;
  for (const Array* a : learned) inputs.push_back(a->view());
  const Executable& step = gathered(numbers, inputs);
  for (const Array& a : scalars) inputs.push_back(a.view());
  if (random_) inputs.push_back(key.view());
  for (Array& a : next_) outputs.push_back(a.mutable_view());
  outputs.push_back(loss.mutable_view());
  outputs.push_back(score.mutable_view());
  step.run(inputs, outputs);
  const Measure result{loss.item(), score.item()};
  if (std::isfinite(result.loss))
    for (size_t k = 0; k < learned.size(); ++k) std::swap(*learned[k], next_[k]);
  return result;
}

Measure Updates::accumulated(TrainingState& state, std::span<const int64_t> numbers, double rate, int64_t update) {
  const auto batch = static_cast<size_t>(options_.batch);
  int64_t batch_number = (update - 1) * options_.accumulate;
  sum_.clear();
  for (size_t at = 0; at < numbers.size(); at += batch) {
    const auto part = numbers.subspan(at, std::min(batch, numbers.size() - at));
    add_gradient(state, part, static_cast<double>(part.size()) / static_cast<double>(numbers.size()), ++batch_number);
  }
  const Measure result = measure_of(sum_);
  if (std::isfinite(result.loss)) (*apply_)(state, sum_, rate, update);
  return result;
}

void Updates::add_gradient(const TrainingState& state, std::span<const int64_t> numbers, double share, int64_t batch_number) {
  const size_t values = state.parameters.size();
  const bool is_first = sum_.empty();
  std::vector<ConstView> inputs;
  for (size_t k = 0; k < values; ++k) inputs.push_back((is_first || k < learned_ ? state.parameters : sum_)[k].view());
  const Executable& step = gathered(numbers, inputs);
  UpdatePart part{.x = inputs[values], .y = inputs[values + 1], .share = share};
  if (random_) part.keys = keys_.split(static_cast<uint64_t>(batch_number));
  run_gradient_step(step, std::span(inputs).first(values), part, is_first ? sum_ : part_);
  if (is_first) return;
  for (size_t k = 0; k < sum_.size(); ++k)
    if (k >= learned_ && k < values)
      std::swap(sum_[k], part_[k]);  // statistics go on from batch to batch
    else
      add_to(sum_[k], part_[k]);
}

}  // namespace wengert
