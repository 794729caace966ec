// SPDX-License-Identifier: Apache-2.0
//
// All layers and losses, as records: each with a small case that it is tested on. From the record follow a gradient
// check in f64 by every float operand, agreement of f32 with f64, and agreement with PyTorch's layer of that name in
// tests/unit/nn/torch_oracle.py. A family's records stand beside its functions; `layers` names the families.
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

struct LayerRecord {
  std::string name;  ///< "lstm"
  std::vector<LayerOperand> operands;
  std::function<Values(std::span<const Expr> operands)> apply;

  /// The case's operands: those without a value are normal with deviation 1/2, and depend on (key, place) alone.
  std::vector<Array> example(DType dtype, uint64_t key = 1) const;
};

/// Every record. Names are unique.
const std::vector<LayerRecord>& layers();

// For authors of records.
inline LayerOperand weight(std::string name, const Shape& shape) { return {std::move(name), shape, true, {}}; }
inline LayerOperand input(std::string name, const Shape& shape) { return {std::move(name), shape, false, {}}; }
inline LayerOperand input(std::string name, const Shape& shape, Array value) {
  return {std::move(name), shape, false, std::move(value)};
}
/// i64 or bool data, from numbers.
LayerOperand labels(std::string name, const Shape& shape, const std::vector<double>& values);
LayerOperand mask(std::string name, const Shape& shape, const std::vector<double>& values);

std::vector<LayerRecord> dense_layers();
std::vector<LayerRecord> image_layers();
std::vector<LayerRecord> normalization_layers();
std::vector<LayerRecord> dropout_layers();
std::vector<LayerRecord> recurrent_layers();
std::vector<LayerRecord> attention_layers();
std::vector<LayerRecord> loss_layers();

}  // namespace wengert
