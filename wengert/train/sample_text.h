// SPDX-License-Identifier: Apache-2.0
//
// Text out of a net that has learned which character comes next.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "wengert/api/compile.h"
#include "wengert/train/model_file.h"

namespace wengert {

struct SampleOptions {
  int64_t characters = 500;
  std::string prompt = "\n";  ///< what the text goes on from; empty: the first symbol
  double temperature = 1;     ///< the logarithms of probabilities are divided by it; 0: always the most probable
  uint64_t key = 1;
  CompileOptions compile = {};
};

/// Writes characters one after the other, each drawn from what the net says after those before it (as many as it looks
/// at); `write` gets each, and stops the writing by returning false.
///
/// cost   : a run of the net on one sequence a character
/// throws : UsageError W829 if the model is none of text, W825 for a character of the prompt that it does not know
void sample_text(const Model& model, const SampleOptions& options, const std::function<bool(std::string_view character)>& write);

}  // namespace wengert
