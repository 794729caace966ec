// SPDX-License-Identifier: Apache-2.0
//
// Weights that another tool trained, as a net's. Tensors are found by the names of PyTorch's modules (torch_layers.h), which
// go to the layers that have parameters one after the other, or by names that are given.
#pragma once

#include "wengert/io/named_array.h"
#include "wengert/nn/net.h"

namespace wengert {

struct ImportOptions {
  /// A module's name in the file and the layer that it is: {"fc1", "layer3"}; or a tensor's: {"pos", "layer2.weight"}, which
  /// lies as PyTorch has it.
  std::vector<std::pair<std::string, std::string>> map = {};
  DType dtype = DType::f32;  ///< of the result
};

/// Where a layer's values came from.
struct ImportedLayer {
  std::string layer, text;           ///< "layer1", "conv 6 5 relu"
  std::vector<std::string> tensors;  ///< in the file
  std::vector<std::string> absent;   ///< biases that the file does not have: they are 0
};

struct ImportedValues {
  std::vector<Array> values;  ///< parameters, then statistics, of the net
  std::vector<ImportedLayer> layers;
};

/// tensors : a state_dict. Layers take modules in the file's order, or in that of their names (numbers in them as numbers),
///           whichever fits all shapes; tensors named "num_batches_tracked" are left out
/// throws  : UsageError W848 with what is missing, left over or of another shape; where both orders fit and differ; for a
///           map that names nothing; W822 for a net made by hand
ImportedValues import_values(const Net& net, const NamedArrays& tensors, const ImportOptions& options = {});

}  // namespace wengert
