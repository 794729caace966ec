// SPDX-License-Identifier: Apache-2.0
//
// report.html: a run on one page, to look at, to keep and to print.
#pragma once

#include "wengert/cli/layer_table.h"
#include "wengert/cli/training_run.h"

namespace wengert::cli {

/// --report, for verbs that train.
Option report_option();

struct ReportInput {
  const TrainingPlan& plan;
  const Encoding& encoding;
  const Split& data;
  const TrainedRun& run;
  std::string command;                  ///< by which the run can be done again
  std::optional<StepCosts> costs = {};  ///< where the layers were timed
  MachinePeak peak = {};                ///< there with the costs
};

/// The page: numbers at the head, curves, mistakes, worst examples, the net layer by layer, weights, time, memory,
/// settings. cost : one pass over the test set, and the net's Programs for one example
std::string report_page(const ReportInput& input);

/// Times the layers on a batch of the training set.
void time_layers(ReportInput& input, double seconds);

// Its parts:
/// How classes were taken for each other, or how far values were off.
std::string mistakes_part(const ReportInput& input, const Predictions& said);
/// The test examples of the greatest loss, as they look.
std::string worst_part(const ReportInput& input, const Predictions& said);

}  // namespace wengert::cli
