// SPDX-License-Identifier: Apache-2.0
#include "wengert/nn/onnx_net.h"

#include <fmt/format.h>

#include "wengert/base/error.h"
#include "wengert/nn/onnx_layers.h"

namespace wengert {
namespace {

[[noreturn]] void has_no_form(const Net& net, size_t place, const NetStep& step, std::string_view what) {
  throw UsageError("W846", fmt::format("{} of layer {} (\"{}\") has no form in ONNX's operator set {}", what, place, step.text, onnx_operator_set),
                   fmt::format("the net \"{}\"", net.text), "take another in its place; `wengert emit --c` writes every net as C");
}

/// Elementwise ones do not ask how their operand lies.
OnnxValue activated(OnnxGraph& graph, const Activation& activation, const OnnxValue& x) {
  const bool over_rows = activation.link == Link::softmax || activation.pieces > 1;
  OnnxValue result = over_rows ? graph.channels_last(x) : x;
  result.name = activation.onnx(graph, result.name);
  return result;
}

}  // namespace

OnnxValue write_net(OnnxGraph& graph, const Net& net, std::span<const Array> values, const OnnxValue& x) {
  const auto steps = net_steps(net).steps;
  const auto statistics = values.subspan(net.parameters.size());
  std::vector<OnnxValue> made{x};
  for (const NetStep& step : steps) {
    const size_t place = made.size();
    graph.enter(fmt::format("layer{}", place));
    if (step.kind->onnx == nullptr) has_no_form(net, place, step, step.kind->choice.name);
    if (!step.activation.onnx) has_no_form(net, place, step, fmt::format("the activation {}", step.activation.text));
    std::vector<OnnxValue> taken;
    for (const size_t source : step.sources) taken.push_back(made[source]);
    const OnnxValue value = step.kind->onnx({graph, step.numbers, values.subspan(step.parameter, step.layer.parameters.size()),
                                             statistics.subspan(step.statistic, step.layer.statistics.size()), taken, step.layer.shape});
    made.push_back(activated(graph, step.activation, value));
  }
  graph.enter({});
  return made.back();
}

OnnxValue write_link(OnnxGraph& graph, Link link, const OnnxValue& outputs) { return activated(graph, parse_activation(to_string(link)), outputs); }

}  // namespace wengert
