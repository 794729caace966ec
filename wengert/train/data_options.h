// SPDX-License-Identifier: Apache-2.0
//
// What can be said about data beyond their path: which columns mean what, and which rows are held out.
#pragma once

#include <optional>

#include "wengert/train/pictures.h"
#include "wengert/train/table.h"

namespace wengert {

/// What happens to a row with a missing cell. fill: a number becomes the mean of its column over the training rows, a
/// missing category becomes a category of its own; targets are never filled.
enum class Missing : uint8_t { refuse, drop, fill };

/// What is learned. by_target: classes if the target is text, or integers of at most 20 different values, each seen
/// twice or more on average; otherwise values.
enum class Task : uint8_t { by_target, classes, values };

struct DataOptions {
  TableFormat format = {};                    ///< of tables: separator, header
  std::vector<std::string> targets = {};      ///< of tables: columns by name or number; none: the last
  std::vector<std::string> ignored = {};      ///< columns that are left out
  std::vector<std::string> categorical = {};  ///< columns whose numbers are names
  Missing missing = Missing::refuse;
  Task task = Task::by_target;
  int64_t most_categories = 256;  ///< of an input column

  std::optional<bool> standardize = {};  ///< features to mean 0 and deviation 1; unsaid: tables and arrays yes, images no
  DType dtype = DType::f32;              ///< f32 or f64

  PictureOptions pictures = {};  ///< of PNG files

  int64_t sequence = 0;                      ///< the data are a text, read in sequences of so many characters; 0: they are not

  double test = 0.2;                         ///< share of the rows held out where no test set is given
  double validation = 0;                     ///< share of the rows (all but those of test_paths) held out of training for validation
  uint64_t key = 1;                          ///< decides which rows
  std::vector<std::string> test_paths = {};  ///< the test set, in the form of the training set; of a folder or archive
                                             ///< with a test set that set
  std::vector<int64_t> test_rows = {};       ///< or the rows of the training set, from 0, that are the test set
};

}  // namespace wengert
