// SPDX-License-Identifier: Apache-2.0
//
// Training steps of dense nets by other libraries, those that were there when this was compiled.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "peers/trainer.h"

namespace wengert::bench {

/// Between layers; the last layer has none.
enum class Unit { relu, tanh };
/// cross_entropy : mean over the batch, after softmax.  squared : 1/(2 batch) sum |output - target|^2
enum class Goal { cross_entropy, squared };
enum class Method { gradient_descent, adam };

/// What is trained: where it starts, on which batch, and how.
struct TrainingCase {
  std::string title;
  std::vector<int64_t> widths;  ///< inputs, hidden layers, outputs
  Unit unit = Unit::relu;
  Goal goal = Goal::cross_entropy;
  Method method = Method::gradient_descent;
  int64_t batch = 0;
  double rate = 0;
  std::vector<std::vector<float>> weights, biases;  ///< a layer each: [inputs, outputs], [outputs]
  std::vector<float> x;                             ///< [batch, inputs]
  std::vector<int64_t> labels;                      ///< [batch]; cross_entropy
  std::vector<float> targets;                       ///< [batch, outputs]; squared

  size_t layers() const { return weights.size(); }
};

struct TrainingPeer {
  std::string name;
  /// Nothing if the library cannot do this case.
  std::function<std::unique_ptr<Trainer>(const TrainingCase&)> make;
};

std::vector<TrainingPeer> installed_training_peers();

// Each in a file of its own, compiled where its library is installed.
TrainingPeer torch_peer();
TrainingPeer dlib_peer();
TrainingPeer fann_peer();

}  // namespace wengert::bench
