// SPDX-License-Identifier: Apache-2.0
#include "wengert/nn/net.h"

#include <algorithm>
#include <fmt/format.h>

#include "wengert/base/error.h"
#include "wengert/nn/net_json.h"
#include "wengert/nn/net_steps.h"
#include "wengert/primitives/arithmetic.h"
#include "wengert/primitives/convert.h"
#include "wengert/primitives/linalg.h"
#include "wengert/primitives/rearrange.h"
#include "wengert/primitives/sample.h"

namespace wengert {
namespace {

using Step = NetStep;

/// Puts a net together, layer by layer.
class NetBuilder {
 public:
  NetBuilder(Net& net, const InputText& input) : net_(net), shapes_{input.shape} {}

  void add(NetDescription::Layer& described) try {
    LayerText text = parse_layer(described.text, names_);
    const NamedInitializer weight = parse_initializer(described.initializer), bias = parse_initializer(described.bias_initializer);
    described = {text.text(), weight.text, bias.text};
    const auto sources = sources_of(text);
    std::vector<Shape> inputs;
    for (const size_t source : sources) inputs.push_back(shapes_[source]);
    if (text.activation.pieces > 1 && text.kind->choice.name != "dense") bad_net(described.text, "has maxout behind a layer that is not dense: its pieces are columns of weights");
    Layer layer = text.kind->make(text.numbers, inputs, {weight.fill, bias.fill, text.activation.pieces});
    const Step step{std::move(layer), text.activation, sources, std::move(inputs), net_.parameters.size(), net_.statistics.size(), text.kind, text.numbers, described.text};
    add_specs(net_.parameters, step.layer.parameters);
    add_specs(net_.statistics, step.layer.statistics);
    net_.is_random = net_.is_random || step.layer.is_random;
    shapes_.push_back(step.layer.shape);
    steps_.push_back(step);
    remember(text.name);
  } catch (const Error& error) {
    error.rethrow_at(fmt::format("layer {} of the net", steps_.size() + 1));
  }

  /// The last activation becomes the link, if it is one.
  std::vector<Step> finish() {
    const Shape& last = shapes_.back();
    if (last.rank() != 1 && last.rank() != 2)
      bad_net(net_.text, fmt::format("ends with examples of shape {}; it must end with numbers, or with numbers for each position of a sequence", to_string(last)));
    net_.outputs = last.back();
    net_.steps = last.rank() == 2 ? last[0] : 0;
    net_.link = steps_.back().activation.link;
    if (net_.link != Link::identity) steps_.back().activation = parse_activation("identity");
    return std::move(steps_);
  }

 private:
  std::vector<size_t> sources_of(const LayerText& text) const {
    std::vector<size_t> sources;
    if (text.kind->takes_previous) sources.push_back(steps_.size());
    for (const std::string& name : text.sources)
      sources.push_back(places_[static_cast<size_t>(std::ranges::find(names_, name) - names_.begin())]);
    return sources;
  }
  void add_specs(std::vector<ParameterSpec>& all, const std::vector<ParameterSpec>& own) const {
    for (ParameterSpec spec : own) {
      spec.name = fmt::format("layer{}.{}", steps_.size() + 1, spec.name);
      all.push_back(std::move(spec));
    }
  }
  /// A name that comes again means the later value.
  void remember(const std::string& name) {
    if (name.empty()) return;
    const auto found = std::ranges::find(names_, name);
    if (found != names_.end()) {
      places_[static_cast<size_t>(found - names_.begin())] = steps_.size();
      return;
    }
    names_.push_back(name);
    places_.push_back(steps_.size());
  }

  Net& net_;
  std::vector<Step> steps_;
  std::vector<Shape> shapes_;
  std::vector<std::string> names_;
  std::vector<size_t> places_;  // of the value that has names_[k]
};

/// The layers one after the other. Each random layer has a key of its own.
LayerOutputs run(const std::vector<Step>& steps, const NetInputs& in, const InputText& input) {
  std::vector<int64_t> extents{in.x.shape()[0]};
  extents.insert(extents.end(), input.shape.begin(), input.shape.end());
  const Expr x = input.tokens ? convert(in.x, DType::i64) : in.x;
  std::vector<Expr> values{reshape(x, Shape(std::span<const int64_t>(extents)))}, statistics;
  for (const Step& step : steps) {
    std::vector<Expr> taken;
    for (const size_t source : step.sources) taken.push_back(values[source]);
    LayerInputs own{in.parameters.subspan(step.parameter, step.layer.parameters.size()),
                    in.statistics.subspan(step.statistic, step.layer.statistics.size()), taken, in.training};
    own.weight = in.weight;
    if (step.layer.is_random && in.key) own.key = split_key(*in.key, static_cast<int64_t>(values.size()));
    LayerOutputs out = step.layer.apply(own);
    statistics.insert(statistics.end(), out.statistics.begin(), out.statistics.end());
    values.push_back(step.activation.apply(out.value));
  }
  return {values.back(), std::move(statistics)};
}

}  // namespace

Expr dense(Expr x, Expr weight, Expr bias) { return matmul(x, weight) + bias; }

std::vector<ParameterSpec> Net::values() const {
  std::vector<ParameterSpec> all = parameters;
  all.insert(all.end(), statistics.begin(), statistics.end());
  return all;
}

std::vector<Array> Net::initial_parameters(uint64_t key, DType dtype) const {
  const auto specs = values();
  std::vector<Array> arrays;
  for (size_t j = 0; j < specs.size(); ++j) {
    Random random = Random(key).split(j);
    Array value(Type{DType::f64, specs[j].shape});
    specs[j].initial(random, value.shape(), value.mutable_values<double>());
    arrays.push_back(value.as(dtype));
  }
  return arrays;
}

int64_t Net::parameter_count() const {
  int64_t count = 0;
  for (const ParameterSpec& p : parameters) count += p.shape.elements();
  return count;
}

std::string short_text(const NetDescription& description) {
  std::string text = description.input;
  for (const auto& layer : description.layers) text += "-" + layer.text;
  return text;
}

Net make_net(NetDescription description) {
  const std::string given = short_text(description);
  if (description.layers.empty()) bad_net(given, "has no layer: it needs at least two widths");
  const InputText input = parse_input(description.input, given);
  description.input = to_string(input);
  Net net{.text = given, .inputs = input.shape.elements()};
  NetBuilder builder(net, input);
  for (auto& layer : description.layers) builder.add(layer);
  net.apply = [steps = builder.finish(), input](const NetInputs& in) { return run(steps, in, input); };
  net.text = short_text(description);
  net.description = std::move(description);
  return net;
}

NetSteps net_steps(const Net& net) {
  NetDescription description = net.description;
  if (description.layers.empty())
    throw UsageError("W822", fmt::format("the net \"{}\" was made by hand: no text says what its layers are", net.text), {}, "describe it by a text (docs/nets.md)");
  Net again;
  const InputText input = parse_input(description.input, net.text);
  NetBuilder builder(again, input);
  for (auto& layer : description.layers) builder.add(layer);
  return {input, builder.finish()};
}

Net parse_net(const std::string& text, const std::string& initializer, const std::string& bias_initializer) {
  const size_t start = text.find_first_not_of(" \t\r\n");
  if (start != std::string::npos && text[start] == '{') return make_net(parse_net_json(text, "the net"));
  NetDescription description = split_net(text);
  for (auto& layer : description.layers) layer.initializer = initializer, layer.bias_initializer = bias_initializer;
  return make_net(std::move(description));
}

}  // namespace wengert
