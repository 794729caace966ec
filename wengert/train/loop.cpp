// SPDX-License-Identifier: Apache-2.0
#include "wengert/train/loop.h"

#include <cmath>
#include <fmt/format.h>

#include "wengert/base/random.h"
#include "wengert/primitives/sample.h"
#include "wengert/train/epoch_end.h"
#include "wengert/train/sharded_updates.h"

namespace wengert {
namespace {

int64_t steps_an_epoch(const Dataset& train, int64_t batch) { return (train.count() + batch - 1) / batch; }

std::span<const int64_t> batch_of(std::span<const int64_t> order, int64_t step, int64_t batch) {
  const auto first = static_cast<size_t>(step * batch);
  return order.subspan(first, std::min(static_cast<size_t>(batch), order.size() - first));
}

void check_state(const TrainingState& state, const LearningTask& task, const Optimizer& optimizer) {
  const auto specs = task.net.values();
  const size_t learned = task.net.parameters.size();
  bool fits = state.parameters.size() == specs.size() && state.optimizer.size() == learned * optimizer.slots;
  for (size_t k = 0; fits && k < specs.size(); ++k) fits = state.parameters[k].shape() == specs[k].shape;
  for (size_t k = 0; fits && k < state.optimizer.size(); ++k) fits = state.optimizer[k].shape() == specs[k % learned].shape;
  if (!fits)
    throw UsageError("W812", fmt::format("the training state does not fit the net \"{}\" with {}", task.net.text, optimizer.text), {},
                     "go on with the net and the optimizer that the training began with");
}

/// Runs updates: the state's arrays and a second set of them take turns as inputs and outputs.
class Updates {
 public:
  Updates(const LearningTask& task, const Optimizer& optimizer, const Dataset& train, uint64_t key, const CompileOptions& wish)
      : train_(train), random_(task.net.is_random), keys_(Random(key).split(randomness)), batches_(train, [&task, &optimizer](const BatchType& type) { return training_step(task, optimizer, type); }, 2000, wish) {}

  const CompileChoice* engine() const { return batches_.choice(); }

  /// Loss (a mean) and score (a sum) of the batch before the update.
  Measure operator()(TrainingState& state, std::span<const int64_t> numbers, double rate, int64_t update) {
    const DType dtype = train_.x.dtype();
    if (next_.empty())
      for (const auto* arrays : {&state.parameters, &state.optimizer})
        for (const Array& a : *arrays) next_.emplace_back(a.type());
    const Array scalars[] = {Array::filled({dtype, {}}, rate), Array::filled({dtype, {}}, static_cast<double>(update))};
    Array loss({dtype, {}}), score({dtype, {}});
    std::vector<Array*> learned;
    for (auto* arrays : {&state.parameters, &state.optimizer})
      for (Array& a : *arrays) learned.push_back(&a);
    inputs_.clear();
    outputs_.clear();
    for (const Array* a : learned) inputs_.push_back(a->view());
    const Executable& step = batches_.gathered(numbers, inputs_);
    for (const Array& a : scalars) inputs_.push_back(a.view());
    std::optional<Array> key;
    if (random_) inputs_.push_back(key.emplace(random_key(keys_.split(static_cast<uint64_t>(update)).bits())).view());
    for (Array& a : next_) outputs_.push_back(a.mutable_view());
    outputs_.push_back(loss.mutable_view());
    outputs_.push_back(score.mutable_view());
    step.run(inputs_, outputs_);
    const Measure result{loss.item(), score.item()};
    if (std::isfinite(result.loss))
      for (size_t k = 0; k < learned.size(); ++k) std::swap(*learned[k], next_[k]);
    return result;
  }

 private:
  static constexpr uint64_t randomness = 0x64726f70;  // a stream apart from those of starting values

  const Dataset& train_;
  bool random_;
  Random keys_;
  Batches batches_;
  std::vector<Array> next_;
  std::vector<ConstView> inputs_;
  std::vector<View> outputs_;
};

[[noreturn]] void not_finite(double loss, const TrainingState& state, double rate) {
  throw DomainError("W813", fmt::format("the loss is {} at step {} of epoch {}", loss, state.step + 1, state.epoch + 1), {},
                    fmt::format("lower the rate (now {}), or look for bad values in the data", rate));
}

}  // namespace

namespace {

/// A single example in the last batch has no variance to be normalised by: known before the first epoch, not after it.
void check_last_batch(const LearningTask& task, const Optimizer& optimizer, const Dataset& train, int64_t batch) {
  if (task.net.statistics.empty() || (train.count() % batch != 1 && batch != 1)) return;
  try {
    training_step(task, optimizer, batch_type(train, 1));
  } catch (const ShapeError& error) {
    if (error.id() != "W833") throw;
    throw UsageError("W812", fmt::format("a batch of a single example cannot be normalised: {} examples in batches of {} leave one", train.count(), batch), {},
                     "take another --batch");
  }
}

/// In one piece or in shards, as the options say.
class AnyUpdates {
 public:
  AnyUpdates(const LearningTask& task, const Optimizer& optimizer, const Dataset& train, const TrainingOptions& options, Ranks* ranks) {
    if (options.shards > 0 || ranks != nullptr) {
      check_shards(task, train, options, ranks == nullptr ? 1 : ranks->count());
      sharded_.emplace(task, optimizer, train, options, ranks);
    } else {
      check_last_batch(task, optimizer, train, options.batch);
      whole_.emplace(task, optimizer, train, options.key, options.compile);
    }
  }
  Measure operator()(TrainingState& state, std::span<const int64_t> numbers, double rate, int64_t update) {
    return sharded_ ? (*sharded_)(state, numbers, rate, update) : (*whole_)(state, numbers, rate, update);
  }
  const CompileChoice* engine() const { return sharded_ ? sharded_->engine() : whole_->engine(); }

 private:
  std::optional<Updates> whole_ = {};
  std::optional<ShardedUpdates> sharded_ = {};
};

std::string steps_in_words(int64_t steps) {
  return steps == 0 ? "one thing of an example" : fmt::format("one thing of each of {} positions", steps);
}

}  // namespace

void check_fit(const LearningTask& task, const Dataset& data) {
  const Net& net = task.net;
  const int64_t outputs = data.is_classification() ? data.classes : data.targets();
  const bool one_for_two = data.classes == 2 && net.outputs == 1;  // one output says which of two classes
  if (net.steps != data.steps())
    throw UsageError("W812", fmt::format("the net \"{}\" says {}, the data {}", net.text, steps_in_words(net.steps), steps_in_words(data.steps())), {},
                     "give a net of sequences to data of sequences, of one length");
  if (net.inputs != data.features() || (net.outputs != outputs && !one_for_two))
    throw UsageError("W812",
                     fmt::format("the net \"{}\" has {} inputs and {} outputs; the data has {} features and {} {}", net.text, net.inputs,
                                 net.outputs, data.features(), outputs, data.is_classification() ? "classes" : "targets"),
                     {}, fmt::format("start the net with {} and end it with {}", data.features(), outputs));
  if (task.loss.classifies && !data.is_classification())
    throw UsageError("W812", fmt::format("the loss {} is for classes; the targets are values", task.loss.text), {},
                     "take squared_error, mse or huber");
}

TrainingState initial_state(const LearningTask& task, const Optimizer& optimizer, uint64_t key, DType dtype) {
  TrainingState state{.parameters = task.net.initial_parameters(key, dtype), .optimizer = {}};
  for (size_t slot = 0; slot < optimizer.slots; ++slot)
    for (const ParameterSpec& p : task.net.parameters) state.optimizer.emplace_back(Type{dtype, p.shape});
  return state;
}

bool is_finished(const TrainingState& state, const TrainingOptions& options) {
  if (state.epoch >= options.epochs) return true;
  return options.patience > 0 && state.best_epoch > 0 && state.epoch - state.best_epoch >= options.patience;
}

void train(const LearningTask& task, const Optimizer& optimizer, const Split& data, const TrainingOptions& options, TrainingState& state,
           const TrainingObserver& observer, Ranks* ranks) {
  check_fit(task, data.train);
  check_options(data.validation, options);
  check_state(state, task, optimizer);
  AnyUpdates update(task, optimizer, data.train, options, ranks);
  EpochEnd finish(task, data, options.compile);
  const int64_t steps = steps_an_epoch(data.train, options.batch);
  const auto rate_at = [&](int64_t step) {
    return options.rate * options.schedule.factor({state.epoch * steps + step + 1, options.epochs * steps, steps});
  };
  for (bool is_first = true; !is_finished(state, options);) {
    const auto start = std::chrono::steady_clock::now();
    const auto order = shuffled(data.train.count(), options.key, static_cast<uint64_t>(state.epoch + 1));
    const int64_t first = state.step;
    while (state.step < steps) {
      const auto numbers = batch_of(order, state.step, options.batch);
      const double rate = rate_at(state.step);
      const Measure before = update(state, numbers, rate, state.epoch * steps + state.step + 1);
      if (!std::isfinite(before.loss)) not_finite(before.loss, state, rate);
      state.loss_sum += before.loss * static_cast<double>(numbers.size());
      state.score_sum += before.score;
      ++state.step;
      if (observer.on_engine && is_first) observer.on_engine(*update.engine());
      is_first = false;
      if (observer.on_step) observer.on_step(state, steps);
      if (observer.stop && state.step < steps && observer.stop()) return;
    }
    const auto examples = static_cast<double>(data.train.count());
    finish(state, {.rate = rate_at(0), .train = {state.loss_sum / examples, mean_score(data.train, state.score_sum)}}, start,
           std::min((steps - first) * options.batch, data.train.count()));
    if (observer.on_epoch) observer.on_epoch(state);
    if (observer.stop && observer.stop()) return;
  }
}

}  // namespace wengert
