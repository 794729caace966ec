// SPDX-License-Identifier: Apache-2.0
#include "wengert/train/updates.h"

#include <algorithm>
#include <cmath>

#include "wengert/primitives/sample.h"

namespace wengert {
namespace {

constexpr uint64_t randomness = 0x64726f70;  // a stream apart from those of starting values
constexpr double expected_runs = 2000;       // a constant: see Batches

/// The Program that every batch is run through.
Batches::MakeProgram program_of_batches(const LearningTask& task, const Optimizer& optimizer, bool accumulates) {
  if (accumulates) return [&task](const BatchType& type) { return gradient_sums(task, type); };
  return [&task, &optimizer](const BatchType& type) { return training_step(task, optimizer, type); };
}

std::unique_ptr<Executable> compiled_apply(const LearningTask& task, const Optimizer& optimizer, DType dtype,
                                           CompileOptions options) {
  options.expected_runs = expected_runs;
  options.most_wall_s = HUGE_VAL;
  return compile(apply_sums(task, optimizer, dtype), options);
}

void add_views(const std::vector<Array>& arrays, std::vector<ConstView>& to) {
  for (const Array& a : arrays) to.push_back(a.view());
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
      keys_(Random(options.key).split(randomness)),
      batches_(train, program_of_batches(task, optimizer, options.accumulate > 1), expected_runs, options.compile),
      make_apply_([&, dtype = train.x.dtype()] { return compiled_apply(task, optimizer, dtype, options.compile); }) {
  if (!options.augment.changes()) return;
  const auto change = [&options](int64_t epoch, std::span<const int64_t> numbers, Array& x) {
    augment(options.augment, options.key, epoch, numbers, x);
  };
  prepared_.emplace(train, change, options.prefetch);
}

void Updates::begin_epoch(std::span<const int64_t> order, int64_t epoch) {
  if (prepared_) prepared_->begin({order.begin(), order.end()}, options_.batch, epoch);
}

const Executable& Updates::gathered(std::span<const int64_t> numbers) {
  if (!prepared_) return batches_.gathered(numbers, inputs_);
  const PreparedBatches::Batch& batch = prepared_->next();
  inputs_.insert(inputs_.end(), {batch.x.view(), batch.y.view()});
  return batches_.executable(static_cast<int64_t>(numbers.size()));
}

Measure Updates::operator()(TrainingState& state, std::span<const int64_t> numbers, double rate, int64_t update) {
  scalars_.clear();
  inputs_.clear();
  outputs_.clear();
  if (next_.empty())
    for (const Array* a : arrays_of(state)) next_.emplace_back(a->type());
  return options_.accumulate > 1 ? accumulated(state, numbers, rate, update)
                                 : in_one_step(state, numbers, rate, update);
}

ConstView Updates::scalar(double value) {
  if (scalars_.capacity() == 0) scalars_.reserve(8);  // views have to stay valid
  return scalars_.emplace_back(Array::filled({train_.x.dtype(), {}}, value)).view();
}

void Updates::add_key(int64_t batch_number) {
  if (!random_) return;
  inputs_.push_back(scalars_.emplace_back(random_key(keys_.split(static_cast<uint64_t>(batch_number)).bits())).view());
}

Measure Updates::in_one_step(TrainingState& state, std::span<const int64_t> numbers, double rate, int64_t update) {
  const auto learned = arrays_of(state);
  Array loss({train_.x.dtype(), {}}), score({train_.x.dtype(), {}});
  for (const Array* a : learned) inputs_.push_back(a->view());
  const Executable& step = gathered(numbers);
  inputs_.push_back(scalar(rate));
  inputs_.push_back(scalar(static_cast<double>(update)));
  add_key(update);
  for (Array& a : next_) outputs_.push_back(a.mutable_view());
  outputs_.push_back(loss.mutable_view());
  outputs_.push_back(score.mutable_view());
  step.run(inputs_, outputs_);
  const Measure result{loss.item(), score.item()};
  if (std::isfinite(result.loss))
    for (size_t k = 0; k < learned.size(); ++k) std::swap(*learned[k], next_[k]);
  return result;
}

Measure Updates::accumulated(TrainingState& state, std::span<const int64_t> numbers, double rate, int64_t update) {
  sums_.clear();
  for (size_t k = 0; k < learned_; ++k) sums_.emplace_back(state.parameters[k].type());
  sums_.insert(sums_.end(), state.parameters.begin() + static_cast<std::ptrdiff_t>(learned_), state.parameters.end());
  if (next_sums_.empty())
    for (const Array& a : sums_) next_sums_.emplace_back(a.type());
  Measure all;
  const auto batch = static_cast<size_t>(options_.batch);
  for (size_t at = 0, k = 0; at < numbers.size(); at += batch, ++k) {
    const auto part = numbers.subspan(at, std::min(batch, numbers.size() - at));
    const Measure one = add_gradients(state, part, (update - 1) * options_.accumulate + static_cast<int64_t>(k) + 1);
    all.loss += one.loss * static_cast<double>(part.size());
    all.score += one.score;
    if (!std::isfinite(one.loss)) return {one.loss, one.score};
  }
  const auto examples = static_cast<double>(numbers.size());
  apply_sums(state, examples, rate, update);
  return {all.loss / examples, all.score};
}

Measure Updates::add_gradients(const TrainingState& state, std::span<const int64_t> numbers, int64_t batch_number) {
  const auto learned = static_cast<std::ptrdiff_t>(learned_);
  Array loss({train_.x.dtype(), {}}), score({train_.x.dtype(), {}});
  scalars_.clear();
  inputs_.clear();
  outputs_.clear();
  for (size_t k = 0; k < learned_; ++k) inputs_.push_back(state.parameters[k].view());
  add_views({sums_.begin() + learned, sums_.end()}, inputs_);
  add_views({sums_.begin(), sums_.begin() + learned}, inputs_);
  const Executable& step = gathered(numbers);
  add_key(batch_number);
  for (Array& a : next_sums_) outputs_.push_back(a.mutable_view());
  outputs_.push_back(loss.mutable_view());
  outputs_.push_back(score.mutable_view());
  step.run(inputs_, outputs_);
  std::swap(sums_, next_sums_);
  return {loss.item(), score.item()};
}

void Updates::apply_sums(TrainingState& state, double examples, double rate, int64_t update) {
  if (!apply_) apply_ = make_apply_();
  scalars_.clear();
  inputs_.clear();
  outputs_.clear();
  const size_t all = state.parameters.size();
  for (size_t k = 0; k < learned_; ++k) inputs_.push_back(state.parameters[k].view());
  add_views(state.optimizer, inputs_);
  for (size_t k = 0; k < learned_; ++k) inputs_.push_back(sums_[k].view());
  for (const double value : {examples, rate, static_cast<double>(update)}) inputs_.push_back(scalar(value));
  for (size_t k = 0; k < next_.size(); ++k)
    if (k < learned_ || k >= all) outputs_.push_back(next_[k].mutable_view());
  apply_->run(inputs_, outputs_);
  for (size_t k = learned_; k < all; ++k) std::swap(next_[k], sums_[k]);  // statistics
  const auto arrays = arrays_of(state);
  for (size_t k = 0; k < arrays.size(); ++k) std::swap(*arrays[k], next_[k]);
}

}  // namespace wengert
