// SPDX-License-Identifier: Apache-2.0
//
// Verbs that are given a trained net: the folder of a training, or the weights in it.
#pragma once

#include "wengert/cli/verb.h"
#include "wengert/train/model_file.h"

namespace wengert::cli {

/// Whether a path is a model rather than a Program: *.safetensors, or a folder with weights.safetensors.
bool names_model(const std::string& path);

/// throws : as read_model
Model read_model_at(const std::string& path);

}  // namespace wengert::cli
