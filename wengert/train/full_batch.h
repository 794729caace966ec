// SPDX-License-Identifier: Apache-2.0
//
// Training on all examples at once by L-BFGS (optim/lbfgs.h): for nets and data that are small, where it goes further
// down than steps of single batches do.
#pragma once

#include <optional>
#include <string_view>

#include "wengert/optim/lbfgs.h"
#include "wengert/train/loop.h"

namespace wengert {

struct FullBatch {
  std::string text = "lbfgs";  ///< canonical
  size_t memory = 10;          ///< pairs of steps and changes of the gradient that are kept
  int64_t iterations = 20;     ///< an epoch
};

/// "lbfgs [memory=10] [iterations=20]"; nothing if the text begins with another word.
/// throws : UsageError W815 and W811 for its numbers
std::optional<FullBatch> parse_full_batch(std::string_view text);

/// Goes on from `state`, which has no optimizer's state, until all epochs are done, the validation loss has not improved
/// for `patience` epochs, the observer says stop, or the loss cannot be lowered further. An epoch is `iterations`
/// iterations with a memory that starts empty: what it does depends on the parameters alone, so a training that is gone
/// on with after any epoch is bit for bit the one without the stop. Rate, schedule and batch are not used.
///
/// returns: why it ended before all epochs were done, in words, or ""
/// cost   : an iteration is about one forward and one reverse pass over all examples
/// throws : as train; DomainError W850 if loss or gradient are not finite at the start
std::string train_full_batch(const LearningTask& task, const FullBatch& method, const Split& data, const TrainingOptions& options,
                             TrainingState& state, const TrainingObserver& observer = {});

}  // namespace wengert
