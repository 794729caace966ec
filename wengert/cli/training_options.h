// SPDX-License-Identifier: Apache-2.0
//
// Options of the verbs that train, and what they choose.
#pragma once

#include "wengert/cli/context.h"
#include "wengert/train/full_batch.h"
#include "wengert/train/method.h"
#include "wengert/train/model_file.h"
#include "wengert/train/read_data.h"

namespace wengert::cli {

/// What a verb takes where the user says nothing.
struct UsualTraining {
  std::string_view optimizer, rate, schedule, epochs;
};

/// --net, --loss, --optimizer and the like.
std::vector<Option> learning_options(const UsualTraining& usual);
/// --target, --test, --missing and the like: what the data mean and what is held out.
std::vector<Option> data_options();
/// Those of data_options that say how a table is written: --header, --separator.
std::vector<Option> table_options();

/// --grey, --image-size; part of data_options.
std::vector<Option> picture_options();

DataOptions data_options_of(const Arguments& arguments);
/// throws : UsageError W602 for options of data_options that say nothing about data of this kind
void check_data_options(const Arguments& arguments, Encoding::Source source);
TableFormat table_format_of(const Arguments& arguments);
/// What is asked for, else what `before` has. throws : UsageError W838
PictureOptions picture_options_of(const Arguments& arguments, PictureOptions before = {});

/// All that decides a training besides the data.
struct TrainingPlan {
  LearningTask task;
  Optimizer optimizer;
  std::optional<FullBatch> full_batch;  ///< instead of the optimizer, which then is only a name
  TrainingOptions options;
  std::vector<Array> start = {};        ///< values to start from; none: those of the key
  std::optional<StartingFile> start_file = {};  ///< where they are from, until check_start has compared it with the data
  /// Name and canonical value of all that decides the result: what a resumed training must agree with.
  std::vector<std::pair<std::string, std::string>> settings;
};

/// The net is --net, a text or a JSON file, or else one hidden layer of 128 rectifiers between features and classes.
/// throws : UsageError W602; what parse_net, read_net, parse_loss and the others throw
TrainingPlan training_plan(const Arguments& arguments, const Dataset& data);

}  // namespace wengert::cli
