// SPDX-License-Identifier: Apache-2.0
#include "wengert/train/layer_costs.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <fmt/format.h>
#include <numeric>

#include "wengert/ad/derivatives.h"
#include "wengert/base/random.h"
#include "wengert/exec/operation_count.h"
#include "wengert/nn/net_steps.h"
#include "wengert/nn/net_text.h"
#include "wengert/passes/simplify.h"
#include "wengert/primitives/convert.h"
#include "wengert/primitives/rearrange.h"
#include "wengert/primitives/sample.h"

namespace wengert {
namespace {

using Exprs = std::vector<Expr>;
using Arrays = std::vector<Array>;

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double bytes_of(const std::vector<Type>& types) {
  return std::accumulate(types.begin(), types.end(), 0.0,
                         [](double sum, const Type& type) { return sum + static_cast<double>(type.bytes()); });
}
double bytes_of(const Program& p) { return bytes_of(p.input_types()) + bytes_of(p.output_types()); }

std::optional<double> flops_of(const Program& p) {
  const auto count = operations_of(p);
  return count ? std::optional(count->arithmetic + count->functions) : std::nullopt;
}

Array random_normal(const Type& type, uint64_t key) {
  Random random(key);
  Array values(Type{DType::f64, type.shape});
  for (double& value : values.mutable_values<double>()) value = random.normal();
  return values.as(type.dtype);
}

Shape with_batch(int64_t batch, const Shape& example) {
  std::vector<int64_t> extents{batch};
  extents.insert(extents.end(), example.begin(), example.end());
  return Shape(std::span<const int64_t>(extents));
}

/// Counts, compiles and times Programs.
class Stopwatch {
 public:
  Stopwatch(const CostOptions& options, double share_s) : options_(options), share_s_(share_s) {}

  /// value : gets the first output
  DirectionCost operator()(const Program& p, const Arrays& inputs, CompileChoice* choice = nullptr,
                           Array* value = nullptr) const {
    return {flops_of(p), bytes_of(p), options_.seconds > 0 ? least_s(p, inputs, choice, value) : 0};
  }

 private:
  double least_s(const Program& p, const Arrays& inputs, CompileChoice* choice, Array* value) const {
    CompileOptions wish = options_.compile;
    wish.expected_runs = 2000;  // as a training has it
    const auto executable = compile(p, wish, choice);
    std::vector<ConstView> in;
    std::vector<View> out;
    Arrays results;
    for (const Array& a : inputs) in.push_back(a.view());
    for (const Type& type : p.output_types()) results.emplace_back(type);
    for (Array& a : results) out.push_back(a.mutable_view());
    executable->run(in, out);
    std::vector<double> times;
    const auto begin = std::chrono::steady_clock::now();
    while (times.size() < 3 || (seconds_since(begin) < share_s_ && times.size() < 1000)) {
      const auto start = std::chrono::steady_clock::now();
      executable->run(in, out);
      times.push_back(seconds_since(start));
    }
    if (value != nullptr) *value = results[0];
    return *std::ranges::min_element(times);  // what disturbs a measurement only makes it longer
  }

  const CostOptions& options_;
  double share_s_;
};

/// What value and pullback take together, beyond the value.
DirectionCost beyond(const DirectionCost& both, const DirectionCost& forward, double primal_bytes) {
  DirectionCost rest{{}, std::max(0.0, both.bytes - primal_bytes), std::max(0.0, both.wall_s - forward.wall_s)};
  if (both.flops && forward.flops) rest.flops = std::max(0.0, *both.flops - *forward.flops);
  return rest;
}

/// A layer as a Program: (parameters..., statistics..., values..., [key]) -> value
Program layer_program(const NetStep& at, std::span<const Type> values, DType dtype) {
  Recording recording("layer", dtype);
  Exprs parameters, statistics, taken;
  for (const ParameterSpec& p : at.layer.parameters) parameters.push_back(recording.input({dtype, p.shape}));
  for (const ParameterSpec& p : at.layer.statistics) statistics.push_back(recording.input({dtype, p.shape}));
  for (const Type& type : values) taken.push_back(recording.input(type));
  LayerInputs in{parameters, statistics, taken, true};
  if (at.layer.is_random) in.key = recording.input(i64({2}));
  return simplify(recording.finish(Exprs{at.activation.apply(at.layer.apply(in).value)}));
}

/// Goes through a net layer by layer with the values of one batch.
class Walk {
 public:
  Walk(const LearningTask& task, std::span<const Array> parameters, const BatchType& type, const Array& x,
       const CostOptions& options, const Stopwatch& watch)
      : task_(task), parameters_(parameters), type_(type), options_(options), watch_(watch) {
    const InputText input = parse_input(task.net.description.input, task.net.text);
    Array first(Type{x.dtype(), with_batch(type.count(), input.shape)});
    std::memcpy(first.mutable_view().data, x.view().data, x.type().bytes());
    values_.push_back(input.tokens ? first.as(DType::i64) : first);
  }

  LayerCost operator()(const NetStep& at) {
    const DType dtype = type_.x.dtype;
    Arrays inputs;
    std::vector<Type> taken;
    for (size_t k = 0; k < at.layer.parameters.size(); ++k) inputs.push_back(parameters_[at.parameter + k]);
    for (size_t k = 0; k < at.layer.statistics.size(); ++k)
      inputs.push_back(parameters_[task_.net.parameters.size() + at.statistic + k]);
    for (const size_t source : at.sources) taken.push_back(values_[source].type()), inputs.push_back(values_[source]);
    if (at.layer.is_random) inputs.push_back(random_key(1));
    const Program p = layer_program(at, taken, dtype);
    LayerCost cost{.name = at.text, .kind = at.text.substr(0, at.text.find(' ')), .output = at.layer.shape};
    for (const ParameterSpec& spec : at.layer.parameters) cost.parameters += spec.shape.elements();
    cost.output_bytes = static_cast<int64_t>(p.output_types()[0].bytes());
    Array value(p.output_types()[0]);
    cost.forward = watch_(p, inputs, nullptr, &value);
    values_.push_back(std::move(value));
    if (options_.backward) cost.backward = backward(p, at, inputs, cost.forward);
    return cost;
  }

  const Array& last() const { return values_.back(); }

 private:
  /// With respect to parameters, and to values that depend on some: of the net's input no derivative is wanted.
  DirectionCost backward(const Program& p, const NetStep& at, Arrays inputs, const DirectionCost& forward) const {
    std::vector<size_t> wrt(at.layer.parameters.size());
    std::iota(wrt.begin(), wrt.end(), 0);
    const size_t first = at.layer.parameters.size() + at.layer.statistics.size();
    for (size_t k = 0; k < at.sources.size(); ++k)
      if (at.sources[k] > 0) wrt.push_back(first + k);
    if (wrt.empty()) return {0, 0, 0};
    const Program both = vjp(p, wrt);
    inputs.push_back(random_normal(p.output_types()[0], 7));
    return beyond(watch_(both, inputs), forward, bytes_of(p.output_types()));
  }

  const LearningTask& task_;
  std::span<const Array> parameters_;
  const BatchType& type_;
  const CostOptions& options_;
  const Stopwatch& watch_;
  Arrays values_;
};

/// (outputs, y) -> (loss), with positions of sequences as examples; and the score where it is wanted.
Program loss_program(const LearningTask& task, const BatchType& type, const Type& outputs, bool with_score) {
  Recording recording("loss", type.x.dtype);
  Expr z = recording.input(outputs), y = recording.input(type.y);
  if (task.net.steps > 0) {
    const int64_t n = outputs.shape[0] * outputs.shape[1];
    z = reshape(z, {n, outputs.shape[2]});
    y = type.y.shape.rank() == 2 ? reshape(y, Shape{n}) : reshape(y, {n, type.y.shape[2]});
  }
  Exprs results{task.loss.mean(z, y)};
  if (with_score) results.push_back(score(task, z, y, type.classes));
  return simplify(recording.finish(results));
}

LayerCost loss_cost(const LearningTask& task, const BatchType& type, const Array& outputs, const Array& y,
                    const CostOptions& options, const Stopwatch& watch) {
  LayerCost cost{.name = fmt::format("loss {}", task.loss.text), .kind = "loss"};
  const Program loss = loss_program(task, type, outputs.type(), false);
  cost.forward = watch(loss_program(task, type, outputs.type(), true), {outputs, y});
  if (options.backward)
    cost.backward = beyond(watch(value_and_grad(loss, {0}), {outputs, y}), watch(loss, {outputs, y}),
                           bytes_of(loss.output_types()));
  return cost;
}

Array filled(const Type& type, double value) { return Array::filled(type, value); }

/// A slot after the other, each for all parameters: what an optimizer may have kept.
void add_state(Arrays& inputs, const Net& net, const Optimizer& optimizer, std::span<const Array> parameters) {
  for (size_t slot = 0; slot < optimizer.slots; ++slot)
    for (size_t k = 0; k < net.parameters.size(); ++k) inputs.push_back(filled(parameters[k].type(), 1e-3));
}

/// As update_step takes them: (parameters..., state..., gradients..., rate, update)
Arrays update_inputs(const Net& net, const Optimizer& optimizer, std::span<const Array> parameters, DType dtype) {
  const auto learned = parameters.first(net.parameters.size());
  Arrays inputs(learned.begin(), learned.end());
  add_state(inputs, net, optimizer, learned);
  for (const Array& parameter : learned) inputs.push_back(filled(parameter.type(), 1e-3));
  inputs.insert(inputs.end(), {filled({dtype, {}}, 1e-6), filled({dtype, {}}, 100)});
  return inputs;
}

/// As training_step takes them: (parameters..., statistics..., state..., x, y, rate, update, [key])
Arrays step_inputs(const LearningTask& task, const Optimizer& optimizer, std::span<const Array> parameters,
                   const Array& x, const Array& y) {
  Arrays inputs(parameters.begin(), parameters.end());
  add_state(inputs, task.net, optimizer, parameters);
  inputs.insert(inputs.end(), {x, y, filled({x.dtype(), {}}, 1e-6), filled({x.dtype(), {}}, 100)});
  if (task.net.is_random) inputs.push_back(random_key(1));
  return inputs;
}

}  // namespace

StepCosts layer_costs(const LearningTask& task, const Optimizer& optimizer, std::span<const Array> parameters,
                      const BatchType& type, const Array& x, const Array& y, const CostOptions& options) {
  const auto layers = net_steps(task.net).steps;
  const double share_s = options.seconds / static_cast<double>(2 * layers.size() + 6);
  StepCosts costs{.parts = {}, .step = {}, .batch = type.count(), .dtype = type.x.dtype, .engine = {}};
  CostOptions of_parts = options;
  if (options.backward) {
    costs.step = Stopwatch(options, share_s)(training_step(task, optimizer, type), step_inputs(task, optimizer, parameters, x, y), &costs.engine);
    if (options.seconds > 0) of_parts.compile.engine = costs.engine.engine;  // alone, the smallest would be interpreted
  }
  const Stopwatch watch(of_parts, share_s);
  Walk walk(task, parameters, type, x, options, watch);
  for (const NetStep& layer : layers) costs.parts.push_back(walk(layer));
  if (!options.backward) return costs;
  costs.parts.push_back(loss_cost(task, type, walk.last(), y, options, watch));
  LayerCost update{.name = optimizer.text, .kind = "optimizer"};
  update.forward = watch(update_step(task, optimizer, type.x.dtype), update_inputs(task.net, optimizer, parameters, type.x.dtype));
  update.backward.flops = 0;
  costs.parts.push_back(update);
  return costs;
}

MadeUpBatch made_up_batch(const LearningTask& task, bool classification, int64_t count, DType dtype) {
  const Net& net = task.net;
  const int64_t classes = classification ? std::max<int64_t>(2, net.outputs) : 0;
  std::vector<int64_t> answers{count};
  if (net.steps > 0) answers.push_back(net.steps);
  if (!classification) answers.push_back(net.outputs);
  MadeUpBatch batch{{{dtype, {count, net.inputs}},
                     {classification ? DType::i64 : dtype, Shape(std::span<const int64_t>(answers))},
                     classes},
                    {},
                    {}};
  Random random(3);
  if (parse_input(net.description.input, net.text).tokens) {
    const auto symbols = static_cast<uint64_t>(net.parameters.empty() ? 1 : net.parameters[0].shape[0]);
    Array x(Type{DType::f64, batch.type.x.shape});
    for (double& value : x.mutable_values<double>()) value = static_cast<double>(random.below(symbols));
    batch.x = x.as(dtype);
  } else {
    batch.x = random_normal(batch.type.x, 3);
  }
  batch.y = classification ? Array(batch.type.y) : random_normal(batch.type.y, 5);
  if (classification)
    for (int64_t& label : batch.y.mutable_values<int64_t>())
      label = static_cast<int64_t>(random.below(static_cast<uint64_t>(classes)));
  return batch;
}

}  // namespace wengert
