// SPDX-License-Identifier: Apache-2.0
//
// What every way to train does at the end of an epoch, and asks before the first.
#pragma once

#include <chrono>

#include "wengert/train/loop.h"

namespace wengert {

/// throws : UsageError W812 for a batch that is none, or for patience without a validation set
void check_options(const Dataset& validation, const TrainingOptions& options);

/// Closes epochs: measures, adds the report, keeps the best parameters.
class EpochEnd {
 public:
  /// All must outlive this. ranks : that share the measuring; null: this process is alone
  EpochEnd(const LearningTask& task, const Split& data, const CompileOptions& wish, Ranks* ranks = nullptr)
      : data_(data), validation_(task, data.validation, wish), test_(task, data.test, wish), ranks_(ranks) {}

  /// report : with rate and train
  /// passed : examples that were passed over since `start`
  /// throws : what measuring throws, with the state as it was before
  void operator()(TrainingState& state, EpochReport report, std::chrono::steady_clock::time_point start, int64_t passed);

 private:
  const Split& data_;
  Evaluation validation_, test_;
  Ranks* ranks_;
};

}  // namespace wengert
