// SPDX-License-Identifier: Apache-2.0
#include "programs/wengert_trainer.h"

#include "programs/engine.h"

namespace wengert::bench {

WengertTrainer::WengertTrainer(const LearningTask& task, const Optimizer& optimizer, const BatchType& type, const TrainingState& start, Array x,
                               Array y, double rate, int threads)
    : executable_(make_executable(training_step(task, optimizer, type), threads)),
      parameters_(start.parameters.size() - task.net.statistics.size()), x_(std::move(x)), y_(std::move(y)),
      rate_(Array::filled(f32({}), rate)) {
  state_[0] = start.parameters;
  state_[0].insert(state_[0].end(), start.optimizer.begin(), start.optimizer.end());
  state_[1] = state_[0];
  for (int side : {0, 1}) {  // outputs first: what is written is nobody else's from then on
    for (Array& part : state_[1 - side]) outputs_[side].push_back(part.mutable_view());
    for (Array* part : {&loss_, &score_}) outputs_[side].push_back(part->mutable_view());
  }
  update_number_ = update_.mutable_values<float>().data();
  for (int side : {0, 1}) {
    for (const Array& part : state_[side]) inputs_[side].push_back(part.view());
    for (const Array* part : {&x_, &y_, &rate_, &update_}) inputs_[side].push_back(part->view());
  }
}

void WengertTrainer::step() {
  const int side = static_cast<int>(steps_++ % 2);
  *update_number_ = static_cast<float>(steps_);
  executable_->run(inputs_[side], outputs_[side]);
}

std::vector<float> WengertTrainer::parameters() {
  std::vector<float> all;
  for (size_t k = 0; k < parameters_; ++k) {
    const auto values = state_[steps_ % 2][k].values<float>();
    all.insert(all.end(), values.begin(), values.end());
  }
  return all;
}

}  // namespace wengert::bench
