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
  Measure operator()(std::span<const Array> parameters) { return total(sums(parameters, 0, 1)); }

  /// The data are measured part by part, of some hundred examples: the sums of loss and score over those of parts `first`,
  /// first + step, ...
  std::vector<Measure> sums(std::span<const Array> parameters, int64_t first, int64_t step);
  /// What the sums of all parts, in their order, amount to.
  Measure total(std::span<const Measure> sums) const;

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
