// SPDX-License-Identifier: Apache-2.0
//
// Layers and losses as the cases that they are tested on: a name, operands of small extents, a function. From a case
// follow a gradient check in f64 by every float operand, agreement of f32 with f64, and agreement with PyTorch's layer
// of that name in tests/unit/nn/torch_oracle.py. A family's cases stand beside its functions; `layer_cases` names the
// families. The kinds of layers that texts name are in nn/layer.h.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "wengert/base/array.h"
#include "wengert/ir/expr.h"

namespace wengert {

using Values = std::vector<Expr>;

/// A parameter or input of a layer's case.
struct LayerOperand {
  std::string name;  ///< "weight_hidden"
  Shape shape;
  bool is_parameter = false;
  std::optional<Array> value = {};  ///< of labels, masks, keys and what must be positive; others are drawn
};

struct LayerCase {
  std::string name;  ///< "lstm"
  std::vector<LayerOperand> operands;
  std::function<Values(std::span<const Expr> operands)> apply;

  /// The case's operands: those without a value are normal with deviation 1/2, and depend on (key, place) alone.
  std::vector<Array> example(DType dtype, uint64_t key = 1) const;
};

/// Every case. Names are unique.
const std::vector<LayerCase>& layer_cases();

// For authors of records.
inline LayerOperand weight(std::string name, const Shape& shape) { return {std::move(name), shape, true, {}}; }
inline LayerOperand input(std::string name, const Shape& shape) { return {std::move(name), shape, false, {}}; }
inline LayerOperand input(std::string name, const Shape& shape, Array value) {
  return {std::move(name), shape, false, std::move(value)};
}
/// i64 or bool data, from numbers.
LayerOperand labels(std::string name, const Shape& shape, const std::vector<double>& values);
LayerOperand mask(std::string name, const Shape& shape, const std::vector<double>& values);

std::vector<LayerCase> dense_cases();
std::vector<LayerCase> image_cases();
std::vector<LayerCase> normalization_cases();
std::vector<LayerCase> dropout_cases();
std::vector<LayerCase> recurrent_cases();
std::vector<LayerCase> attention_cases();
std::vector<LayerCase> loss_cases();

}  // namespace wengert
