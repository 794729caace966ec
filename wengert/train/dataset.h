// SPDX-License-Identifier: Apache-2.0
//
// Labelled examples in memory, and batches of them.
#pragma once

#include <string>

#include "wengert/base/array.h"

namespace wengert {

/// x : float[n, features];  labels : i64[n], each in [0, classes)
struct Dataset {
  Array x, labels;
  int64_t classes = 0;

  int64_t count() const { return x.shape()[0]; }
  int64_t features() const { return x.shape()[1]; }
  /// The examples of these numbers, in this order.
  Dataset rows(std::span<const int64_t> numbers) const;
};

/// Images and labels in IDX files, plain or .gz, pixels scaled to [0, 1] as f32.
///
/// throws : UsageError W820 for files that are missing, W821 if images and labels do not fit together or a label is
///          out of range, and what read_idx throws
Dataset read_labelled_images(const std::string& images_path, const std::string& labels_path, int64_t classes = 10);

/// The training and the test set of a folder with MNIST's file names: train-images-idx3-ubyte[.gz] and so on.
struct Split {
  Dataset train, test;
};
Split read_mnist_folder(const std::string& folder);

/// The numbers 0 .. n - 1 in the order of epoch `epoch`: a permutation that depends on (key, epoch) alone.
std::vector<int64_t> shuffled(int64_t n, uint64_t key, uint64_t epoch);

}  // namespace wengert
