// SPDX-License-Identifier: Apache-2.0
#include "wengert/train/task.h"

#include <fmt/format.h>
#include <numeric>

#include "wengert/ad/derivatives.h"
#include "wengert/passes/merge_scans.h"
#include "wengert/passes/simplify.h"
#include "wengert/primitives/primitives.h"

namespace wengert {
namespace {

using Values = std::vector<Expr>;

Values declare(Recording& recording, const std::vector<ParameterSpec>& specs, DType dtype, const std::string& suffix = "") {
  Values values;
  for (const ParameterSpec& p : specs) values.push_back(recording.input({dtype, p.shape}, p.name + suffix));
  return values;
}

/// What a net is applied to, as inputs of a Program under construction.
struct Batch {
  Values parameters, statistics;
  Expr x = 0, y = 0;
  std::optional<Expr> key = {};

  Batch(Recording& recording, const Net& net, DType dtype)
      : parameters(declare(recording, net.parameters, dtype)), statistics(declare(recording, net.statistics, dtype)) {}

  NetInputs in_use() const { return {parameters, statistics, x}; }
  NetInputs in_training() const { return {parameters, statistics, x, true, key}; }
};

/// Outputs and targets with positions of sequences as examples: [n, time, k] as [n time, k].
Expr by_position(Expr outputs) {
  if (outputs.shape().rank() < 3) return outputs;
  const Shape& s = outputs.shape();
  return reshape(outputs, {s[0] * s[1], s[2]});
}
Expr targets_by_position(const Net& net, Expr y) {
  if (net.steps == 0) return y;
  const Shape& s = y.shape();
  return s.rank() == 2 ? reshape(y, {s[0] * s[1]}) : reshape(y, {s[0] * s[1], s[2]});
}

/// loss + lambda Omega at `outputs` of the net.
Expr minimised(const LearningTask& task, std::span<const Expr> parameters, Expr outputs, Expr y) {
  const Expr loss = task.loss.mean(outputs, y);
  if (task.regularizer.l1 == 0 && task.regularizer.l2 == 0) return loss;
  return loss + penalty(task.regularizer, task.net.parameters, parameters);
}

/// (parameters..., statistics..., x, y, [key]) -> what is minimised
Program minimised_program(const LearningTask& task, const BatchType& type) {
  Recording recording("minimised", type.x.dtype);
  Batch batch(recording, task.net, type.x.dtype);
  batch.x = recording.input(type.x, "x"), batch.y = recording.input(type.y, "y");
  if (task.net.is_random) batch.key = recording.input(i64({2}), "key");
  const Expr outputs = by_position(task.net.apply(batch.in_training()).value);
  return recording.finish(Values{minimised(task, batch.parameters, outputs, targets_by_position(task.net, batch.y))});
}

std::vector<size_t> first(size_t n) {
  std::vector<size_t> places(n);
  std::iota(places.begin(), places.end(), 0);
  return places;
}

}  // namespace

BatchType batch_type(const Dataset& data, int64_t count) {
  const auto rows = [count](const Array& a) { return Type{a.dtype(), a.shape().without(0).with(0, count)}; };
  return {rows(data.x), rows(data.y), data.classes};
}

Expr predicted_classes(const LearningTask& task, Expr outputs) {
  if (outputs.shape()[1] > 1) return argmax(outputs);
  const Expr above = greater(task.loss.prediction(outputs), 0.5);
  return reshape(convert(above, DType::i64), Shape{outputs.shape()[0]});
}

Expr score(const LearningTask& task, Expr outputs, Expr y, int64_t classes) {
  const DType dtype = outputs.type().dtype;
  if (classes > 0) return sum(convert(equal(predicted_classes(task, outputs), y), dtype));
  const Expr difference = task.loss.prediction(outputs) - y;
  return sum(difference * difference);
}

namespace {

/// The parameters after an update; then the optimizer's state, slot by slot.
Values updated(const LearningTask& task, const Optimizer& optimizer, std::span<const Expr> parameters, std::span<const Expr> gradients,
               const std::vector<Values>& states, Expr rate, Expr update) {
  const size_t count = parameters.size();
  std::vector<Optimizer::Given> given;
  std::vector<Values> own_states(count);  // of a parameter, slot by slot
  for (size_t k = 0; k < count; ++k) {
    const ParameterSpec& spec = task.net.parameters[k];
    for (const auto& slot : states) own_states[k].push_back(slot[k]);
    given.push_back({.gradient = gradients[k],
                     .parameter = parameters[k],
                     .state = own_states[k],
                     .rate = rate,
                     .count = update,
                     .decays = spec.kind == ParameterKind::weight,
                     .name = spec.name});
  }
  auto [outputs, updated_states] = update_all(optimizer, std::move(given));
  Values new_states;
  for (size_t slot = 0; slot < optimizer.slots; ++slot)
    for (size_t k = 0; k < count; ++k) new_states.push_back(updated_states[k][slot]);
  outputs.insert(outputs.end(), new_states.begin(), new_states.end());
  return outputs;
}

/// Slot by slot of the optimizer, each slot for all parameters.
std::vector<Values> declare_states(Recording& recording, const LearningTask& task, const Optimizer& optimizer, DType dtype) {
  std::vector<Values> states;
  for (size_t slot = 0; slot < optimizer.slots; ++slot)
    states.push_back(declare(recording, task.net.parameters, dtype, fmt::format(".{}{}", optimizer.name, slot)));
  return states;
}

/// Scans that values and gradient have in common are run once.
Program tidied(const Program& p) { return simplify(merge_scans(simplify(p))); }

/// What is minimised, and its gradient by all parameters.
Values value_and_gradient(const LearningTask& task, const BatchType& type, const Batch& batch) {
  Values inputs = batch.parameters;
  inputs.insert(inputs.end(), batch.statistics.begin(), batch.statistics.end());
  inputs.insert(inputs.end(), {batch.x, batch.y});
  if (batch.key) inputs.push_back(*batch.key);
  const auto results = replay(value_and_grad(minimised_program(task, type), first(batch.parameters.size())), inputs);
  return {results.begin(), results.end()};
}

}  // namespace

Program training_step(const LearningTask& task, const Optimizer& optimizer, const BatchType& type) {
  const Net& net = task.net;
  const size_t count = net.parameters.size();
  const DType dtype = type.x.dtype;
  Recording recording("training_step", dtype);
  Batch batch(recording, net, dtype);
  const std::vector<Values> states = declare_states(recording, task, optimizer, dtype);
  batch.x = recording.input(type.x, "x"), batch.y = recording.input(type.y, "y");
  const Expr rate = recording.input({dtype, {}}, "rate"), update = recording.input({dtype, {}}, "update");
  if (net.is_random) batch.key = recording.input(i64({2}), "key");

  const Values results = value_and_gradient(task, type, batch);
  Values outputs = updated(task, optimizer, batch.parameters, std::span(results).subspan(1), states, rate, update);
  const LayerOutputs forward = net.apply(batch.in_training());  // is one with the gradient's
  outputs.insert(outputs.begin() + static_cast<std::ptrdiff_t>(count), forward.statistics.begin(), forward.statistics.end());
  outputs.push_back(results[0]);
  outputs.push_back(score(task, by_position(forward.value), targets_by_position(net, batch.y), type.classes));
  return tidied(recording.finish(outputs));
}

Program gradient_step(const LearningTask& task, const BatchType& type) {
  const Net& net = task.net;
  const DType dtype = type.x.dtype;
  Recording recording("gradient_step", dtype);
  Batch batch(recording, net, dtype);
  batch.x = recording.input(type.x, "x"), batch.y = recording.input(type.y, "y");
  const Expr share = recording.input({dtype, {}}, "share");
  if (net.is_random) batch.key = recording.input(i64({2}), "key");
  const Values results = value_and_gradient(task, type, batch);
  Values outputs;
  for (size_t k = 1; k < results.size(); ++k) outputs.push_back(results[k] * share);
  const LayerOutputs forward = net.apply(batch.in_training());  // is one with the gradient's
  outputs.insert(outputs.end(), forward.statistics.begin(), forward.statistics.end());
  outputs.push_back(results[0] * share);
  outputs.push_back(score(task, by_position(forward.value), targets_by_position(net, batch.y), type.classes));
  return tidied(recording.finish(outputs));
}

bool takes_single_example(const LearningTask& task, const Dataset& data) {
  if (task.net.statistics.empty()) return true;
  try {
    gradient_step(task, batch_type(data, 1));
    return true;
  } catch (const ShapeError& error) {
    if (error.id() != "W833") throw;
    return false;
  }
}

Program update_step(const LearningTask& task, const Optimizer& optimizer, DType dtype) {
  Recording recording("update_step", dtype);
  const Values parameters = declare(recording, task.net.parameters, dtype);
  const std::vector<Values> states = declare_states(recording, task, optimizer, dtype);
  const Values gradients = declare(recording, task.net.parameters, dtype, ".gradient");
  const Expr rate = recording.input({dtype, {}}, "rate"), update = recording.input({dtype, {}}, "update");
  return simplify(recording.finish(updated(task, optimizer, parameters, gradients, states, rate, update)));
}

Program gathered_statistics(const LearningTask& task, const BatchType& type) {
  Recording recording("gathered_statistics", type.x.dtype);
  Batch batch(recording, task.net, type.x.dtype);
  batch.x = recording.input(type.x, "x");
  const Expr weight = recording.input({type.x.dtype, {}}, "weight");
  if (task.net.is_random) batch.key = recording.input(i64({2}), "key");
  NetInputs inputs = batch.in_training();
  inputs.weight = weight;
  return simplify(recording.finish(task.net.apply(inputs).statistics));
}

Program evaluation(const LearningTask& task, const BatchType& type) {
  Recording recording("evaluation", type.x.dtype);
  Batch batch(recording, task.net, type.x.dtype);
  batch.x = recording.input(type.x, "x"), batch.y = recording.input(type.y, "y");
  const Expr outputs = by_position(task.net.apply(batch.in_use()).value), y = targets_by_position(task.net, batch.y);
  return simplify(recording.finish(Values{task.loss.mean(outputs, y), score(task, outputs, y, type.classes)}));
}

Program prediction(const LearningTask& task, int64_t count, DType dtype) {
  Recording recording("prediction", dtype);
  Batch batch(recording, task.net, dtype);
  batch.x = recording.input({dtype, {count, task.net.inputs}}, "x");
  const Expr outputs = by_position(task.net.apply(batch.in_use()).value);
  return simplify(recording.finish(Values{task.loss.prediction(outputs), predicted_classes(task, outputs)}));
}

Program total_loss(const LearningTask& task, const Dataset& data) {
  if (!task.net.statistics.empty() || task.net.is_random)
    throw UsageError("W812", fmt::format("the net \"{}\" has layers that are trained batch by batch", task.net.text), {},
                     "take an optimizer of steps, or leave out dropout and batch normalisation");
  Recording recording("total_loss", data.x.dtype());
  Batch batch(recording, task.net, data.x.dtype());
  batch.x = constant(data.x), batch.y = constant(data.y);
  const Expr outputs = by_position(task.net.apply(batch.in_use()).value);
  return recording.finish(Values{minimised(task, batch.parameters, outputs, targets_by_position(task.net, batch.y))});
}

}  // namespace wengert
