// SPDX-License-Identifier: Apache-2.0
//
// Trainings that mpirun started in several processes: rank 0 is the one that the user sees.
#pragma once

#include "wengert/cli/training_options.h"
#include "wengert/train/ranks.h"

namespace wengert::cli {

/// --shards.
Option shards_option();

/// The processes of one training, if they are several: joined, and at the end let go.
class Team {
 public:
  /// On other ranks than 0 nothing is printed from here on, and signals to end are left to rank 0.
  /// throws : ResourceError W865, W869
  Team();
  ~Team();
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  /// Null: this process is alone.
  Ranks* ranks() { return ranks_.get(); }

  /// Reads data and plan, here and on all ranks, which must come to the same ones. False: on another rank than 0 while
  /// one of them could not; rank 0 says why. throws : what `read` throws; UsageError W866 for others than rank 0's
  bool agree(const std::function<std::string()>& read);

  /// Whether this process is one that serves.
  bool serves() const { return ranks_ != nullptr && ranks_->rank() > 0; }

 private:
  std::unique_ptr<Ranks> ranks_;
};

/// Takes --shards into the plan, or in processes that mpirun started its usual number.
/// throws : UsageError W602, W812, W868
void take_shards(TrainingPlan& plan, const Arguments& arguments, const Dataset& train, Ranks* ranks);

}  // namespace wengert::cli
