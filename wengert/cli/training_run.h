// SPDX-License-Identifier: Apache-2.0
//
// A training as the tool runs it: a line an epoch, a bar on a terminal, snapshots in the folder of results, and an end
// in good order when it is interrupted.
#pragma once

#include "wengert/cli/training_options.h"
#include "wengert/train/ranks.h"
#include "wengert/train/snapshot.h"

namespace wengert::cli {

struct TrainedRun {
  TrainingState state;
  std::optional<Measure> test;     ///< of the chosen parameters, on the test set
  std::vector<int64_t> predicted;  ///< classes of the test set, for classification
  std::string ended = {};          ///< why it was over before all epochs, other than by patience
  bool interrupted = false;
};

/// Where the snapshot of a training lies in its folder.
std::string snapshot_path(const std::string& folder);

/// Trains; a line an epoch on standard output, a bar on a terminal's standard error. Writes snapshots to `folder`: after
/// epochs and every minute, not more often than once a second, or (--snapshot-every) after every so many updates; and at
/// the end. An interrupt (SIGINT, SIGTERM) ends the training after the update under way, with a snapshot.
///
/// resume : go on from the snapshot in `folder`
/// ranks  : processes that share the updates; if one of them is lost, the snapshot is written before the error is thrown
/// throws : UsageError W862 if it is of other settings or data, W863 if there is none; what train throws
TrainedRun run_training(Context& context, const TrainingPlan& plan, const Split& data, const Encoding& encoding, const std::string& folder,
                        bool resume, Ranks* ranks = nullptr);

/// One object an epoch, as in the document of --json.
nlohmann::ordered_json metrics_json(const std::vector<EpochReport>& reports, const Encoding& encoding);

/// Scores as the tool tells them: a share, or an error in the units of the target where there is one target (of several in
/// those of the training, which have deviation 1). As text a share is in percent.
double told_score(double score, const Encoding& encoding);
std::string score_text(double score, const Encoding& encoding);
std::string_view score_name(const Encoding& encoding);

}  // namespace wengert::cli
