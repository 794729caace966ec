// SPDX-License-Identifier: Apache-2.0
//
// Updates of a training, one after the other: a batch, or several batches whose gradients are added up first.
#pragma once

#include "wengert/train/prepared_batches.h"
#include "wengert/train/update_halves.h"

namespace wengert {

/// Runs updates: the state's arrays and a second set of them take turns as inputs and outputs. Nothing of it outlasts
/// an update: after each the state is all there is.
class Updates {
 public:
  /// All must outlive this.
  Updates(const LearningTask& task, const Optimizer& optimizer, const Dataset& train, const TrainingOptions& options);

  /// What runs the steps; nothing before the first.
  const CompileChoice* engine() const { return batches_.choice(); }

  /// Before the updates of an epoch (1, 2, ...) from those of `order`, or what is left of them.
  void begin_epoch(std::span<const int64_t> order, int64_t epoch);

  /// One update from the examples of these numbers, the next of the epoch, in batches of `options.batch`.
  ///
  /// update  : 1, 2, ...
  /// returns : loss (a mean over the examples) and score (a sum) before the update. A loss that is not finite leaves the
  ///           state as it was
  Measure operator()(TrainingState& state, std::span<const int64_t> numbers, double rate, int64_t update);

 private:
  Measure in_one_step(TrainingState& state, std::span<const int64_t> numbers, double rate, int64_t update);
  Measure accumulated(TrainingState& state, std::span<const int64_t> numbers, double rate, int64_t update);
  /// Into results_, or where that has those of batches before, to them.
  void add_gradient(const TrainingState& state, std::span<const int64_t> numbers, double share, int64_t batch_number);
  /// Appends x and y to the inputs.
  const Executable& gathered(std::span<const int64_t> numbers, std::vector<ConstView>& inputs);

  const Dataset& train_;
  const TrainingOptions& options_;
  size_t learned_;  ///< arrays of parameters; the state's others are statistics
  bool random_;
  Random keys_;
  Batches batches_;  ///< of training_step, or where gradients are added up of gradient_step
  std::optional<PreparedBatches> prepared_ = {};  ///< where pictures are augmented
  std::optional<UpdateStep> apply_ = {};          ///< where gradients are added up
  std::vector<Array> next_ = {};                  ///< of parameters, statistics and the optimizer's state
  std::vector<Array> sum_ = {}, part_ = {};       ///< [gradients..., statistics..., loss, score]
};

}  // namespace wengert
