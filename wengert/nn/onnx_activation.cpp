// SPDX-License-Identifier: Apache-2.0
//
// Activations, and the elementwise primitives that are some.
#include <algorithm>
#include <array>
#include <numbers>

#include "wengert/nn/onnx_layers.h"

namespace wengert {
namespace {

/// x Phi(x), by the error function.
std::string gelu(OnnxGraph& graph, const std::string& x) {
  const std::string erf = graph.add("Erf", {graph.add("Mul", {x, graph.number("root_half", 1 / std::numbers::sqrt2)})});
  const std::string share = graph.add("Mul", {graph.add("Add", {erf, graph.number("one", 1)}), graph.number("half", 0.5)});
  return graph.add("Mul", {x, share});
}

std::string silu(OnnxGraph& graph, const std::string& x) { return graph.add("Mul", {x, graph.add("Sigmoid", {x})}); }

struct Elementwise {
  std::string_view primitive, op;
};
constexpr std::array<Elementwise, 23> nodes{
    {{"relu", "Relu"}, {"tanh", "Tanh"}, {"sigmoid", "Sigmoid"}, {"softplus", "Softplus"}, {"exp", "Exp"},     {"log", "Log"},
     {"sqrt", "Sqrt"}, {"sin", "Sin"},   {"cos", "Cos"},         {"tan", "Tan"},           {"asin", "Asin"},   {"acos", "Acos"},
     {"atan", "Atan"}, {"sinh", "Sinh"}, {"cosh", "Cosh"},       {"asinh", "Asinh"},       {"acosh", "Acosh"}, {"atanh", "Atanh"},
     {"erf", "Erf"},   {"abs", "Abs"},   {"neg", "Neg"},         {"floor", "Floor"},       {"sign", "Sign"}}};

}  // namespace

OnnxFunction onnx_node(std::string op, std::vector<OnnxAttribute> attributes) {
  return [op = std::move(op), attributes = std::move(attributes)](OnnxGraph& graph, const std::string& x) { return graph.add(op, {x}, attributes); };
}

OnnxFunction onnx_elementwise(std::string_view primitive) {
  if (primitive == "gelu") return gelu;
  if (primitive == "silu") return silu;
  const auto found = std::ranges::find(nodes, primitive, &Elementwise::primitive);
  return found == nodes.end() ? OnnxFunction() : onnx_node(std::string(found->op));
}

OnnxFunction onnx_mish() {
  return [](OnnxGraph& graph, const std::string& x) { return graph.add("Mul", {x, graph.add("Tanh", {graph.add("Softplus", {x})})}); };
}

OnnxFunction onnx_relu6() {
  return [](OnnxGraph& graph, const std::string& x) { return graph.add("Clip", {x, graph.number("low", 0), graph.number("high", 6)}); };
}

OnnxFunction onnx_maxout(int64_t pieces) {
  return [pieces](OnnxGraph& graph, const std::string& x) {
    return graph.add("ReduceMax", {graph.reshape(x, {0, pieces, -1})}, {{"axes", std::vector<int64_t>{1}}, {"keepdims", int64_t{0}}});
  };
}

}  // namespace wengert
