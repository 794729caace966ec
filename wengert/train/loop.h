// SPDX-License-Identifier: Apache-2.0
//
// The training loop. A step is one Program: forward, loss, pullback, optimizer, metrics; the loop feeds it batches.
#pragma once

#include <functional>

#include "wengert/exec/executable.h"
#include "wengert/nn/net.h"
#include "wengert/optim/optimizer.h"
#include "wengert/train/dataset.h"

namespace wengert {

/// What is learned: values of the net's parameters, and the optimizer's state, slot by slot for each parameter.
struct TrainingState {
  std::vector<Array> parameters, optimizer;
};

struct TrainingOptions {
  int64_t batch = 64;
  int64_t epochs = 5;
  double rate = 0.1;
  double rate_decay = 1;  ///< the rate is multiplied by it after each epoch
  uint64_t key = 1;       ///< of initial values and shuffles
};

/// (parameters..., state..., x, labels, rate, number of the step) -> (parameters..., state..., loss, number right), with
/// softmax cross-entropy as the loss.
Program training_step(const Net& net, const Optimizer& optimizer, int64_t batch, DType dtype);

/// (parameters..., x) -> (logits, predicted class)
Program prediction(const Net& net, int64_t batch, DType dtype);

struct EpochReport {
  int64_t epoch = 0;
  double loss = 0, train_accuracy = 0, test_accuracy = 0;
  double wall_s = 0, samples_per_s = 0;
};

/// Called after each step (with the running means) and after each epoch.
struct TrainingObserver {
  std::function<void(int64_t step, int64_t steps, double loss)> on_step;
  std::function<void(const EpochReport&)> on_epoch;
};

/// Trains from initial values; same key, same result. An incomplete last batch of an epoch is left for the next shuffle.
///
/// throws : UsageError W812 if the net does not fit the data or the batch is larger than it; DomainError W813 if the
///          loss stops being finite
TrainingState train(const Net& net, const Optimizer& optimizer, const Split& data, const TrainingOptions& options,
                    const TrainingObserver& observer);

/// Predicted classes of all rows.
std::vector<int64_t> predict(const Net& net, std::span<const Array> parameters, const Array& x);

/// counts[actual][predicted].
std::vector<std::vector<int64_t>> confusion_matrix(const Dataset& data, std::span<const int64_t> predicted);
double accuracy(const Dataset& data, std::span<const int64_t> predicted);

}  // namespace wengert
