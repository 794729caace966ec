// SPDX-License-Identifier: Apache-2.0
#include "wengert/train/update_halves.h"

#include <cmath>

#include "wengert/primitives/sample.h"

namespace wengert {
namespace {

constexpr uint64_t randomness = 0x64726f70;
constexpr double expected_runs = 2000;  // a constant: see Batches

template <class T> void add_values(std::span<T> left, std::span<const T> right) {
  for (size_t i = 0; i < left.size(); ++i) left[i] += right[i];
}

}  // namespace

Random update_keys(const TrainingOptions& options) { return Random(options.key).split(randomness); }

Batches step_batches(const Dataset& train, Batches::MakeProgram make, const TrainingOptions& options) {
  return Batches(train, std::move(make), expected_runs, options.compile);
}

Batches gradient_batches(const LearningTask& task, const Dataset& train, const TrainingOptions& options) {
  return step_batches(
      train, [&task](const BatchType& type) { return gradient_step(task, type); }, options);
}

void run_gradient_step(const Executable& step, std::span<const ConstView> values, const UpdatePart& part,
                       std::vector<Array>& results) {
  const Type scalar{part.x.type.dtype, {}};
  const Array share = Array::filled(scalar, part.share);
  std::vector<ConstView> inputs(values.begin(), values.end());
  inputs.insert(inputs.end(), {part.x, part.y, share.view()});
  std::optional<Array> key;
  if (part.keys) inputs.push_back(key.emplace(random_key(Random(*part.keys).bits())).view());
  if (results.empty()) {
    for (const ConstView& value : values) results.emplace_back(value.type);
    results.insert(results.end(), 2, Array(scalar));
  }
  std::vector<View> outputs;
  for (Array& a : results) outputs.push_back(a.mutable_view());
  step.run(inputs, outputs);
}

void add_to(Array& left, const Array& right) {
  if (left.dtype() == DType::f32)
    add_values(left.mutable_values<float>(), right.values<float>());
  else
    add_values(left.mutable_values<double>(), right.values<double>());
}

UpdateStep::UpdateStep(const LearningTask& task, const Optimizer& optimizer, DType dtype,
                       const TrainingOptions& options)
    : learned_(task.net.parameters.size()) {
  CompileOptions wish = options.compile;
  wish.expected_runs = expected_runs;
  wish.most_wall_s = HUGE_VAL;  // a limit would choose the engine by how busy the machine is
  step_ = compile(update_step(task, optimizer, dtype), wish);
}

void UpdateStep::operator()(TrainingState& state, std::vector<Array>& results, double rate, int64_t update) {
  const Type scalar{results.back().dtype(), {}};
  const Array scalars[] = {Array::filled(scalar, rate), Array::filled(scalar, static_cast<double>(update))};
  std::vector<Array*> places;  // of what changes
  for (size_t k = 0; k < learned_; ++k) places.push_back(&state.parameters[k]);
  for (Array& a : state.optimizer) places.push_back(&a);
  if (next_.empty())
    for (const Array* a : places) next_.emplace_back(a->type());
  std::vector<ConstView> inputs;
  std::vector<View> outputs;
  for (const Array* a : places) inputs.push_back(a->view());
  for (size_t k = 0; k < learned_; ++k) inputs.push_back(results[k].view());
  for (const Array& a : scalars) inputs.push_back(a.view());
  for (Array& a : next_) outputs.push_back(a.mutable_view());
  step_->run(inputs, outputs);
  for (size_t k = 0; k < places.size(); ++k) std::swap(*places[k], next_[k]);
  for (size_t k = learned_; k < state.parameters.size(); ++k) std::swap(state.parameters[k], results[k]);
}

Measure measure_of(const std::vector<Array>& results) {
  return {results[results.size() - 2].item(), results.back().item()};
}

}  // namespace wengert
