// SPDX-License-Identifier: Apache-2.0
#include "wengert/train/averaged_values.h"

#include <algorithm>

#include "wengert/base/random.h"
#include "wengert/primitives/sample.h"

namespace wengert {
namespace {

constexpr int64_t most_batches = 100;  // more would hardly change the means
constexpr uint64_t randomness = 0x61766572;

/// Replaces the statistics behind the parameters in `values` by the means of those of whole batches.
void gather_statistics(const LearningTask& task, const Dataset& train, const TrainingOptions& options,
                       std::vector<Array>& values) {
  const auto learned = static_cast<std::ptrdiff_t>(task.net.parameters.size());
  Batches batches(
      train, [&task](const BatchType& type) { return gathered_statistics(task, type); }, most_batches, options.compile);
  const auto order = shuffled(train.count(), options.key, 1);  // always the same: equal averages are in use alike
  const Random keys = Random(options.key).split(randomness);
  const int64_t whole = train.count() / options.batch;  // a part of a batch would weigh as much as a whole one
  std::vector<Array> next;
  for (auto statistic = values.begin() + learned; statistic != values.end(); ++statistic)
    next.emplace_back(statistic->type());
  for (int64_t k = 0; k < std::clamp<int64_t>(whole, 1, most_batches); ++k) {
    const int64_t first = k * options.batch, count = std::min(options.batch, train.count() - first);
    std::vector<ConstView> inputs;
    for (const Array& a : values) inputs.push_back(a.view());
    const Executable& run =
        batches.gathered(std::span(order).subspan(static_cast<size_t>(first), static_cast<size_t>(count)), inputs);
    inputs.pop_back();  // the targets
    const Array weight = Array::filled({train.x.dtype(), {}}, 1 / static_cast<double>(k + 1));
    inputs.push_back(weight.view());
    const Array key = random_key(keys.split(static_cast<uint64_t>(k)).bits());
    if (task.net.is_random) inputs.push_back(key.view());
    std::vector<View> outputs;
    for (Array& a : next) outputs.push_back(a.mutable_view());
    run.run(inputs, outputs);
    for (size_t j = 0; j < next.size(); ++j) std::swap(values[static_cast<size_t>(learned) + j], next[j]);
  }
}

}  // namespace

std::vector<Array> averaged_values(const LearningTask& task, const Optimizer& optimizer, const Dataset& train,
                                   const TrainingOptions& options, const TrainingState& state) {
  std::vector<Array> values = state.parameters;
  if (state.epoch == 0 && state.step == 0) return values;
  const size_t learned = task.net.parameters.size(), last = (optimizer.slots - 1) * learned;
  for (size_t k = 0; k < learned; ++k) values[k] = state.optimizer[last + k];
  if (!task.net.statistics.empty()) gather_statistics(task, train, options, values);
  return values;
}

}  // namespace wengert
