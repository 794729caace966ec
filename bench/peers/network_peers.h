// SPDX-License-Identifier: Apache-2.0
//
// Training steps of named nets by libtorch, where it was there when this was compiled.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "peers/trainer.h"

namespace wengert::bench {

struct Parameter {
  std::vector<int64_t> shape;
  std::vector<float> values;
};

/// What is trained, by gradient descent: where it starts, on which batch.
struct NetworkCase {
  std::string network;  ///< lenet, resnet8, lstm, transformer: each library says itself what that is
  std::vector<Parameter> parameters;  ///< in Wengert's order and layout
  Parameter x;                        ///< [batch, height, width, channels] or [batch, time, features]
  std::vector<int64_t> labels;        ///< [batch] or [batch time]: mean cross-entropy
  std::vector<float> targets;         ///< as the outputs: 1/(2 rows) sum |output - target|^2; instead of labels
  double rate = 0;
};

struct NetworkPeer {
  std::string name;
  std::function<std::unique_ptr<Trainer>(const NetworkCase&)> make;
};

std::vector<NetworkPeer> installed_network_peers();

NetworkPeer torch_networks();

}  // namespace wengert::bench
