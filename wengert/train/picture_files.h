// SPDX-License-Identifier: Apache-2.0
//
// PNG files as examples: a folder with one folder a label, whose name is the class; a folder of pictures, or single
// ones, without labels.
#pragma once

#include "wengert/train/array_data.h"

namespace wengert {

/// Whether the paths are pictures: files named .png, or a folder of them or of folders.
bool are_pictures(std::span<const std::string> paths);

/// Pictures in [0, 1] as x[n, height, width] where they are grey, x[n, height, width, channels] otherwise, in the order
/// of their paths; y the numbers of their labels among `classes`, which are the labels' names in the order of their
/// bytes. Of a folder with just the folders `train` and `test`, `test` is the test set. Names that begin with a full
/// stop are passed over.
///
/// throws : UsageError W845 for anything else in the folders, a label without pictures, pictures of different sizes or
///          colours; W842 for a file that is no PNG; what read_png throws
ExampleFiles read_pictures(std::span<const std::string> paths, DType dtype, size_t limit,
                           const PictureOptions& options);

/// Numbers y of `examples.classes` as numbers of `classes`.
/// throws : UsageError W845 for a label that is not there
void number_labels(Examples& examples, std::span<const std::string> classes);

}  // namespace wengert
