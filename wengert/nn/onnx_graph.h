// SPDX-License-Identifier: Apache-2.0
//
// An ONNX graph under construction. Arrays here have their channels last, those of ONNX's convolutions and pools have them
// behind the batch; so a value knows how it lies, and is turned only where a layer needs the other way. Between layers of
// images nothing is turned, and at a flatten in front of a dense layer the weights' rows are put in order instead.
#pragma once

#include <string>
#include <vector>

#include "wengert/io/onnx.h"

namespace wengert {

/// A value of the graph.
struct OnnxValue {
  std::string name;
  Shape shape;                  ///< of an example, in the order of axes that it has here
  bool channels_first = false;  ///< lies as [batch, channels, spatial...]; a row: is flattened from such a one
  Shape flattened = {};         ///< what that row is flattened from, as here: [spatial..., channels]
};

class OnnxGraph {
 public:
  /// The name under which what comes next is found: "layer3".
  void enter(std::string part) { part_ = std::move(part); }

  /// A node; returns the name of its result, made of the part's and `op`.
  std::string add(std::string op, std::vector<std::string> inputs, std::vector<OnnxAttribute> attributes = {});
  /// The same with several results.
  std::vector<std::string> add_several(std::string op, std::vector<std::string> inputs, std::vector<OnnxAttribute> attributes, size_t count);
  /// A tensor that stands in the file: floats become f32, which is what most runtimes compute in.
  std::string constant(const std::string& name, const Array& array);
  std::string number(const std::string& name, double value) { return constant(name, Array(value)); }
  std::string integers(const std::string& name, const std::vector<int64_t>& values);
  std::string reshape(const std::string& x, const std::vector<int64_t>& extents);
  std::string transpose(const std::string& x, const std::vector<int64_t>& order) { return add("Transpose", {x}, {{"perm", order}}); }

  /// The value, turned if it lies otherwise. A row counts as channels first as it is.
  OnnxValue channels_first(const OnnxValue& x);
  OnnxValue channels_last(const OnnxValue& x);

  void input(const std::string& name, const Type& type) { model_.inputs.push_back({name, type}); }
  /// The graph's result, under this name.
  void output(const std::string& name, const OnnxValue& x);
  OnnxModel& model() { return model_; }

 private:
  std::string fresh(const std::string& name);

  OnnxModel model_;
  std::string part_;
  std::vector<std::string> names_;
};

/// [spatial..., channels] as [channels, spatial...].
Shape channels_first(const Shape& shape);

}  // namespace wengert
