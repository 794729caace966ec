// SPDX-License-Identifier: Apache-2.0
//
// From the name of a file or folder to examples that can be trained on. What is read:
//
//     a folder with MNIST's names     images and labels, training and test set
//     a folder with a folder a label  of PNG files; or with folders train and test of such folders
//     images and labels               two IDX files, plain or .gz
//     x and y                         two npy files
//     an npz archive                  x, y and perhaps x_test, y_test (or x_train, y_train, x_test, y_test)
//     a text, if it is said to be     learned character by character (text_data.h)
//     a table                         .csv, .tsv, .data, .txt, ...: CSV in any dialect of CsvReader, plain or .gz
//
// Arrays y of integers are classes, of floats values; of a table see Task. Pixels in bytes are scaled to [0, 1].
#pragma once

#include "wengert/train/encoding.h"

namespace wengert {

struct TrainingData {
  Split split;
  Encoding encoding;
  std::vector<std::string> notes;  ///< what the user should know: constant columns, assumptions about the target
};

/// Reads, splits, fits an Encoding on the training rows, and encodes all parts with it.
///
/// paths  : one or two, as above
/// throws : UsageError W828 if they are none of these, W820 and W821 for IDX files and arrays that do not belong
///          together, W823 to W827 for tables and splits, W825 for x or y with NaN or infinity; what the readers throw
TrainingData read_data(std::span<const std::string> paths, const DataOptions& options = {});

/// Rows to predict, encoded as those that were trained on; with y where the data have it. Of a folder or an archive
/// with a test set that set is read.
///
/// throws : as read_data; UsageError W829 if these are not data of the kind that was trained on
/// own_test_set : if not null, whether such a set was read
Dataset read_rows(std::span<const std::string> paths, const Encoding& encoding, DType dtype = DType::f32,
                  const TableFormat& format = {}, bool* own_test_set = nullptr);

}  // namespace wengert
