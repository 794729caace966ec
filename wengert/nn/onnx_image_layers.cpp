// SPDX-License-Identifier: Apache-2.0
//
// Convolutions and pools, whose arrays in ONNX are [batch, channels, spatial...].
#include "wengert/nn/onnx_layers.h"
#include "wengert/nn/permuted.h"

namespace wengert {
namespace {

std::vector<int64_t> each_axis(const OnnxLayer& layer, double value) {
  return std::vector<int64_t>(static_cast<size_t>(layer.values[0].shape.rank() - 1), static_cast<int64_t>(value));
}

/// Where windows lie; ONNX wants the padding before each axis, then that behind each.
std::vector<OnnxAttribute> windows(const OnnxLayer& layer, double size, double stride, double padding) {
  std::vector<int64_t> pads = each_axis(layer, padding);
  pads.insert(pads.end(), pads.begin(), pads.begin() + layer.values[0].shape.rank() - 1);
  return {{"kernel_shape", each_axis(layer, size)}, {"strides", each_axis(layer, stride)}, {"pads", pads}};
}

/// Weights [taps..., a, b] as [b, a, taps...]. In a transposed convolution b, too, are the channels that it takes.
Array taps_last(const Array& weight) {
  const int spatial = weight.shape().rank() - 2;
  std::vector<int> order{spatial + 1, spatial};
  for (int axis = 0; axis < spatial; ++axis) order.push_back(axis);
  return permuted(weight, order);
}

OnnxValue convolution(const OnnxLayer& layer, std::string op, std::vector<OnnxAttribute> attributes) {
  OnnxGraph& graph = layer.graph;
  const std::string x = graph.channels_first(layer.values[0]).name;
  const std::string weight = graph.constant("weight", taps_last(layer.parameters[0])), bias = graph.constant("bias", layer.parameters[1]);
  return {graph.add(std::move(op), {x, weight, bias}, std::move(attributes)), layer.shape, true};
}

OnnxValue pool(const OnnxLayer& layer, std::string op, const std::string& x, double padding) {
  const auto n = layer.numbers;
  return {layer.graph.add(std::move(op), {x}, windows(layer, n[0], n[1] == 0 ? n[0] : n[1], padding)), layer.shape, true};
}

/// Zeros around the spatial axes.
std::string padded(const OnnxLayer& layer, const std::string& x, double padding) {
  std::vector<int64_t> pads = {0, 0};
  for (int side = 0; side < 2; ++side) {
    const auto own = each_axis(layer, padding);
    pads.insert(pads.end(), own.begin(), own.end());
    if (side == 0) pads.insert(pads.end(), {0, 0});
  }
  return layer.graph.add("Pad", {x, layer.graph.integers("pads", pads)});
}

OnnxValue global(const OnnxLayer& layer, std::string op) {
  const std::string pooled = layer.graph.add(std::move(op), {layer.graph.channels_first(layer.values[0]).name});
  return {layer.graph.add("Flatten", {pooled}, {{"axis", int64_t{1}}}), layer.shape};
}

}  // namespace

OnnxValue onnx_conv(const OnnxLayer& layer) {
  const auto n = layer.numbers;  // channels, size, stride, pad, dilation, groups
  auto attributes = windows(layer, n[1], n[2], n[3]);
  attributes.push_back({"dilations", each_axis(layer, n[4])});
  attributes.push_back({"group", static_cast<int64_t>(n[5])});
  return convolution(layer, "Conv", std::move(attributes));
}

OnnxValue onnx_conv_transposed(const OnnxLayer& layer) {
  const auto n = layer.numbers;  // channels, size, stride, pad
  return convolution(layer, "ConvTranspose", windows(layer, n[1], n[2], n[3]));
}

OnnxValue onnx_max_pool(const OnnxLayer& layer) { return pool(layer, "MaxPool", layer.graph.channels_first(layer.values[0]).name, layer.numbers[2]); }

/// Padding counts as zeros, which are written out: of the attribute for it, count_include_pad, OpenCV 4.6 takes no notice.
OnnxValue onnx_average_pool(const OnnxLayer& layer) {
  const std::string x = layer.graph.channels_first(layer.values[0]).name;
  return pool(layer, "AveragePool", layer.numbers[2] > 0 ? padded(layer, x, layer.numbers[2]) : x, 0);
}
OnnxValue onnx_global_average_pool(const OnnxLayer& layer) { return global(layer, "GlobalAveragePool"); }
OnnxValue onnx_global_max_pool(const OnnxLayer& layer) { return global(layer, "GlobalMaxPool"); }

}  // namespace wengert
