// SPDX-License-Identifier: Apache-2.0
//
// Updates of a training, one after the other: a batch, or several batches whose gradients are added up first.
#pragma once

#include "wengert/base/random.h"
#include "wengert/train/loop.h"
#include "wengert/train/prepared_batches.h"

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
  /// returns : loss (a mean over the examples) and score (a sum) before the update. A loss that is not finite leaves
  /// the
  ///           state as it was
  Measure operator()(TrainingState& state, std::span<const int64_t> numbers, double rate, int64_t update);

 private:
  Measure in_one_step(TrainingState& state, std::span<const int64_t> numbers, double rate, int64_t update);
  Measure accumulated(TrainingState& state, std::span<const int64_t> numbers, double rate, int64_t update);
  Measure add_gradients(const TrainingState& state, std::span<const int64_t> numbers, int64_t batch_number);
  void apply_sums(TrainingState& state, double examples, double rate, int64_t update);
  /// Appends x and y to the inputs.
  const Executable& gathered(std::span<const int64_t> numbers);
  /// Appended to the inputs where the net is random.
  void add_key(int64_t batch_number);
  ConstView scalar(double value);

  const Dataset& train_;
  const TrainingOptions& options_;
  size_t learned_;  ///< arrays of parameters; the state's others are statistics
  bool random_;
  Random keys_;
  Batches batches_;
  std::optional<PreparedBatches> prepared_ = {};  ///< where pictures are augmented
  std::function<std::unique_ptr<Executable>()> make_apply_;
  std::unique_ptr<Executable> apply_ = {};
  std::vector<Array> next_ = {};                   ///< of parameters, statistics and the optimizer's state
  std::vector<Array> sums_ = {}, next_sums_ = {};  ///< of gradients, then the statistics so far
  std::vector<ConstView> inputs_ = {};
  std::vector<View> outputs_ = {};
  std::vector<Array> scalars_ = {};
};

}  // namespace wengert
