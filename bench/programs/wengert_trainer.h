// SPDX-License-Identifier: Apache-2.0
//
// Training steps by Wengert, as the benches time them: state and results stay where they are, nothing is allocated.
#pragma once

#include "peers/trainer.h"
#include "wengert/exec/executable.h"
#include "wengert/train/loop.h"

namespace wengert::bench {

/// A step writes the other of two copies of the state.
class WengertTrainer : public Trainer {
 public:
  /// x, y : the batch, the same in each step
  WengertTrainer(const LearningTask& task, const Optimizer& optimizer, const BatchType& type, const TrainingState& start, Array x, Array y,
                 double rate, int threads = 1);

  void step() override;
  std::vector<float> parameters() override;

 private:
  std::unique_ptr<Executable> executable_;
  size_t parameters_;
  std::vector<Array> state_[2];
  Array x_, y_, rate_, update_{f32({})}, loss_{f32({})}, score_{f32({})};
  std::vector<ConstView> inputs_[2];
  std::vector<View> outputs_[2];
  float* update_number_ = nullptr;
  int64_t steps_ = 0;
};

}  // namespace wengert::bench
