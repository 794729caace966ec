// SPDX-License-Identifier: Apache-2.0
#include "wengert/train/onnx_model.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "wengert/nn/onnx_net.h"
#include "wengert/nn/permuted.h"

namespace wengert {
namespace {

/// Whether an example's channels go in front: images have them there in ONNX, sequences and rows as here.
bool has_channels_first(const Shape& example) { return example.rank() > 2; }

/// A number a feature, as a tensor that lies as the input.
Array beside_input(const std::vector<double>& numbers, const Shape& example) {
  const Array array = Array(numbers).reshaped(example);
  if (!has_channels_first(example)) return array;
  std::vector<int> order{example.rank() - 1};
  for (int axis = 0; axis + 1 < example.rank(); ++axis) order.push_back(axis);
  return permuted(array, order);
}

bool changes(const std::vector<double>& numbers, double neutral) {
  return std::ranges::any_of(numbers, [neutral](double x) { return x != neutral; });
}

/// The data's numbers as those that the net was trained on.
std::string encoded(OnnxGraph& graph, const Encoding& encoding, const Shape& example, std::string x) {
  if (encoding.scale != 1) x = graph.add("Mul", {x, graph.number("scale", encoding.scale)});
  if (changes(encoding.means, 0)) x = graph.add("Sub", {x, graph.constant("means", beside_input(encoding.means, example))});
  if (changes(encoding.deviations, 1)) x = graph.add("Div", {x, graph.constant("deviations", beside_input(encoding.deviations, example))});
  return x;
}

OnnxValue input(OnnxGraph& graph, const InputText& text, const Encoding& encoding) {
  const bool numbers = encoding.scale != 1 || !encoding.means.empty();
  const Shape lying = has_channels_first(text.shape) ? channels_first(text.shape) : text.shape;
  graph.input("x", {text.tokens && !numbers ? DType::i64 : DType::f32, lying});
  graph.enter("encoding");
  std::string x = encoded(graph, encoding, text.shape, "x");
  if (text.tokens && numbers) x = graph.add("Cast", {x}, {{"to", int64_t{7}}});  // INT64
  return {x, text.shape, has_channels_first(text.shape)};
}

/// Values of a regression in the units of the data.
OnnxValue decoded(OnnxGraph& graph, const Encoding& encoding, OnnxValue y) {
  std::vector<double> means, deviations;
  for (const TargetColumn& target : encoding.targets) means.push_back(target.mean), deviations.push_back(target.deviation);
  if (encoding.class_count() > 0 || static_cast<int64_t>(means.size()) != y.shape.back()) return y;
  graph.enter("decoding");
  y = graph.channels_last(y);
  if (changes(deviations, 1)) y.name = graph.add("Mul", {y.name, graph.constant("deviations", Array(deviations))});
  if (changes(means, 0)) y.name = graph.add("Add", {y.name, graph.constant("means", Array(means))});
  return y;
}

/// A single output is the probability of the second of two classes: both have one, as `wengert predict` writes them.
OnnxValue of_both_classes(OnnxGraph& graph, OnnxValue y) {
  y = graph.channels_last(y);
  const std::string less = graph.add("Mul", {y.name, graph.number("minus_one", -1)});
  const std::string other = graph.add("Add", {less, graph.number("one", 1)});  // not Sub from 1: OpenCV wants constants last
  y.name = graph.add("Concat", {other, y.name}, {{"axis", int64_t{y.shape.rank()}}});  // the last, behind the batch
  std::vector<int64_t> extents(y.shape.begin(), y.shape.end());
  extents.back() = 2;
  y.shape = Shape(extents);
  return y;
}

void describe(OnnxModel& onnx, const Model& model) {
  onnx.name = "wengert";
  onnx.metadata = {{"net", model.task.net.text}, {"loss", model.task.loss.text}};
  const auto list = [&](const char* key, const std::vector<std::string>& names) {
    if (!names.empty()) onnx.metadata.emplace_back(key, nlohmann::json(names).dump());
  };
  list("classes", model.encoding.classes);
  list("features", model.encoding.feature_names());
  if (model.encoding.class_count() == 0) list("targets", model.encoding.target_names());
}

}  // namespace

OnnxModel onnx_model(const Model& model) {
  const Net& net = model.task.net;
  OnnxGraph graph;
  const InputText text = net_steps(net).input;
  OnnxValue y = write_net(graph, net, model.parameters, input(graph, text, model.encoding));
  graph.enter("link");
  y = decoded(graph, model.encoding, write_link(graph, model.task.loss.link, y));
  if (net.outputs == 1 && model.task.loss.classifies && model.encoding.class_count() == 2) y = of_both_classes(graph, y);
  graph.enter({});
  graph.output(model.task.loss.classifies ? "probabilities" : model.encoding.class_count() > 0 ? "scores" : "values", y);
  describe(graph.model(), model);
  return std::move(graph.model());
}

}  // namespace wengert
