// SPDX-License-Identifier: Apache-2.0
//
// Examples that come as arrays (npz, npy, IDX): read with their shapes checked, and encoded.
#pragma once

#include "wengert/train/encoding.h"

namespace wengert {

/// x : [n, ...], y : [n] or [n, k]; what a pair of files or an archive holds.
struct Examples {
  std::string name = {};  ///< for messages
  Array x = {};
  std::optional<Array> y = {};
  std::vector<std::string> classes = {};  ///< of pictures: names of the labels
  std::vector<std::string> files = {};    ///< of pictures: one an example
};

/// A set, and the test set that stands beside it, if there is one.
struct ExampleFiles {
  Encoding::Source source = Encoding::Source::arrays;
  double scale = 1;  ///< that was applied to images
  Examples all = {};
  std::optional<Examples> test = {};
  PictureOptions pictures = {};  ///< that were applied
};

/// Of a folder, an npz archive, one or two npy or IDX files, or PNG files (picture_files.h); nothing if the names are those
/// of no such thing.
///
/// dtype    : of images
/// pictures : what is done to PNG files
/// throws   : what the readers throw; UsageError W838 for pictures to be changed that are none; W820 for missing files of a folder, W545 for an archive without x
std::optional<ExampleFiles> read_examples(std::span<const std::string> paths, DType dtype, size_t limit, const PictureOptions& pictures = {});

/// What the examples say by themselves: shape, classes or targets. throws : UsageError W821, W825 for targets that are
/// not finite
Encoding described(const ExampleFiles& files, const DataOptions& options);

/// Labels of all examples. throws : UsageError W821 if y is not labels, or one is out of range
std::vector<int64_t> labels_of(const Examples& examples, int64_t classes);

/// Means and deviations of features and targets over the training rows.
void fit(Encoding& encoding, const Examples& examples, std::span<const int64_t> rows, bool standardize,
         std::vector<std::string>& notes);

/// throws : UsageError W829 for examples of another shape, W821 for shapes that do not fit or labels out of range, W825
///          for a number that is not finite
Dataset encoded(const Examples& examples, const Encoding& encoding, DType dtype);

}  // namespace wengert
