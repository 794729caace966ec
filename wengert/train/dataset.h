// SPDX-License-Identifier: Apache-2.0
//
// Examples in memory, with labels (classification) or values (regression), and batches of them.
#pragma once

#include <string>

#include "wengert/base/array.h"

namespace wengert {

/// x : float[n, features]
/// y : i64[n], each in [0, classes), for classification; float[n, k] for regression, where classes is 0; of sequences
///     with a class for each of their positions i64[n, time]
///
/// Rows to predict may come without y: then it has no rows, and has_targets() is false. Names are there where the data
/// have some: one for each class, each feature, each of the k targets.
struct Dataset {
  Array x = Array(f32({0, 0})), y = Array(i64({0}));
  int64_t classes = 0;
  std::vector<std::string> class_names = {}, feature_names = {}, target_names = {};
  std::vector<std::string> example_names = {};  ///< files, where each example is one; those of chosen rows have none

  int64_t count() const { return x.shape()[0]; }
  int64_t features() const { return x.shape()[1]; }
  bool is_classification() const { return classes > 0; }
  int64_t targets() const { return !is_classification() && y.shape().rank() == 2 ? y.shape()[1] : 1; }  ///< k; 1 for classification
  /// Positions that have a class of their own; 0: examples have.
  int64_t steps() const { return is_classification() && y.shape().rank() == 2 ? y.shape()[1] : 0; }
  /// Classes or rows of values that can be right or wrong.
  int64_t answers() const { return count() * (steps() > 0 ? steps() : 1); }
  bool has_targets() const { return y.shape()[0] == count(); }
  /// The examples of these numbers, in this order.
  Dataset rows(std::span<const int64_t> numbers) const;
};

/// Copies the rows of these numbers of an array into `into`, of their type.
void gather(const Array& all, std::span<const int64_t> numbers, Array& into);
/// The same into an array of their own.
Array gathered(const Array& all, std::span<const int64_t> numbers);

/// What is trained on, what the result is judged by at the end, and what may steer training meanwhile; `validation`
/// is empty unless it was asked for.
struct Split {
  Dataset train, test, validation = {};
};

/// The numbers 0 .. n - 1 in the order of epoch `epoch`: a permutation that depends on (key, epoch) alone.
std::vector<int64_t> shuffled(int64_t n, uint64_t key, uint64_t epoch);

}  // namespace wengert
