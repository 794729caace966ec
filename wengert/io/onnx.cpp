// SPDX-License-Identifier: Apache-2.0
#include "wengert/io/onnx.h"

#include <fmt/format.h>
#include <limits>

#include "wengert/base/error.h"
#include "wengert/io/file.h"
#include "wengert/io/protobuf.h"

namespace wengert {
namespace {

constexpr size_t largest_message = std::numeric_limits<int32_t>::max();
constexpr std::string_view batch_axis = "batch";

/// TensorProto.DataType, in the order of DType.
int64_t element_type(DType dtype) {
  constexpr int64_t codes[] = {11, 1, 7, 9};  // DOUBLE, FLOAT, INT64, BOOL
  return codes[static_cast<size_t>(dtype)];
}

/// AttributeProto: name = 1, f = 2, i = 3, ints = 8, type = 20 (FLOAT = 1, INT = 2, INTS = 7).
ProtobufWriter attribute(const OnnxAttribute& a) {
  ProtobufWriter out;
  out.text(1, a.name);
  if (const auto* real = std::get_if<double>(&a.value)) {
    out.number(2, static_cast<float>(*real));
    out.integer(20, 1);
  } else if (const auto* whole = std::get_if<int64_t>(&a.value)) {
    out.integer(3, *whole);
    out.integer(20, 2);
  } else {
    for (const int64_t value : std::get<std::vector<int64_t>>(a.value)) out.integer(8, value);
    out.integer(20, 7);
  }
  return out;
}

/// NodeProto: input = 1, output = 2, name = 3, op_type = 4, attribute = 5.
ProtobufWriter node(const OnnxNode& n) {
  ProtobufWriter out;
  for (const std::string& input : n.inputs) out.text(1, input);
  for (const std::string& output : n.outputs) out.text(2, output);
  out.text(3, n.outputs[0]);
  out.text(4, n.op);
  for (const OnnxAttribute& a : n.attributes) out.message(5, attribute(a));
  return out;
}

/// TensorProto: dims = 1, data_type = 2, name = 8, raw_data = 9.
ProtobufWriter tensor(const NamedArray& constant) {
  const Array& array = constant.array;
  ProtobufWriter out;
  for (const int64_t extent : array.shape()) out.integer(1, extent);
  out.integer(2, element_type(array.dtype()));
  out.text(8, constant.name);
  out.bytes(9, {array.view().as<unsigned char>(), array.type().bytes()});
  return out;
}

/// TensorShapeProto.Dimension: dim_value = 1, dim_param = 2.
ProtobufWriter shape(const Shape& example) {
  ProtobufWriter batch, all;
  batch.text(2, batch_axis);
  all.message(1, batch);
  for (const int64_t extent : example) {
    ProtobufWriter dimension;
    dimension.integer(1, extent);
    all.message(1, dimension);
  }
  return all;
}

/// ValueInfoProto: name = 1, type = 2, which is TypeProto: tensor_type = 1, which is elem_type = 1, shape = 2.
ProtobufWriter port(const OnnxPort& p) {
  ProtobufWriter tensor, type, out;
  tensor.integer(1, element_type(p.type.dtype));
  tensor.message(2, shape(p.type.shape));
  type.message(1, tensor);
  out.text(1, p.name);
  out.message(2, type);
  return out;
}

/// GraphProto: node = 1, name = 2, initializer = 5, input = 11, output = 12.
ProtobufWriter graph(const OnnxModel& model) {
  ProtobufWriter out;
  for (const OnnxNode& n : model.nodes) out.message(1, node(n));
  out.text(2, model.name);
  for (const NamedArray& constant : model.constants) out.message(5, tensor(constant));
  for (const OnnxPort& input : model.inputs) out.message(11, port(input));
  for (const OnnxPort& output : model.outputs) out.message(12, port(output));
  return out;
}

/// Of the constants alone, so that a file which nobody could read is refused before it is made.
void expect_small(const OnnxModel& model) {
  size_t bytes = 0;
  for (const NamedArray& constant : model.constants) bytes += constant.array.type().bytes();
  if (bytes + (size_t{1} << 20) < largest_message) return;
  throw UsageError("W847", fmt::format("the weights take {} bytes; an ONNX file has less than {}", bytes, largest_message), {},
                   "keep the safetensors file, or export a smaller net");
}

}  // namespace

Bytes onnx_bytes(const OnnxModel& model) {
  expect_small(model);
  ProtobufWriter out, operators;
  out.integer(1, onnx_ir_version);
  out.text(2, "wengert");
  out.message(7, graph(model));
  operators.text(1, "");
  operators.integer(2, onnx_operator_set);
  out.message(8, operators);
  for (const auto& [key, value] : model.metadata) {
    ProtobufWriter entry;
    entry.text(1, key);
    entry.text(2, value);
    out.message(14, entry);
  }
  return out.result();
}

void write_onnx(const std::string& path, const OnnxModel& model) { write_file_atomically(path, onnx_bytes(model)); }

}  // namespace wengert
