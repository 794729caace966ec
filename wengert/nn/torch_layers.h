// SPDX-License-Identifier: Apache-2.0
//
// What PyTorch keeps for a layer in its state_dict, and how that becomes the parameters here. PyTorch's weights are [out, in]
// and [out, in, taps...]; here they are [in, out] and [taps..., in, out], whose memory products read in order. Its images
// have their channels first, so a row that is flattened from one has its numbers in another order, and the layers behind
// it their weights.
// Source: PyTorch 1.13, torch/nn/modules: "Variables" and "Shape" of each module
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "wengert/nn/net_steps.h"

namespace wengert {

/// A tensor of a module: "weight", "running_mean", "self_attn.in_proj_weight".
struct TorchTensor {
  std::string name;
  Shape shape;
  bool optional = false;  ///< a bias that is not there is 0
};

struct TorchForm {
  std::vector<TorchTensor> tensors = {};
  /// The tensors, in this order, as the layer's parameters, then its statistics.
  std::function<std::vector<Array>(std::span<const Array>)> convert = {};
};

/// How a value lies in PyTorch.
struct TorchOrder {
  bool channels_first = false;  ///< of two axes and more
  Shape flattened = {};         ///< of a row: the array, channels last, that it is flattened from with its channels first
};

/// input : shape and order of what it takes, the first of several
struct TorchInput {
  const NetStep& step;
  Shape shape;
  TorchOrder order;
};

struct TorchLayer {
  TorchForm (*form)(const TorchInput& input) = nullptr;  ///< none: no tensors
  /// of the result
  TorchOrder (*order)(const TorchInput& input);
};

extern const TorchLayer torch_kept, torch_joined, torch_row, torch_flatten, torch_dense, torch_conv, torch_conv_transposed, torch_pool,
    torch_batch_norm, torch_layer_norm, torch_group_norm, torch_embedding, torch_positions, torch_rnn, torch_lstm, torch_gru, torch_attention,
    torch_transformer;

}  // namespace wengert
