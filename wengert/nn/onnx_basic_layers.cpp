// SPDX-License-Identifier: Apache-2.0
//
// Dense layers, what joins values, and normalisation.
#include <numeric>

#include "wengert/nn/onnx_layers.h"
#include "wengert/nn/permuted.h"

namespace wengert {
namespace {

/// The rows of a dense layer's weights [spatial... channels, width] in the order of a row that has its channels first.
Array rows_channels_first(const Array& weight, const Shape& flattened) {
  std::vector<int64_t> extents(flattened.begin(), flattened.end());
  extents.push_back(weight.shape()[1]);
  std::vector<int> order{flattened.rank() - 1};
  for (int axis = 0; axis + 1 < flattened.rank(); ++axis) order.push_back(axis);
  order.push_back(flattened.rank());
  return permuted(weight.reshaped(Shape(std::span<const int64_t>(extents))), order).reshaped(weight.shape());
}

std::vector<OnnxValue> alike(OnnxGraph& graph, std::span<const OnnxValue> values) {
  std::vector<OnnxValue> all;
  const bool first = values[0].channels_first && values[0].shape.rank() > 1;
  for (const OnnxValue& value : values) all.push_back(first ? graph.channels_first(value) : graph.channels_last(value));
  return all;
}

/// Scale or bias of channels beside [batch, channels, ones...].
Array beside_channels(const Array& array, const Shape& shape) {
  std::vector<int64_t> extents{array.elements()};
  extents.resize(static_cast<size_t>(shape.rank()), 1);
  return array.reshaped(Shape(std::span<const int64_t>(extents)));
}

}  // namespace

OnnxValue onnx_identity(const OnnxLayer& layer) { return layer.values[0]; }

OnnxValue onnx_dense(const OnnxLayer& layer) {
  OnnxGraph& graph = layer.graph;
  const OnnxValue& x = layer.values[0];
  if (x.shape.rank() == 2) return {onnx_projected(graph, graph.channels_last(x).name, layer.parameters[0], layer.parameters[1]), layer.shape};
  const Array weight = x.channels_first ? rows_channels_first(layer.parameters[0], x.flattened) : layer.parameters[0];
  const std::string turned = graph.constant("weight", permuted(weight, {1, 0}));  // [out, in], as all exporters: OpenCV 4.6 takes no other
  return {graph.add("Gemm", {x.name, turned, graph.constant("bias", layer.parameters[1])}, {{"transB", int64_t{1}}}), layer.shape};
}

OnnxValue onnx_flatten(const OnnxLayer& layer) {
  const OnnxValue& x = layer.values[0];
  if (x.shape.rank() == 1) return x;
  const std::string row = layer.graph.add("Flatten", {x.name}, {{"axis", int64_t{1}}});
  if (!x.channels_first || x.shape.back() == 1) return {row, layer.shape};
  return {row, layer.shape, true, x.shape};
}

OnnxValue onnx_add(const OnnxLayer& layer) {
  const auto values = alike(layer.graph, layer.values);
  OnnxValue sum = values[0];
  for (size_t k = 1; k < values.size(); ++k) sum.name = layer.graph.add("Add", {sum.name, values[k].name});
  return sum;
}

OnnxValue onnx_concatenate(const OnnxLayer& layer) {
  const auto values = alike(layer.graph, layer.values);
  std::vector<std::string> names;
  for (const OnnxValue& value : values) names.push_back(value.name);
  const bool first = values[0].channels_first;
  return {layer.graph.add("Concat", names, {{"axis", first ? int64_t{1} : int64_t{layer.shape.rank()}}}), layer.shape, first};
}

OnnxValue onnx_batch_norm(const OnnxLayer& layer) {
  OnnxGraph& graph = layer.graph;
  const OnnxValue& given = layer.values[0];
  const OnnxValue x = given.shape.rank() == 1 ? graph.channels_last(given) : graph.channels_first(given);
  const std::string name = graph.add("BatchNormalization",
                                     {x.name, graph.constant("scale", layer.parameters[0]), graph.constant("bias", layer.parameters[1]),
                                      graph.constant("mean", layer.statistics[0]), graph.constant("variance", layer.statistics[1])},
                                     {{"epsilon", layer.numbers[1]}});
  return {name, x.shape, x.channels_first};
}

std::string onnx_normalized(OnnxGraph& graph, const std::string& x, const Array& scale, const Array& bias, double epsilon) {
  const auto mean = [&](const std::string& of) {
    return graph.add("ReduceMean", {of}, {{"axes", std::vector<int64_t>{-1}}, {"keepdims", int64_t{1}}});
  };
  const std::string centred = graph.add("Sub", {x, mean(x)});
  const std::string variance = mean(graph.add("Mul", {centred, centred}));
  const std::string deviation = graph.add("Sqrt", {graph.add("Add", {variance, graph.number("epsilon", epsilon)})});
  const std::string scaled = graph.add("Mul", {graph.add("Div", {centred, deviation}), graph.constant("scale", scale)});
  return graph.add("Add", {scaled, graph.constant("bias", bias)});
}

OnnxValue onnx_layer_norm(const OnnxLayer& layer) {
  const OnnxValue x = layer.graph.channels_last(layer.values[0]);
  return {onnx_normalized(layer.graph, x.name, layer.parameters[0], layer.parameters[1], layer.numbers[0]), x.shape};
}

/// Each group as one channel of an instance normalisation, which has no scale of its own.
OnnxValue onnx_group_norm(const OnnxLayer& layer) {
  OnnxGraph& graph = layer.graph;
  const OnnxValue& given = layer.values[0];
  const OnnxValue x = given.shape.rank() == 1 ? graph.channels_last(given) : graph.channels_first(given);
  const auto groups = static_cast<int64_t>(layer.numbers[0]);
  const Type row{DType::f32, {groups}};
  const std::string grouped = graph.reshape(x.name, {0, groups, -1});
  const std::string normal =
      graph.add("InstanceNormalization", {grouped, graph.constant("ones", Array::filled(row, 1)), graph.constant("zeros", Array(row))},
                {{"epsilon", layer.numbers[1]}});
  const Shape lying = channels_first(x.shape);
  std::vector<int64_t> extents{0};
  extents.insert(extents.end(), lying.begin(), lying.end());
  const std::string back = graph.reshape(normal, extents);
  const std::string scaled = graph.add("Mul", {back, graph.constant("scale", beside_channels(layer.parameters[0], x.shape))});
  return {graph.add("Add", {scaled, graph.constant("bias", beside_channels(layer.parameters[1], x.shape))}), x.shape, x.channels_first};
}

std::string onnx_projected(OnnxGraph& graph, const std::string& x, const Array& weight, const Array& bias) {
  return graph.add("Add", {graph.add("MatMul", {x, graph.constant("weight", weight)}), graph.constant("bias", bias)});
}

}  // namespace wengert
