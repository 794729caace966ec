// SPDX-License-Identifier: Apache-2.0
#include "wengert/train/loop.h"

#include <chrono>
#include <cmath>
#include <fmt/format.h>

#include "wengert/ad/derivatives.h"
#include "wengert/exec/interpreter.h"
#include "wengert/nn/loss.h"
#include "wengert/passes/simplify.h"

namespace wengert {
namespace {

constexpr int64_t prediction_batch = 500;

std::vector<Expr> declare_parameters(Recording& recording, const Net& net, DType dtype, const std::string& suffix = "") {
  std::vector<Expr> parameters;
  for (const ParameterSpec& p : net.parameters) parameters.push_back(recording.input(Type{dtype, p.shape}, p.name + suffix));
  return parameters;
}

/// (parameters..., x, labels) -> (loss, number right)
Program loss_program(const Net& net, int64_t batch, DType dtype) {
  Recording recording("loss", dtype);
  const auto parameters = declare_parameters(recording, net, dtype);
  const Expr x = recording.input({dtype, {batch, net.inputs}}, "x");
  const Expr labels = recording.input(i64({batch}), "labels");
  const Expr logits = net.apply(parameters, x);
  return recording.finish(std::vector<Expr>{softmax_cross_entropy(logits, labels)});
}

std::vector<size_t> first(size_t n) {
  std::vector<size_t> places(n);
  for (size_t k = 0; k < n; ++k) places[k] = k;
  return places;
}

void check_fit(const Net& net, const Split& data, const TrainingOptions& options) {
  if (net.inputs != data.train.features() || net.outputs < data.train.classes)
    throw UsageError("W812", fmt::format("the net \"{}\" has {} inputs and {} outputs; the data has {} features and {} classes", net.text, net.inputs,
                                         net.outputs, data.train.features(), data.train.classes),
                     {}, fmt::format("start the net with {} and end it with {}", data.train.features(), data.train.classes));
  if (options.batch < 1 || options.batch > data.train.count())
    throw UsageError("W812", fmt::format("a batch of {} does not fit {} training examples", options.batch, data.train.count()), {},
                     "choose a batch from 1 to the number of examples");
}

}  // namespace

Program training_step(const Net& net, const Optimizer& optimizer, int64_t batch, DType dtype) {
  const size_t count = net.parameters.size();
  const Program value_and_gradient = value_and_grad(loss_program(net, batch, dtype), first(count));
  Recording recording("training_step", dtype);
  const auto parameters = declare_parameters(recording, net, dtype);
  std::vector<std::vector<Expr>> states;
  for (size_t slot = 0; slot < optimizer.slots; ++slot) states.push_back(declare_parameters(recording, net, dtype, fmt::format(".{}{}", optimizer.name, slot)));
  const Expr x = recording.input({dtype, {batch, net.inputs}}, "x");
  const Expr labels = recording.input(i64({batch}), "labels");
  const Expr rate = recording.input({dtype, {}}, "rate");

  std::vector<Expr> inputs = parameters;
  inputs.push_back(x);
  inputs.push_back(labels);
  const auto results = replay(value_and_gradient, inputs);
  std::vector<Expr> outputs, new_states(count * optimizer.slots, Expr(0));
  for (size_t k = 0; k < count; ++k) {
    std::vector<Expr> state;
    for (const auto& slot : states) state.push_back(slot[k]);
    const auto update = optimizer.update(results[k + 1], state, rate);
    outputs.push_back(parameters[k] + update.step);
    for (size_t slot = 0; slot < optimizer.slots; ++slot) new_states[slot * count + k] = update.state[slot];
  }
  outputs.insert(outputs.end(), new_states.begin(), new_states.end());
  const Expr right = equal(argmax(net.apply(parameters, x)), labels);
  outputs.push_back(results[0]);
  outputs.push_back(sum(convert(right, dtype)));
  return simplify(recording.finish(outputs));
}

Program prediction(const Net& net, int64_t batch, DType dtype) {
  Recording recording("prediction", dtype);
  const auto parameters = declare_parameters(recording, net, dtype);
  const Expr logits = net.apply(parameters, recording.input({dtype, {batch, net.inputs}}, "x"));
  return recording.finish(std::vector<Expr>{logits, argmax(logits)});
}

TrainingState train(const Net& net, const Optimizer& optimizer, const Split& data, const TrainingOptions& options,
                    const TrainingObserver& observer) {
  check_fit(net, data, options);
  const DType dtype = data.train.x.dtype();
  const Interpreter step(training_step(net, optimizer, options.batch, dtype));
  std::vector<Array> values = net.initial_parameters(options.key, dtype);  // parameters, then state
  for (size_t k = 0, count = values.size(); k < count * optimizer.slots; ++k) values.emplace_back(values[k % count].type());
  const size_t learned = values.size();
  const int64_t steps = data.train.count() / options.batch;
  double rate = options.rate;
  for (int64_t epoch = 1; epoch <= options.epochs; ++epoch, rate *= options.rate_decay) {
    const auto start = std::chrono::steady_clock::now();
    const auto order = shuffled(data.train.count(), options.key, static_cast<uint64_t>(epoch));
    double loss = 0, right = 0;
    for (int64_t k = 0; k < steps; ++k) {
      const Dataset batch = data.train.rows(std::span(order).subspan(static_cast<size_t>(k * options.batch), static_cast<size_t>(options.batch)));
      values.insert(values.end(), {batch.x, batch.y, Array::filled(Type{dtype, {}}, rate)});
      auto results = step.run(values);
      loss += results[learned].item();
      right += results[learned + 1].item();
      if (!std::isfinite(loss))
        throw DomainError("W813", fmt::format("the loss is {} at step {} of epoch {}", results[learned].item(), k + 1, epoch), {},
                          fmt::format("lower the rate (now {}), or look for bad values in the data", rate));
      results.resize(learned);
      values = std::move(results);
      if (observer.on_step) observer.on_step(k + 1, steps, loss / static_cast<double>(k + 1));
    }
    const double wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const auto predicted = predict(net, std::span(values).first(net.parameters.size()), data.test.x);
    const auto samples = static_cast<double>(steps * options.batch);
    if (observer.on_epoch)
      observer.on_epoch({epoch, loss / static_cast<double>(steps), right / samples, accuracy(data.test, predicted), wall_s, samples / wall_s});
  }
  const auto middle = values.begin() + static_cast<int64_t>(net.parameters.size());
  return {{values.begin(), middle}, {middle, values.end()}};
}

std::vector<int64_t> predict(const Net& net, std::span<const Array> parameters, const Array& x) {
  std::vector<int64_t> classes;
  std::unique_ptr<Interpreter> run;
  const int64_t n = x.shape()[0];
  for (int64_t first = 0; first < n; first += prediction_batch) {
    const int64_t count = std::min(prediction_batch, n - first);
    if (!run || run->program().type(run->program().outputs()[1]).elements() != count)
      run = std::make_unique<Interpreter>(prediction(net, count, x.dtype()));
    std::vector<Array> inputs(parameters.begin(), parameters.end());
    Type slice{x.dtype(), {count, net.inputs}};
    const auto* rows = static_cast<const char*>(x.view().data) + static_cast<size_t>(first) * slice.bytes() / static_cast<size_t>(count);
    inputs.push_back(Array::from({slice, rows}));
    const Array predicted = run->run(inputs)[1];
    for (int64_t c : predicted.values<int64_t>()) classes.push_back(c);
  }
  return classes;
}

std::vector<std::vector<int64_t>> confusion_matrix(const Dataset& data, std::span<const int64_t> predicted) {
  const auto classes = static_cast<size_t>(data.classes);
  std::vector<std::vector<int64_t>> counts(classes, std::vector<int64_t>(classes, 0));
  const auto labels = data.y.values<int64_t>();
  for (size_t k = 0; k < labels.size(); ++k)
    if (predicted[k] < data.classes) ++counts[static_cast<size_t>(labels[k])][static_cast<size_t>(predicted[k])];
  return counts;
}

double accuracy(const Dataset& data, std::span<const int64_t> predicted) {
  const auto labels = data.y.values<int64_t>();
  int64_t right = 0;
  for (size_t k = 0; k < labels.size(); ++k) right += labels[k] == predicted[k];
  return labels.empty() ? 0 : static_cast<double>(right) / static_cast<double>(labels.size());
}

}  // namespace wengert
