// SPDX-License-Identifier: Apache-2.0
#include "wengert/train/loop.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "wengert/train/averaged_values.h"
#include "wengert/train/epoch_end.h"
#include "wengert/train/sharded_updates.h"
#include "wengert/train/updates.h"

namespace wengert {
namespace {

int64_t steps_an_epoch(const Dataset& train, int64_t batch) { return (train.count() + batch - 1) / batch; }

std::span<const int64_t> batch_of(std::span<const int64_t> order, int64_t step, int64_t batch) {
  const auto first = static_cast<size_t>(step * batch);
  return order.subspan(first, std::min(static_cast<size_t>(batch), order.size() - first));
}

void check_state(const TrainingState& state, const LearningTask& task, const Optimizer& optimizer, int64_t steps) {
  const auto specs = task.net.values();
  const size_t learned = task.net.parameters.size();
  bool fits = state.parameters.size() == specs.size() && state.optimizer.size() == learned * optimizer.slots;
  for (size_t k = 0; fits && k < specs.size(); ++k) fits = state.parameters[k].shape() == specs[k].shape;
  for (size_t k = 0; fits && k < state.optimizer.size(); ++k) fits = state.optimizer[k].shape() == specs[k % learned].shape;
  if (!fits)
    throw UsageError("W812", fmt::format("the training state does not fit the net \"{}\" with {}", task.net.text, optimizer.text), {},
                     "go on with the net and the optimizer that the training began with");
  if (state.step < 0 || state.step > steps)
    throw UsageError("W812", fmt::format("the training state is behind {} updates of an epoch, which has {}", state.step, steps), {},
                     "go on with the data and the batch that the training began with");
}

/// Without a sign before nan, which says nothing.
std::string not_finite_text(double x) { return std::isnan(x) ? "nan" : fmt::format("{}", x); }

[[noreturn]] void not_finite(const std::string& what, const TrainingState& state, double rate) {
  throw DomainError("W813", fmt::format("{} of epoch {}", what, state.epoch + 1), {},
                    fmt::format("lower the rate (now {}), or look for bad values in the data", rate));
}

template <class T> int64_t first_not_finite(const Array& a) {
  const auto values = a.values<T>();
  return std::ranges::find_if(values, [](T x) { return !std::isfinite(x); }) - values.begin();
}

/// What an update did is seen in the loss before the next one, but for the last.
void check_parameters(const TrainingState& state, const LearningTask& task, double rate) {
  for (size_t k = 0; k < task.net.parameters.size(); ++k) {
    const Array& a = state.parameters[k];
    const int64_t at = a.dtype() == DType::f32 ? first_not_finite<float>(a) : first_not_finite<double>(a);
    if (at < a.elements()) not_finite(fmt::format("{}[{}] is {} at the end", task.net.parameters[k].name, at, not_finite_text(a[at])), state, rate);
  }
}

/// A last batch of a single example is known before the first epoch, not after it.
void check_last_batch(const LearningTask& task, const Dataset& train, int64_t batch) {
  if ((train.count() % batch != 1 && batch != 1) || takes_single_example(task, train)) return;
  throw UsageError("W812", fmt::format("a batch of a single example cannot be normalised: {} examples in batches of {} leave one", train.count(), batch), {},
                   "take another --batch");
}

/// In one piece or in shards, as the options say.
class AnyUpdates {
 public:
  AnyUpdates(const LearningTask& task, const Optimizer& optimizer, const Dataset& train, const TrainingOptions& options, Ranks* ranks) {
    if (options.shards > 0 || ranks != nullptr) {
      check_shards(task, train, options, ranks == nullptr ? 1 : ranks->count());
      sharded_.emplace(task, optimizer, train, options, ranks);
    } else {
      check_last_batch(task, train, options.batch);
      whole_.emplace(task, optimizer, train, options);
    }
  }
  void begin_epoch(std::span<const int64_t> order, int64_t epoch) {
    if (whole_) whole_->begin_epoch(order, epoch);
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

namespace {

/// Epoch after epoch; the state's averages are those at the end of the last.
void run_epochs(const LearningTask& task, const Optimizer& optimizer, const Split& data, const TrainingOptions& options, TrainingState& state,
                const TrainingObserver& observer, Ranks* ranks) {
  AnyUpdates update(task, optimizer, data.train, options, ranks);
  EpochEnd finish(task, data, options.compile, ranks);
  const int64_t in_update = options.examples_an_update(), steps = steps_an_epoch(data.train, in_update);
  const auto rate_at = [&](int64_t step) {
    return options.rate * options.schedule.factor({state.epoch * steps + step + 1, options.epochs * steps, steps});
  };
  for (bool is_first = true; !is_finished(state, options);) {
    const auto start = std::chrono::steady_clock::now();
    const auto order = shuffled(data.train.count(), options.key, static_cast<uint64_t>(state.epoch + 1));
    const int64_t first = state.step;
    update.begin_epoch(std::span(order).subspan(static_cast<size_t>(std::min(first * in_update, data.train.count()))), state.epoch + 1);
    while (state.step < steps) {
      const auto numbers = batch_of(order, state.step, in_update);
      const double rate = rate_at(state.step);
      const Measure before = update(state, numbers, rate, state.epoch * steps + state.step + 1);
      if (!std::isfinite(before.loss)) not_finite(fmt::format("the loss is {} at step {}", not_finite_text(before.loss), state.step + 1), state, rate);
      state.loss_sum += before.loss * static_cast<double>(numbers.size());
      state.score_sum += before.score;
      ++state.step;
      if (observer.on_engine && is_first) observer.on_engine(*update.engine());
      is_first = false;
      if (observer.on_step) observer.on_step(state, steps);
      if (observer.stop && state.step < steps && observer.stop()) return;
    }
    check_parameters(state, task, rate_at(0));
    const auto examples = static_cast<double>(data.train.count());
    if (optimizer.averages) state.averaged = averaged_values(task, optimizer, data.train, options, state);
    finish(state, {.rate = rate_at(0), .train = {state.loss_sum / examples, mean_score(data.train, state.score_sum)}}, start,
           std::min((steps - first) * in_update, data.train.count()));
    if (observer.on_epoch) observer.on_epoch(state);
    if (observer.stop && observer.stop()) return;
  }
}

}  // namespace

void train(const LearningTask& task, const Optimizer& optimizer, const Split& data, const TrainingOptions& options, TrainingState& state,
           const TrainingObserver& observer, Ranks* ranks) {
  check_fit(task, data.train);
  check_options(data.validation, options);
  check_augmentation(options.augment, data.train.features());
  check_state(state, task, optimizer, steps_an_epoch(data.train, options.examples_an_update()));
  run_epochs(task, optimizer, data, options, state, observer, ranks);
  if (optimizer.averages) state.averaged = averaged_values(task, optimizer, data.train, options, state);
}

}  // namespace wengert
