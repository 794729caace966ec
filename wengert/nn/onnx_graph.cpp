// SPDX-License-Identifier: Apache-2.0
#include "wengert/nn/onnx_graph.h"

#include <algorithm>
#include <fmt/format.h>

#include "wengert/base/error.h"

namespace wengert {
namespace {

/// The order of axes of [batch, ...] that brings the channels forward, or back.
std::vector<int64_t> turning(int rank, bool forward) {
  std::vector<int64_t> order{0};
  if (forward) order.push_back(rank);
  for (int64_t axis = forward ? 1 : 2; axis < rank + (forward ? 0 : 1); ++axis) order.push_back(axis);
  if (!forward) order.push_back(1);
  return order;
}

std::vector<int64_t> behind_batch(const Shape& shape) {
  std::vector<int64_t> extents{0};  // 0: as it is, the batch
  extents.insert(extents.end(), shape.begin(), shape.end());
  return extents;
}

}  // namespace

Shape channels_first(const Shape& shape) {
  if (shape.rank() < 2) return shape;
  std::vector<int64_t> extents{shape.back()};
  extents.insert(extents.end(), shape.begin(), shape.end() - 1);
  return Shape(std::span<const int64_t>(extents));
}

std::string OnnxGraph::fresh(const std::string& name) {
  const std::string whole = part_.empty() ? name : part_ + "." + name;
  std::string free = whole;
  for (int k = 2; std::ranges::find(names_, free) != names_.end(); ++k) free = fmt::format("{}{}", whole, k);
  return names_.emplace_back(free);
}

std::string OnnxGraph::add(std::string op, std::vector<std::string> inputs, std::vector<OnnxAttribute> attributes) {
  return add_several(std::move(op), std::move(inputs), std::move(attributes), 1)[0];
}

std::vector<std::string> OnnxGraph::add_several(std::string op, std::vector<std::string> inputs, std::vector<OnnxAttribute> attributes,
                                                size_t count) {
  std::vector<std::string> outputs;
  for (size_t k = 0; k < count; ++k) outputs.push_back(fresh(op));
  model_.nodes.push_back({std::move(op), std::move(inputs), outputs, std::move(attributes)});
  return outputs;
}

std::string OnnxGraph::constant(const std::string& name, const Array& array) {
  model_.constants.push_back({fresh(name), is_float(array.dtype()) ? array.as(DType::f32) : array});
  return model_.constants.back().name;
}

std::string OnnxGraph::integers(const std::string& name, const std::vector<int64_t>& values) {
  return constant(name, Array::of<int64_t>({static_cast<int64_t>(values.size())}, values));
}

std::string OnnxGraph::reshape(const std::string& x, const std::vector<int64_t>& extents) { return add("Reshape", {x, integers("shape", extents)}); }

OnnxValue OnnxGraph::channels_first(const OnnxValue& x) {
  if (x.channels_first || x.shape.rank() < 2) return x;
  return {transpose(x.name, turning(x.shape.rank(), true)), x.shape, true};
}

OnnxValue OnnxGraph::channels_last(const OnnxValue& x) {
  if (!x.channels_first) return x;
  if (x.shape.rank() > 1) return {transpose(x.name, turning(x.shape.rank(), false)), x.shape};
  const std::string image = reshape(x.name, behind_batch(wengert::channels_first(x.flattened)));
  return {add("Flatten", {transpose(image, turning(x.flattened.rank(), false))}, {{"axis", int64_t{1}}}), x.shape};
}

void OnnxGraph::output(const std::string& name, const OnnxValue& x) {
  const OnnxValue last = channels_last(x);
  model_.nodes.push_back({"Identity", {last.name}, {name}});
  model_.outputs.push_back({name, {DType::f32, last.shape}});
}

}  // namespace wengert
