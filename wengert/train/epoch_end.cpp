// SPDX-License-Identifier: Apache-2.0
#include "wengert/train/epoch_end.h"

#include <cmath>
#include <fmt/format.h>

#include "wengert/train/sharded_updates.h"

namespace wengert {
namespace {

void keep_best(TrainingState& state, const Measure& validation) {
  const auto loss_of = [&](int64_t epoch) { return state.reports[static_cast<size_t>(epoch - 1)].validation->loss; };
  const bool is_first = state.best_epoch == 0 || std::isnan(loss_of(state.best_epoch));  // a NaN is no loss to beat
  if (!is_first && !(validation.loss < loss_of(state.best_epoch))) return;
  state.best = state.in_use();
  state.best_epoch = state.epoch;
}

}  // namespace

void check_options(const Dataset& validation, const TrainingOptions& options) {
  if (options.batch < 1)
    throw UsageError("W812", fmt::format("a batch of {} examples trains nothing", options.batch), {}, "choose a batch of at least 1");
  if (options.accumulate < 1)
    throw UsageError("W812", fmt::format("an update from {} batches changes nothing", options.accumulate), {}, "choose at least 1");
  if (options.patience > 0 && validation.count() == 0)
    throw UsageError("W812", fmt::format("a patience of {} epochs needs a validation set to be impatient about", options.patience), {},
                     "hold out some of the training examples for validation (--validation 0.1)");
}

void EpochEnd::operator()(TrainingState& state, EpochReport report, std::chrono::steady_clock::time_point start, int64_t passed) {
  report.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  report.samples_per_s = static_cast<double>(passed) / report.wall_s;
  if (data_.validation.count() > 0) report.validation = shared_measure(validation_, HeldOut::validation, state.in_use(), ranks_);
  else if (data_.test.count() > 0) report.test = shared_measure(test_, HeldOut::test, state.in_use(), ranks_);
  report.epoch = ++state.epoch;
  state.reports.push_back(report);
  if (report.validation) keep_best(state, *report.validation);
  state.step = 0;
  state.loss_sum = state.score_sum = 0;
}

}  // namespace wengert
