// SPDX-License-Identifier: Apache-2.0
//
// Generated digits as files with MNIST's names and format, so that they are read like the real ones.
#pragma once

#include <cstdint>
#include <string>

namespace wengert {

/// What a folder of generated digits holds: a training set, and a test set under another key with the distortions of
/// DigitOptions::held_out(), none of which occur in training.
struct DigitFilesOptions {
  int64_t train = 40000, test = 10000;
  uint64_t key = 1;
  int threads = 0;  ///< 0: one a core; the files do not depend on it
};

/// Writes train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte.
/// throws : ResourceError W441 if the folder or a file cannot be written; what generate_digits throws
void write_digit_files(const std::string& folder, const DigitFilesOptions& options = {});

}  // namespace wengert
