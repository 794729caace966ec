// SPDX-License-Identifier: Apache-2.0
//
// Options of how a net is trained beside its optimizer: --clip, --average, --accumulate, --group, --freeze, --from.
#pragma once

#include "wengert/cli/training_options.h"

namespace wengert::cli {

std::vector<Option> method_options();

/// Puts what was asked for around the plan's optimizer and into its options. Returns what a resumed training must agree
/// with beside the optimizer's text.
/// throws : UsageError W602 where the optimizer takes no steps of single batches; what with_methods and starting_values
///          throw
std::vector<std::pair<std::string, std::string>> apply_methods(const Arguments& arguments, const Dataset& data,
                                                               TrainingPlan& plan);

/// Compares what the plan starts from (--from) with what its data are, and lets go of the file; notes where features are scaled
/// otherwise.
/// throws : UsageError W837
void check_start(Context& context, const Encoding& encoding, TrainingPlan& plan);

/// --augment, for verbs that know what their examples look like.
Option augment_option();
/// throws : UsageError W839 for a text that makes no sense, or examples that are no pictures
void apply_augmentation(const Arguments& arguments, const Encoding& encoding, TrainingPlan& plan);

}  // namespace wengert::cli
