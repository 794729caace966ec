// SPDX-License-Identifier: Apache-2.0
//
// ONNX: a net as a file that other tools run. A model is a graph of operators with tensors, most of them constants, between
// them; this is that graph as data, and its form as bytes. What a layer looks like in it is said in nn/onnx_layers.h.
// Source: https://github.com/onnx/onnx, onnx/onnx.proto and docs/IR.md
#pragma once

#include <utility>
#include <variant>

#include "wengert/io/bytes.h"
#include "wengert/io/named_array.h"

namespace wengert {

/// Of the operators, and of the file format that goes with them (ONNX 1.8, 2020): old enough for every tool in use.
inline constexpr int64_t onnx_operator_set = 13, onnx_ir_version = 7;

struct OnnxAttribute {
  std::string name;
  std::variant<int64_t, double, std::vector<int64_t>> value;
};

struct OnnxNode {
  std::string op;                            ///< "Conv"
  std::vector<std::string> inputs, outputs;  ///< an empty name: an optional input that is not given
  std::vector<OnnxAttribute> attributes = {};
};

/// An input or output of the graph: its first axis is the batch, of any size, and not part of the shape.
struct OnnxPort {
  std::string name;
  Type type;
};

struct OnnxModel {
  std::string name;             ///< of the graph
  std::vector<OnnxNode> nodes;  ///< each behind those that it reads; one is called as its first output
  NamedArrays constants;
  std::vector<OnnxPort> inputs, outputs;
  std::vector<std::pair<std::string, std::string>> metadata;
};

/// The protobuf form. cost : copies of all constants, three at a time
/// throws : UsageError W847 for one of 2 GiB or more, which no reader of protobuf takes
Bytes onnx_bytes(const OnnxModel& model);

/// Writes atomically. throws : those of onnx_bytes, ResourceError W441
void write_onnx(const std::string& path, const OnnxModel& model);

}  // namespace wengert
