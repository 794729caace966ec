// SPDX-License-Identifier: Apache-2.0
//
// What the verbs that train share: options, the run with its progress and table of epochs, the files it leaves.
#pragma once

#include <optional>

#include "wengert/cli/context.h"
#include "wengert/train/loop.h"
#include "wengert/train/model_file.h"

namespace wengert::cli {

std::vector<Option> training_options();
TrainingOptions training_options_of(const Arguments& arguments);
/// --net, or a hidden layer of 128 rectifiers between the data's features and classes.
Net net_of(const Arguments& arguments, const Dataset& data);

struct TrainedRun {
  TrainingState state;
  std::vector<EpochReport> epochs;
  std::vector<int64_t> predicted;  ///< classes of the test set
};

/// Trains with a line an epoch on standard output, and a bar on a terminal's standard error.
TrainedRun train_with_progress(Context& context, const Net& net, const Split& data, const TrainingOptions& options);

/// The confusion matrix as a table on standard output, rows actual.
void print_confusion(Context& context, const Dataset& test, const TrainedRun& run);

/// weights.safetensors, metrics.csv, loss.svg and confusion.svg in `folder`. Returns their paths.
/// throws : ResourceError W441
std::vector<std::string> write_run(const std::string& folder, const Net& net, const Dataset& test, const TrainedRun& run);

void write_text(const std::string& path, const std::string& text);
void make_folder(const std::string& folder);

}  // namespace wengert::cli
