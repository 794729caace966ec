// SPDX-License-Identifier: Apache-2.0
//
// Text to learn from: its characters are symbols, numbered in the order of their code points, and it is cut into
// sequences of equal length; what is to be said at each position is the character that comes next.
#pragma once

#include <string_view>

#include "wengert/train/read_data.h"

namespace wengert {

constexpr int64_t most_symbols = 4096;  ///< different characters of a text that is learned

/// The text of a file as training set, then validation set, then test set, in this order: what comes later is never
/// seen. A remainder shorter than a sequence is left out. options.sequence: characters of an example.
///
/// throws : UsageError W593 for what is no UTF-8, W827 if a part is too short for a sequence or the text has more than
///          most_symbols characters, W828 if test rows or a test file are named; what read_file throws
TrainingData read_text_data(const std::string& path, const DataOptions& options);

/// A text in the symbols of a training, as sequences with what comes next.
/// throws : UsageError W825 for a character that the training did not know, W827 for a text shorter than a sequence
Dataset encoded_text(std::string_view text, const std::string& name, const Encoding& encoding, DType dtype);

/// The numbers of a text's characters. throws : UsageError W825
std::vector<int64_t> symbols_of(std::string_view text, const std::string& name, const Encoding& encoding);

}  // namespace wengert
