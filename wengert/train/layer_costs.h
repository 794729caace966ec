// SPDX-License-Identifier: Apache-2.0
//
// What each layer of a net costs in a training step: each is made a Program of its own, forward and with its pullback,
// counted, compiled and timed on the values that it gets in the net.
#pragma once

#include <optional>

#include "wengert/api/compile.h"
#include "wengert/train/task.h"

namespace wengert {

/// Of one direction, for a batch.
struct DirectionCost {
  std::optional<double> flops;  ///< operations of the kernel (OperationCount), functions such as exp as one each; a
                                ///< product and a sum are two
  double bytes = 0;             ///< of what is read and written at least: each input and each output once
  double wall_s = 0;            ///< the least of several runs
};

struct LayerCost {
  std::string name;   ///< the layer's text; "loss", "optimizer"
  std::string kind;   ///< "conv", "dense"
  Shape output = {};  ///< of an example
  int64_t parameters = 0;
  int64_t output_bytes = 0;  ///< of the batch: what is kept for the way back, if nothing is computed anew
  DirectionCost forward = {}, backward = {};  ///< backward: what value and pullback together take beyond the value
};

struct StepCosts {
  std::vector<LayerCost> parts;  ///< layers, then loss, then optimizer
  DirectionCost step;            ///< all of a training step as one Program; bytes: its inputs and outputs
  int64_t batch = 0;
  DType dtype = DType::f32;
  CompileChoice engine;  ///< of the step
};

struct CostOptions {
  CompileOptions compile = {};
  double seconds = 1;    ///< that timing takes, about; 0: nothing is compiled or timed
  bool backward = true;  ///< else only what is needed forward: shapes, flops, bytes
};

/// x, y : a batch as of `task`'s data. throws : what compile throws
StepCosts layer_costs(const LearningTask& task, const Optimizer& optimizer, std::span<const Array> parameters,
                      const BatchType& type, const Array& x, const Array& y, const CostOptions& options);

/// A batch for a net of which no data are there: normal numbers, symbols and labels at random; values: normal.
struct MadeUpBatch {
  BatchType type;
  Array x, y;
};
MadeUpBatch made_up_batch(const LearningTask& task, bool classification, int64_t count, DType dtype);

}  // namespace wengert
