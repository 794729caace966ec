// SPDX-License-Identifier: Apache-2.0
//
// What may be done to an optimizer, by text: clipped gradients, layers with a rate and a decay of their own or none,
// and averages of the weights (optim/transforms.h). And values to start from.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "wengert/io/safetensors.h"
#include "wengert/train/encoding.h"
#include "wengert/train/task.h"

namespace wengert {

/// clip    : "norm 1": all gradients together, or "value 0.5": each element; empty: not clipped
/// average : "exponential 0.999", "polyak 1000", or a number, which is the first one's; empty: not averaged
/// groups  : "1-2: rate 0.1", "encoder: rate 0.1 decay 1e-4", "*.bias: rate 2": layers (nn/layer_choice.h), a factor on the
///           rate and a decoupled decay
/// frozen  : "1-2": layers that keep their values
struct MethodTexts {
  std::string clip = {}, average = {};
  std::vector<std::string> groups = {}, frozen = {};
};

/// The optimizer with all that around it: averaged(clipped(grouped(...))). A parameter belongs to the first group that
/// has it; frozen comes first.
///
/// throws : UsageError W836 for layers that the net does not have, a group without a colon, a group all of whose
///          parameters are in earlier ones, and where nothing is left to learn; W814, W815 and W811 for names and numbers
Optimizer with_methods(Optimizer optimizer, const MethodTexts& texts, const Net& net);

/// Which values of a file a training starts from.
struct StartingFile {
  std::string path;    ///< safetensors
  std::string layers;  ///< empty: all of the net
  Tensors tensors;     ///< what it holds
};

/// throws : what read_safetensors throws
StartingFile read_start(const std::string& path, const std::string& layers = {});

/// The net's starting values of (key, dtype), those of the chosen layers from the file, by name (layer1.weight) and
/// shape.
///
/// throws : UsageError W837 if a chosen layer's value is not there or has another shape; it names them and the layers that
///          would do
std::vector<Array> starting_values(const Net& net, const StartingFile& file, uint64_t key, DType dtype);

/// Whether the values mean here what they meant in the training that left the file: its features, where the first layer
/// starts from it, and its classes, where the last one does. A file of others, which says neither, is taken at its word.
///
/// returns : a note, where features were scaled by other numbers; empty: nothing is to be said
/// throws  : UsageError W837 for other features or classes
std::string check_start(const Net& net, const StartingFile& file, const Encoding& encoding);

}  // namespace wengert
