// SPDX-License-Identifier: Apache-2.0
//
// Verbs that are given a trained net: the folder of a training, or the weights in it.
#pragma once

#include "wengert/cli/context.h"
#include "wengert/train/model_file.h"

namespace wengert::cli {

/// MODEL, the positional argument of verbs that take a trained net.
Option model_option();

/// Whether a path is a model rather than a Program: *.safetensors, or a folder with weights.safetensors.
bool names_model(const std::string& path);

/// The file of a trained net that is named by itself or by its folder.
/// throws : UsageError W856 if there is none
std::string weights_at(const std::string& path);

/// throws : as weights_at and read_model
Model read_model_at(const std::string& path);

/// A note where data have as many examples as those that the net was trained on a part of: they are likely to be the same.
void note_seen_data(Context& context, const Model& model, const Dataset& data);

}  // namespace wengert::cli
