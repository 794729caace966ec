// SPDX-License-Identifier: Apache-2.0
//
// What layers are in ONNX. Each kind's record (layer.h) names its writer; activations have theirs in Activation. The nodes
// are those that engineers know from other exporters: Conv, Gemm, BatchNormalization, LSTM; where the operator set has no
// such one (layer normalisation, attention, GELU), they are made of simpler ones.
// Source: https://github.com/onnx/onnx/blob/main/docs/Operators.md, at operator set 13
#pragma once

#include "wengert/nn/activation.h"
#include "wengert/nn/layer.h"
#include "wengert/nn/onnx_graph.h"

namespace wengert {

/// A layer that is to be written. `graph` has entered it.
struct OnnxLayer {
  OnnxGraph& graph;
  std::span<const double> numbers;
  std::span<const Array> parameters, statistics;
  std::span<const OnnxValue> values;  ///< what it takes
  Shape shape;                        ///< of its result, an example
};

// Writers. Each returns the layer's value before its activation.
OnnxValue onnx_identity(const OnnxLayer& layer);
OnnxValue onnx_dense(const OnnxLayer& layer);
OnnxValue onnx_flatten(const OnnxLayer& layer);
OnnxValue onnx_add(const OnnxLayer& layer);
OnnxValue onnx_concatenate(const OnnxLayer& layer);

OnnxValue onnx_conv(const OnnxLayer& layer);
OnnxValue onnx_conv_transposed(const OnnxLayer& layer);
OnnxValue onnx_max_pool(const OnnxLayer& layer);
OnnxValue onnx_average_pool(const OnnxLayer& layer);
OnnxValue onnx_global_average_pool(const OnnxLayer& layer);
OnnxValue onnx_global_max_pool(const OnnxLayer& layer);

OnnxValue onnx_batch_norm(const OnnxLayer& layer);
OnnxValue onnx_layer_norm(const OnnxLayer& layer);
OnnxValue onnx_group_norm(const OnnxLayer& layer);

OnnxValue onnx_embedding(const OnnxLayer& layer);
OnnxValue onnx_positions(const OnnxLayer& layer);
OnnxValue onnx_last(const OnnxLayer& layer);
OnnxValue onnx_rnn(const OnnxLayer& layer);
OnnxValue onnx_lstm(const OnnxLayer& layer);
OnnxValue onnx_gru(const OnnxLayer& layer);
OnnxValue onnx_attention(const OnnxLayer& layer);
OnnxValue onnx_transformer(const OnnxLayer& layer);

/// Of an elementwise primitive by its name; empty where ONNX has none, nor is it made of those.
OnnxFunction onnx_elementwise(std::string_view primitive);
/// A single node.
OnnxFunction onnx_node(std::string op, std::vector<OnnxAttribute> attributes = {});
OnnxFunction onnx_mish();
OnnxFunction onnx_relu6();
OnnxFunction onnx_maxout(int64_t pieces);

// What writers share.
/// (x - mean) / sqrt(variance + epsilon) scale + bias over the last axis of a value whose channels are last.
std::string onnx_normalized(OnnxGraph& graph, const std::string& x, const Array& scale, const Array& bias, double epsilon);
/// x W + b over the last axis of [batch, time, features].
std::string onnx_projected(OnnxGraph& graph, const std::string& x, const Array& weight, const Array& bias);

}  // namespace wengert
