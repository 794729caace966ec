// SPDX-License-Identifier: Apache-2.0
#include "wengert/train/task.h"

#include <fmt/format.h>
#include <numeric>

#include "wengert/ad/derivatives.h"
#include "wengert/passes/simplify.h"
#include "wengert/primitives/primitives.h"

namespace wengert {
namespace {

using Values = std::vector<Expr>;

Values declare_parameters(Recording& recording, const Net& net, DType dtype, const std::string& suffix = "") {
  Values parameters;
  for (const ParameterSpec& p : net.parameters) parameters.push_back(recording.input({dtype, p.shape}, p.name + suffix));
  return parameters;
}

/// loss + lambda Omega at `outputs` of the net.
Expr minimised(const LearningTask& task, std::span<const Expr> parameters, Expr outputs, Expr y) {
  const Expr loss = task.loss.mean(outputs, y);
  if (task.regularizer.l1 == 0 && task.regularizer.l2 == 0) return loss;
  return loss + penalty(task.regularizer, task.net.parameters, parameters);
}

/// (parameters..., x, y) -> what is minimised
Program minimised_program(const LearningTask& task, const BatchType& batch) {
  Recording recording("minimised", batch.x.dtype);
  const Values parameters = declare_parameters(recording, task.net, batch.x.dtype);
  const Expr x = recording.input(batch.x, "x"), y = recording.input(batch.y, "y");
  return recording.finish(Values{minimised(task, parameters, task.net.apply(parameters, x), y)});
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

Program training_step(const LearningTask& task, const Optimizer& optimizer, const BatchType& batch) {
  const size_t count = task.net.parameters.size();
  const DType dtype = batch.x.dtype;
  const Program value_and_gradient = value_and_grad(minimised_program(task, batch), first(count));

  Recording recording("training_step", dtype);
  const Values parameters = declare_parameters(recording, task.net, dtype);
  std::vector<Values> states;
  for (size_t slot = 0; slot < optimizer.slots; ++slot)
    states.push_back(declare_parameters(recording, task.net, dtype, fmt::format(".{}{}", optimizer.name, slot)));
  const Expr x = recording.input(batch.x, "x"), y = recording.input(batch.y, "y");
  const Expr rate = recording.input({dtype, {}}, "rate"), update = recording.input({dtype, {}}, "update");

  Values inputs = parameters;
  inputs.insert(inputs.end(), {x, y});
  const auto results = replay(value_and_gradient, inputs);
  std::vector<Optimizer::Given> given;
  std::vector<Values> own_states(count);  // of a parameter, slot by slot
  for (size_t k = 0; k < count; ++k) {
    const ParameterSpec& spec = task.net.parameters[k];
    for (const auto& slot : states) own_states[k].push_back(slot[k]);
    given.push_back({.gradient = results[k + 1],
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
  outputs.push_back(results[0]);
  outputs.push_back(score(task, task.net.apply(parameters, x), y, batch.classes));  // the forward pass is one with the gradient's
  return simplify(recording.finish(outputs));
}

Program evaluation(const LearningTask& task, const BatchType& batch) {
  Recording recording("evaluation", batch.x.dtype);
  const Values parameters = declare_parameters(recording, task.net, batch.x.dtype);
  const Expr x = recording.input(batch.x, "x"), y = recording.input(batch.y, "y");
  const Expr outputs = task.net.apply(parameters, x);
  return simplify(recording.finish(Values{task.loss.mean(outputs, y), score(task, outputs, y, batch.classes)}));
}

Program prediction(const LearningTask& task, int64_t batch, DType dtype) {
  Recording recording("prediction", dtype);
  const Values parameters = declare_parameters(recording, task.net, dtype);
  const Expr outputs = task.net.apply(parameters, recording.input({dtype, {batch, task.net.inputs}}, "x"));
  return simplify(recording.finish(Values{task.loss.prediction(outputs), predicted_classes(task, outputs)}));
}

Program total_loss(const LearningTask& task, const Dataset& data) {
  Recording recording("total_loss", data.x.dtype());
  const Values parameters = declare_parameters(recording, task.net, data.x.dtype());
  const Expr outputs = task.net.apply(parameters, constant(data.x));
  return recording.finish(Values{minimised(task, parameters, outputs, constant(data.y))});
}

}  // namespace wengert
