// SPDX-License-Identifier: Apache-2.0
//
// What a trained net is worth: losses and scores of data sets, predictions, and how they are mistaken.
#pragma once

#include "wengert/train/batches.h"

namespace wengert {

/// Mean loss of some examples without the regularizer; and the share whose class is right, or for values the root of
/// the mean squared error of the predictions.
struct Measure {
  double loss = 0, score = 0;
};

/// A sum of score() over all examples of `data` as the score of a Measure.
double mean_score(const Dataset& data, double sum);

/// Measures parameters on one data set again and again.
class Evaluation {
 public:
  /// data : must outlive this
  /// wish : engine and mathematics
  Evaluation(const LearningTask& task, const Dataset& data, const CompileOptions& wish = {});

  /// cost : one pass over the data, forward
  Measure operator()(std::span<const Array> parameters);

 private:
  const Dataset& data_;
  Batches batches_;
};

struct Predictions {
  Array values;                  ///< float[n, outputs]: probabilities of classes, or values; of sequences a row a position
  std::vector<int64_t> classes;  ///< most probable, where the task's loss is for classes or labels were learned
};

/// x : float[n, inputs]. cost: one pass, forward
Predictions predict(const LearningTask& task, std::span<const Array> parameters, const Array& x, const CompileOptions& wish = {},
                    CompileChoice* choice = nullptr);

/// counts[actual][predicted].
std::vector<std::vector<int64_t>> confusion_matrix(const Dataset& data, std::span<const int64_t> predicted);
/// Share of labels that are predicted.
double accuracy(const Dataset& data, std::span<const int64_t> predicted);

}  // namespace wengert
