// SPDX-License-Identifier: Apache-2.0
//
// The two halves of an update whose gradient is a sum over parts of its examples: gradient_step of each part, and
// update_step by their sum. What the parts are and in which order they are added is the callers': batches one after the
// other (train/updates.h), or shards in a tree (train/sharded_updates.h).
#pragma once

#include "wengert/base/random.h"
#include "wengert/train/batches.h"
#include "wengert/train/loop.h"

namespace wengert {

/// Where random numbers of updates come from: a stream apart from those of starting values and shuffles.
Random update_keys(const TrainingOptions& options);

/// The steps of a training, for any number of examples; which engine runs them does not depend on its length.
/// train : must outlive this
Batches step_batches(const Dataset& train, Batches::MakeProgram make, const TrainingOptions& options);
/// Those by gradient_step. task, train : must outlive this
Batches gradient_batches(const LearningTask& task, const Dataset& train, const TrainingOptions& options);

/// What gradient_step takes besides the values of the net: [parameters..., statistics...].
struct UpdatePart {
  ConstView x, y;
  double share = 1;                 ///< of these examples in those of the update
  std::optional<Random> keys = {};  ///< of a net that is random in training
};

/// One run of gradient_step.
///
/// results : [gradients..., statistics..., loss, score]; made where there are none
void run_gradient_step(const Executable& step, std::span<const ConstView> values, const UpdatePart& part,
                       std::vector<Array>& results);

/// left + right, element by element, in the arrays' own precision. f32 or f64
void add_to(Array& left, const Array& right);

/// update_step on the state of a training.
class UpdateStep {
 public:
  UpdateStep(const LearningTask& task, const Optimizer& optimizer, DType dtype, const TrainingOptions& options);

  /// results : [gradients..., statistics..., loss, score] of all parts; the statistics become the state's, and those
  ///           that it had lie there afterwards
  void operator()(TrainingState& state, std::vector<Array>& results, double rate, int64_t update);

 private:
  size_t learned_;  ///< arrays of parameters
  std::unique_ptr<Executable> step_;
  std::vector<Array> next_ = {};  ///< of parameters and the optimizer's state, which take turns with them
};

/// Loss and score of [..., loss, score].
Measure measure_of(const std::vector<Array>& results);

}  // namespace wengert
