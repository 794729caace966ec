// SPDX-License-Identifier: Apache-2.0
//
// The runs of a sweep, each a process of the tool with a folder of its own, several at a time.
#pragma once

#include <functional>
#include <optional>

#include "wengert/cli/context.h"
#include "wengert/cli/sweep_settings.h"

namespace wengert::cli {

struct SweepRun {
  enum class State { waiting, running, finished, failed, interrupted };

  std::string name;    ///< "007"
  std::string folder;  ///< out/007
  SweepSettings settings;
  std::vector<std::string> words;  ///< of its command, from "train"
  State state = State::waiting;
  std::string error = {};  ///< of a failed one: what it said
  // Of a finished one, at its epoch of the least validation loss:
  double validation_loss = 0, validation_score = 0, wall_s = 0;
  int64_t best_epoch = 0, epochs = 0;
  std::optional<double> test_score = {};
  std::vector<double> validation_curve = {};  ///< losses, an epoch each
};

/// Takes in what an earlier sweep left of it, and what its process leaves. score : "accuracy" or "rmse", found out
/// returns: whether it is finished
bool read_result(SweepRun& run, std::string& score);

/// Runs all that are not finished, `jobs` at a time; those that were begun go on from their snapshots. An interrupt is
/// passed on to the processes, and is waited for.
///
/// ended  : called after each
/// returns: whether it was interrupted
/// throws : ResourceError W441 if a run's folder cannot be made
bool run_all(std::vector<SweepRun>& runs, int64_t jobs, std::string& score,
             const std::function<void(const SweepRun&)>& ended);

}  // namespace wengert::cli
