// SPDX-License-Identifier: Apache-2.0
//
// What a net is made of. A layer is a function of parameters and values returning a value; a LayerKind is the record
// that makes one from numbers in a text: reading, messages, the canonical text, the list of layers in the documentation
// and the generated gradient checks follow from it.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wengert/base/choice.h"
#include "wengert/ir/expr.h"
#include "wengert/nn/initialize.h"

namespace wengert {

/// Regularization and weight decay spare biases.
enum class ParameterKind { weight, bias };

/// What a parameter is and how it starts.
struct ParameterSpec {
  std::string name;  ///< "layer1.weight"
  Shape shape;
  Initializer initial;
  ParameterKind kind = ParameterKind::weight;
};

/// values   : [batch, ...] each: the value before, and those that the text names
/// training : whether randomness and statistics of the batch are wanted
/// key      : i64[2], of this layer alone; there when the net is trained and has random layers
/// weight   : a number, that of this batch in the statistics after it; without one as the layer says (momentum)
struct LayerInputs {
  std::span<const Expr> parameters, statistics, values;
  bool training = false;
  std::optional<Expr> key = {}, weight = {};
};

/// statistics : those after this batch, as many as the layer has; in use they are what they were
struct LayerOutputs {
  Expr value;
  std::vector<Expr> statistics = {};
};

struct Layer {
  Shape shape;                                 ///< of an example's result
  std::vector<ParameterSpec> parameters = {};  ///< names without the layer's: "weight"
  std::vector<ParameterSpec> statistics = {};  ///< what is gathered over batches instead of learned: running means
  std::function<LayerOutputs(const LayerInputs&)> apply;
  bool is_random = false;  ///< takes a key when it is trained
};

/// How the parameters of one layer start.
struct LayerStart {
  Initializer weight, bias;
  int64_t pieces = 1;  ///< linear pieces a unit: maxout's
};

/// What a layer is in an ONNX graph (onnx_layers.h).
struct OnnxLayer;
struct OnnxValue;
using OnnxWriter = OnnxValue (*)(const OnnxLayer& layer);

/// What PyTorch keeps for a layer (torch_layers.h).
struct TorchLayer;

struct LayerKind {
  Choice choice;          ///< name and numbers: "dropout 0.5"
  std::string_view help;     ///< a sentence without a full stop
  std::string_view example;  ///< a small net that has it, for the documentation and the generated gradient check
  /// What it takes beside numbers: names of earlier values, behind its own name ("add a b").
  bool takes_names = false, takes_previous = true;
  /// inputs : shapes of examples, one a value. throws : UsageError W818 for shapes it does not go with
  Layer (*make)(std::span<const double> numbers, std::span<const Shape> inputs, const LayerStart& start);
  OnnxWriter onnx = nullptr;  ///< none: a net that has it cannot be exported
  const TorchLayer* torch = nullptr;
};

/// Every kind of layer that a text may name.
std::span<const LayerKind> layer_kinds();
const LayerKind* find_layer_kind(std::string_view name);

/// throws : UsageError W818: what the layer wants, and what it was given
[[noreturn]] void refuse_input(std::string_view layer, std::string_view wanted, const Shape& found, std::string_view fix);

}  // namespace wengert
