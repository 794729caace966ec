// SPDX-License-Identifier: Apache-2.0
//
// What a training leaves for its reader: the files of its folder, and the confusion matrix on the terminal.
#pragma once

#include "wengert/cli/training_run.h"

namespace wengert::cli {

/// The confusion matrix of the test set as a table on standard output, rows actual.
void print_confusion(Context& context, const Dataset& test, const TrainedRun& run);

/// weights.safetensors, metrics.csv, metrics.json and loss.svg in `folder`; confusion.svg for classification. Returns
/// their paths. throws : ResourceError W441
/// read: the options that the data were read with
std::vector<std::string> write_run(const std::string& folder, const TrainingPlan& plan, const TrainingData& data, const DataOptions& read,
                                   const TrainedRun& run);

/// "wrote FILE" for each; also in the document.
void report_files(Context& context, const std::vector<std::string>& files);

void write_text(const std::string& path, const std::string& text);
/// throws : ResourceError W441
void make_folder(const std::string& folder);

}  // namespace wengert::cli
