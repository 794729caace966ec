// SPDX-License-Identifier: Apache-2.0
//
// What a training by an optimizer that averages is for: the averages of the parameters. Running means and variances of
// batch normalization belong to the last parameters, so they are gathered anew for the averages, as means over batches, as for
// the averages of IPGVW18 (section 3.1).
#pragma once

#include "wengert/train/loop.h"

namespace wengert {

/// Averages of the parameters, then statistics of the training examples under them; before the first update the
/// parameters as they are. It depends on the state, the data and the key alone.
///
/// optimizer : with `averages`
/// cost      : a copy; for a net with statistics forward passes of at most 100 batches
std::vector<Array> averaged_values(const LearningTask& task, const Optimizer& optimizer, const Dataset& train,
                                   const TrainingOptions& options, const TrainingState& state);

}  // namespace wengert
