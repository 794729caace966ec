// SPDX-License-Identifier: Apache-2.0
//
// The training loop: batches in the order of a seeded shuffle, one update each, a measurement after each epoch. All that
// the next update depends on is in a TrainingState, so a training can be stopped anywhere, written down
// (train/snapshot.h) and gone on with by the same engine on the same kind of machine: bit for bit as without the stop.
#pragma once

#include <functional>
#include <optional>

#include "wengert/optim/step_size.h"
#include "wengert/train/augment.h"
#include "wengert/train/evaluate.h"

namespace wengert {

class Ranks;

struct EpochReport {
  int64_t epoch = 0;  ///< from 1
  double rate = 0;    ///< of its first update
  Measure train;      ///< running means over the epoch's batches, each before its update; the loss with the regularizer
  std::optional<Measure> validation = {};
  std::optional<Measure> test = {};  ///< only where there is no validation set: nothing is chosen by it
  double wall_s = 0, samples_per_s = 0;
};

struct TrainingOptions {
  int64_t batch = 64;    ///< the last batch of an epoch holds what is left
  int64_t accumulate = 1;  ///< batches an update: its gradient is the mean over their examples; the last takes what is left.
                           ///< In shards they are one batch that is cut
  int64_t epochs = 5;
  double rate = 0.1;
  Schedule schedule = {};
  int64_t patience = 0;  ///< epochs without a better validation loss after which training ends; 0: never
  uint64_t key = 1;      ///< of initial values and shuffles
  int64_t shards = 0;    ///< in which the gradient of an update is summed (train/sharded_updates.h); 0: in one piece
  CompileOptions compile = {};  ///< engine and mathematics; how often a step is run is decided here
  Augmentation augment = {};    ///< of the pictures of training batches, never of others
  bool prefetch = true;         ///< augmented batches are made ready by a second thread; the result is the same without

  int64_t examples_an_update() const { return batch * accumulate; }
};

/// What is learned, where the training stands, and what was best so far.
struct TrainingState {
  std::vector<Array> parameters;       ///< of the net, then its statistics (Net::values)
  std::vector<Array> optimizer;        ///< slot by slot, each slot for all parameters
  int64_t epoch = 0;                   ///< epochs finished
  int64_t step = 0;                    ///< updates done in the epoch under way
  double loss_sum = 0, score_sum = 0;  ///< of the epoch under way, over examples
  std::vector<Array> best = {};        ///< those in use after best_epoch: that of the least validation loss
  int64_t best_epoch = 0;              ///< 0: there is no validation set
  std::vector<EpochReport> reports = {};
  /// Parameters and statistics for use where the optimizer averages; train makes them of the others at each end of an epoch
  /// and at its own.
  std::vector<Array> averaged = {};

  /// What validation and tests are about: the averages if there are some, else the last parameters.
  const std::vector<Array>& in_use() const { return averaged.empty() ? parameters : averaged; }
  /// What the training is for: the best parameters if there is a validation set, else those in use.
  const std::vector<Array>& chosen() const { return best_epoch > 0 ? best : in_use(); }
};

/// The state before the first update; it depends on (net, key, dtype) alone.
TrainingState initial_state(const LearningTask& task, const Optimizer& optimizer, uint64_t key, DType dtype);

struct TrainingObserver {
  std::function<void(const TrainingState&, int64_t steps_an_epoch)> on_step = {};
  std::function<void(const TrainingState&)> on_epoch = {};  ///< its report is the last
  std::function<bool()> stop = {};                          ///< asked after each step
  std::function<void(const CompileChoice&)> on_engine = {};  ///< what runs the steps; told after the first
};

/// Goes on from `state` until all epochs are done, the validation loss has not improved for `patience` epochs, or the
/// observer says stop.
///
/// cost   : an update is one run of training_step, or with `accumulate` or `shards` one of gradient_step a
///          batch or shard and one of update_step; memory: two copies of the state
/// throws : UsageError W812 if net, loss and data do not fit, or the state belongs to another net or to epochs of fewer
///          updates; DomainError W813 if the loss stops being finite: the state before that update is kept in `state`; or
///          if a parameter is not finite at the end of an epoch
///
/// ranks  : processes that share the shards of an update; the others serve (train/sharded_updates.h), and are let go at the
///          end. Null: this one does all; the result has the same bits. Throws UsageError W868; ResourceError W867 if one of
///          them dies: the state before that update is kept
void train(const LearningTask& task, const Optimizer& optimizer, const Split& data, const TrainingOptions& options, TrainingState& state,
           const TrainingObserver& observer = {}, Ranks* ranks = nullptr);

/// Whether `train` has nothing more to do.
bool is_finished(const TrainingState& state, const TrainingOptions& options);

/// throws : UsageError W812 if the net's inputs, outputs or loss do not fit the data
void check_fit(const LearningTask& task, const Dataset& data);

}  // namespace wengert
