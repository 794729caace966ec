// SPDX-License-Identifier: Apache-2.0
//
// FANN: batch gradient descent of tanh units on the squared error is what it shares with the others. It clips the tanh
// at 0.98 when it differentiates, which cases with small activations do not notice.
#include <floatfann.h>

#include <algorithm>

#include "peers/training_peers.h"

namespace wengert::bench {
namespace {

class FannTrainer : public Trainer {
 public:
  explicit FannTrainer(const TrainingCase& c) : case_(c) {
    const std::vector<unsigned> widths(c.widths.begin(), c.widths.end());
    net_ = fann_create_standard_array(static_cast<unsigned>(widths.size()), widths.data());
    fann_set_activation_function_hidden(net_, FANN_SIGMOID_SYMMETRIC);
    fann_set_activation_function_output(net_, FANN_LINEAR);
    fann_set_activation_steepness_hidden(net_, 1);
    fann_set_activation_steepness_output(net_, 1);
    fann_set_training_algorithm(net_, FANN_TRAIN_BATCH);
    fann_set_train_error_function(net_, FANN_ERRORFUNC_LINEAR);
    fann_set_learning_rate(net_, static_cast<float>(c.rate));
    for_each_weight([](fann_connection& connection, float value) { connection.weight = value; });
    data_ = fann_create_train(static_cast<unsigned>(c.batch), widths.front(), widths.back());
    for (size_t row = 0; row < static_cast<size_t>(c.batch); ++row) {
      std::copy_n(&c.x[row * widths.front()], widths.front(), data_->input[row]);
      std::copy_n(&c.targets[row * widths.back()], widths.back(), data_->output[row]);
    }
  }
  FannTrainer(const FannTrainer&) = delete;
  FannTrainer& operator=(const FannTrainer&) = delete;
  ~FannTrainer() override {
    fann_destroy_train(data_);
    fann_destroy(net_);
  }

  void step() override { fann_train_epoch(net_, data_); }

  std::vector<float> parameters() override {
    std::vector<float> all;
    for_each_weight([&](fann_connection& connection, float) { all.push_back(connection.weight); });
    return all;
  }

 private:
  /// use(connection, starting value), in the order of Trainer::parameters; connections that `use` changed are set. FANN
  /// numbers neurons layer by layer, a layer's bias last, and lists the connections into one neuron side by side.
  template <class Use> void for_each_weight(Use use) {
    std::vector<fann_connection> connections(fann_get_total_connections(net_));
    fann_get_connection_array(net_, connections.data());
    size_t first = 0;
    for (size_t k = 0; k < case_.layers(); ++k) {
      const auto from = static_cast<size_t>(case_.widths[k]), to = static_cast<size_t>(case_.widths[k + 1]);
      for (size_t i = 0; i <= from; ++i)
        for (size_t j = 0; j < to; ++j)
          use(connections[first + j * (from + 1) + i], i < from ? case_.weights[k][i * to + j] : case_.biases[k][j]);
      first += (from + 1) * to;
    }
    fann_set_weight_array(net_, connections.data(), static_cast<unsigned>(connections.size()));
  }

  TrainingCase case_;
  fann* net_ = nullptr;
  fann_train_data* data_ = nullptr;
};

}  // namespace

TrainingPeer fann_peer() {
  return {"FANN", [](const TrainingCase& c) -> std::unique_ptr<Trainer> {
            const bool can = c.unit == Unit::tanh && c.goal == Goal::squared && c.method == Method::gradient_descent;
            return can ? std::make_unique<FannTrainer>(c) : nullptr;
          }};
}

}  // namespace wengert::bench
