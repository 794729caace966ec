// SPDX-License-Identifier: Apache-2.0
//
// A trained net as one safetensors file: its weights, what net and loss they belong to, and how examples become its
// inputs. Enough to predict from, and readable by others as plain tensors.
#pragma once

#include <string>

#include "wengert/train/data_record.h"
#include "wengert/train/task.h"

namespace wengert {

struct Model {
  LearningTask task;
  std::vector<Array> parameters;
  Encoding encoding = {};
  std::optional<DataRecord> data = {};  ///< of those that it was trained on, where that is known
};

/// The task of a description. A loss that it does not name is cross_entropy for classes, logistic for one output
/// of two classes, and mse for values.
/// throws : what make_net, parse_loss and parse_regularizer throw
LearningTask make_task(NetDescription description, bool classification);

/// throws : ResourceError W441; UsageError W822 for a net made by hand, which no text describes
void write_model(const std::string& path, const Model& model);

/// throws : UsageError W822 if the file does not say which net it belongs to, lacks a parameter of it, or encodes examples
///          for another net, W864 if its content is not what was written; what read_safetensors, make_task and
///          encoding_from_json throw
Model read_model(const std::string& path);

/// What keeps examples of this encoding from the net, as the end of a sentence; empty if nothing does.
std::string misfit(const Net& net, const Encoding& encoding);

}  // namespace wengert
