// SPDX-License-Identifier: Apache-2.0
//
// Layers over sequences [batch, time, features]. ONNX's recurrent operators take [time, batch, features], their weights as
// [1, gates h, features] with the gates in an order of their own: i, o, f, c for LSTM, z, r, h for GRU.
#include <cmath>
#include <limits>
#include <numeric>

#include "wengert/nn/onnx_layers.h"
#include "wengert/nn/permuted.h"

namespace wengert {
namespace {

/// Weights [features, gates h] as [1, gates h, features], part from[k] at k.
Array by_gates(const Array& weight, std::initializer_list<int> from) {
  const Array turned = permuted(with_parts(weight, from), {1, 0});
  return turned.reshaped({1, turned.shape()[0], turned.shape()[1]});
}

/// The bias of the input's products, then that of the state's, as [1, 2 gates h].
Array both_biases(const Array& input, const Array& state, std::initializer_list<int> from) {
  const int64_t n = input.elements();
  Array all(Type{DType::f32, {1, 2 * n}});
  const Array a = with_parts(input, from).as(DType::f32), b = with_parts(state, from).as(DType::f32);
  const auto to = all.mutable_values<float>();
  std::ranges::copy(a.values<float>(), to.begin());
  std::ranges::copy(b.values<float>(), to.begin() + n);
  return all;
}

OnnxValue recurrent(const OnnxLayer& layer, std::string op, std::initializer_list<int> gates, const Array& state_bias,
                    std::vector<OnnxAttribute> attributes) {
  OnnxGraph& graph = layer.graph;
  attributes.push_back({"hidden_size", layer.shape.back()});
  const std::string x = graph.transpose(graph.channels_last(layer.values[0]).name, {1, 0, 2});
  const std::string w = graph.constant("input_weight", by_gates(layer.parameters[0], gates)),
                    r = graph.constant("hidden_weight", by_gates(layer.parameters[1], gates));
  const std::string b = graph.constant("bias", both_biases(layer.parameters[2], state_bias, gates));
  const std::string states = graph.add(std::move(op), {x, w, r, b}, std::move(attributes));  // [time, 1, batch, h]
  return {graph.transpose(graph.reshape(states, {0, -1, layer.shape.back()}), {1, 0, 2}), layer.shape};
}

Array no_bias(const OnnxLayer& layer) { return Array(layer.parameters[2].type()); }

/// [batch, time, d] as [batch, heads, time, d / heads].
std::string split_heads(OnnxGraph& graph, const std::string& x, const Shape& shape, int64_t heads) {
  return graph.transpose(graph.reshape(x, {0, shape[0], heads, shape[1] / heads}), {0, 2, 1, 3});
}

/// 0 where a position may look, minus infinity behind it.
Array causal_mask(int64_t time) {
  Array mask(Type{DType::f32, {time, time}});
  const auto values = mask.mutable_values<float>();
  for (int64_t row = 0; row < time; ++row)
    for (int64_t column = row + 1; column < time; ++column)
      values[static_cast<size_t>(row * time + column)] = -std::numeric_limits<float>::infinity();
  return mask;
}

/// parameters : input weight and bias, output weight and bias
std::string attended(OnnxGraph& graph, const std::string& x, const Shape& shape, std::span<const Array> parameters, int64_t heads, bool causal) {
  const int64_t d = shape[1];
  const std::string all = onnx_projected(graph, x, parameters[0], parameters[1]);
  const auto parts = graph.add_several("Split", {all, graph.integers("parts", {d, d, d})}, {{"axis", int64_t{2}}}, 3);
  const double scale = 1 / std::sqrt(static_cast<double>(d / heads));
  const std::string query = graph.add("Mul", {split_heads(graph, parts[0], shape, heads), graph.number("scale", scale)});
  const std::string key = graph.transpose(graph.reshape(parts[1], {0, shape[0], heads, d / heads}), {0, 2, 3, 1});
  std::string scores = graph.add("MatMul", {query, key});
  if (causal) scores = graph.add("Add", {scores, graph.constant("mask", causal_mask(shape[0]))});
  const std::string weights = graph.add("Softmax", {scores}, {{"axis", int64_t{3}}});
  const std::string heard = graph.transpose(graph.add("MatMul", {weights, split_heads(graph, parts[2], shape, heads)}), {0, 2, 1, 3});
  return onnx_projected(graph, graph.reshape(heard, {0, shape[0], d}), parameters[2], parameters[3]);
}

}  // namespace

OnnxValue onnx_embedding(const OnnxLayer& layer) {
  return {layer.graph.add("Gather", {layer.graph.constant("weight", layer.parameters[0]), layer.values[0].name}, {{"axis", int64_t{0}}}),
          layer.shape};
}

OnnxValue onnx_positions(const OnnxLayer& layer) {
  return {layer.graph.add("Add", {layer.graph.channels_last(layer.values[0]).name, layer.graph.constant("weight", layer.parameters[0])}),
          layer.shape};
}

OnnxValue onnx_last(const OnnxLayer& layer) {
  OnnxGraph& graph = layer.graph;
  const int64_t time = layer.values[0].shape[0];
  const std::string last = graph.add("Slice", {graph.channels_last(layer.values[0]).name, graph.integers("starts", {time - 1}),
                                               graph.integers("ends", {time}), graph.integers("axes", {1})});
  return {graph.add("Flatten", {last}, {{"axis", int64_t{1}}}), layer.shape};
}

OnnxValue onnx_rnn(const OnnxLayer& layer) { return recurrent(layer, "RNN", {0}, no_bias(layer), {}); }
OnnxValue onnx_lstm(const OnnxLayer& layer) { return recurrent(layer, "LSTM", {0, 3, 1, 2}, no_bias(layer), {}); }

/// The reset gate behind the product with the state's weights, as here.
OnnxValue onnx_gru(const OnnxLayer& layer) {
  const auto h = layer.parameters[3].elements();
  Array state_bias(Type{DType::f32, {3 * h}});
  std::ranges::copy(layer.parameters[3].as(DType::f32).values<float>(), state_bias.mutable_values<float>().begin() + 2 * h);
  return recurrent(layer, "GRU", {1, 0, 2}, state_bias, {{"linear_before_reset", int64_t{1}}});
}

OnnxValue onnx_attention(const OnnxLayer& layer) {
  const std::string x = layer.graph.channels_last(layer.values[0]).name;
  return {attended(layer.graph, x, layer.shape, layer.parameters, static_cast<int64_t>(layer.numbers[0]), layer.numbers[1] != 0), layer.shape};
}

/// norm1 scale, bias; attention's four; norm2 scale, bias; up weight, bias; down weight, bias.
OnnxValue onnx_transformer(const OnnxLayer& layer) {
  OnnxGraph& graph = layer.graph;
  const auto p = layer.parameters;
  constexpr double epsilon = 1e-5;
  const std::string x = graph.channels_last(layer.values[0]).name;
  const std::string heard = attended(graph, onnx_normalized(graph, x, p[0], p[1], epsilon), layer.shape, p.subspan(2, 4),
                                     static_cast<int64_t>(layer.numbers[0]), layer.numbers[2] != 0);
  const std::string y = graph.add("Add", {x, heard});
  const std::string up = onnx_projected(graph, onnx_normalized(graph, y, p[6], p[7], epsilon), p[8], p[9]);
  const std::string down = onnx_projected(graph, onnx_elementwise("gelu")(graph, up), p[10], p[11]);
  return {graph.add("Add", {y, down}), layer.shape};
}

}  // namespace wengert
