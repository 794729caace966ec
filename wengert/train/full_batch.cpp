// SPDX-License-Identifier: Apache-2.0
#include "wengert/train/full_batch.h"

#include "wengert/base/choice.h"
#include "wengert/train/epoch_end.h"

namespace wengert {

std::optional<FullBatch> parse_full_batch(std::string_view text) {
  static const std::vector<Maker<FullBatch>> makers{
      {{"lbfgs", {{"memory", counts, 10}, {"iterations", counts, 20}}},
       [](std::span<const double> n) { return FullBatch{.memory = static_cast<size_t>(n[0]), .iterations = static_cast<int64_t>(n[1])}; }}};
  if (text.substr(0, text.find(' ')) != "lbfgs") return {};
  auto [method, canonical] = make_chosen(text, "optimizer", makers);
  method.text = canonical;
  return method;
}

std::string train_full_batch(const LearningTask& task, const FullBatch& method, const Split& data, const TrainingOptions& options,
                             TrainingState& state, const TrainingObserver& observer) {
  check_fit(task, data.train);
  check_options(data.validation, options);
  const Program loss = total_loss(task, data.train);
  const LbfgsOptions lbfgs{.memory = method.memory, .most_iterations = method.iterations};
  EpochEnd finish(task, data, options.compile);
  Evaluation train(task, data.train, options.compile);
  while (!is_finished(state, options)) {
    const auto start = std::chrono::steady_clock::now();
    auto minimum = minimize(loss, state.parameters, {}, lbfgs);
    state.parameters = std::move(minimum.inputs);
    finish(state, {.rate = 1, .train = {minimum.report.value, train(state.parameters).score}}, start,
           data.train.count() * minimum.report.evaluations);
    if (observer.on_epoch) observer.on_epoch(state);
    if (minimum.report.stop != Stop::iterations) return minimum.report.why;
    if (observer.stop && observer.stop()) return "";
  }
  return "";
}

}  // namespace wengert
