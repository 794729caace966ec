// SPDX-License-Identifier: Apache-2.0
//
// What a net is trained for, and the Programs that training, testing and predicting run. A training step is one Program:
// forward, loss, pullback, optimizer, score.
#pragma once

#include "wengert/nn/loss.h"
#include "wengert/nn/net.h"
#include "wengert/nn/regularize.h"
#include "wengert/optim/optimizer.h"
#include "wengert/train/dataset.h"

namespace wengert {

/// Minimised is loss(net(x), y), a mean over the examples of a batch, plus the regularizer's penalty on the weights.
struct LearningTask {
  Net net;
  Loss loss;
  Regularizer regularizer = {};
};

/// What a batch looks like: x[count, features], and y[count] labels of `classes` classes or y[count, outputs] values.
struct BatchType {
  Type x, y;
  int64_t classes = 0;  ///< 0: values

  int64_t count() const { return x.shape[0]; }
};
/// That of `count` examples of `data`.
BatchType batch_type(const Dataset& data, int64_t count);

/// Classes that the net's outputs say: the largest; of a single output 1 if its prediction is above one half. -> i64[n]
Expr predicted_classes(const LearningTask& task, Expr outputs);

/// What testing adds up over batches: examples whose class is right, or sum_ij (prediction_ij - y_ij)^2.
Expr score(const LearningTask& task, Expr outputs, Expr y, int64_t classes);

/// (parameters..., statistics..., state..., x, y, rate, update, [key]) -> (parameters..., statistics..., state..., loss,
/// score)
///
/// state  : slot by slot of the optimizer, each slot for all parameters
/// key    : i64[2], only of a net that is random in training
/// update : 1, 2, ...: which update it is; loss and score are those before it
Program training_step(const LearningTask& task, const Optimizer& optimizer, const BatchType& batch);

/// The first half of a training step, for some of the examples of an update:
/// (parameters..., statistics..., x, y, share, [key]) -> (gradients..., statistics..., loss, score)
///
/// share : these examples' part of the update's, at most 1. Gradients and loss are multiplied by it, so that their sums
///         over the parts of an update are the update's: those of a mean over all examples, regularizer included. The
///         score is a sum anyway. Statistics are what this part makes of those given.
Program gradient_step(const LearningTask& task, const BatchType& part);

/// Whether one of `data` alone can be a batch: not where it is normalised by a deviation that a single value does not have.
bool takes_single_example(const LearningTask& task, const Dataset& data);

/// The second half: (parameters..., state..., gradients..., rate, update) -> (parameters..., state...)
Program update_step(const LearningTask& task, const Optimizer& optimizer, DType dtype);

/// (parameters..., statistics..., x, weight, [key]) -> statistics after a batch in training, whose weight in them is given
Program gathered_statistics(const LearningTask& task, const BatchType& batch);

/// (parameters..., statistics..., x, y) -> (loss, score); the loss is without the regularizer.
Program evaluation(const LearningTask& task, const BatchType& batch);

/// (parameters..., statistics..., x) -> (predictions [batch, outputs], classes i64[batch]); of a net on sequences a row a
/// position: [batch time, outputs]
Program prediction(const LearningTask& task, int64_t batch, DType dtype);

/// (parameters...) -> loss over all of `data`, regularizer included: what a full-batch method minimises.
/// throws : UsageError W812 for a net with statistics or randomness
Program total_loss(const LearningTask& task, const Dataset& data);

}  // namespace wengert
