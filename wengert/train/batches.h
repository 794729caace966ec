// SPDX-License-Identifier: Apache-2.0
//
// Batches of a data set for a Program that takes them: an executable for whole batches, one for the smaller batch at the
// end, and the arrays that rows are gathered into.
#pragma once

#include <functional>
#include <map>
#include <memory>

#include "wengert/exec/executable.h"
#include "wengert/train/task.h"

namespace wengert {

class Batches {
 public:
  using MakeProgram = std::function<Program(const BatchType&)>;

  /// data          : must outlive this
  /// expected_runs : decides which engine runs the Program. A constant, not the length of one training: a training that is
  ///                 gone on with must be run by the same engine, or its bits would be others
  Batches(const Dataset& data, MakeProgram make, double expected_runs);
  ~Batches();

  /// Gathers the rows of these numbers, appends views of their x and y to `inputs`, and returns the executable for that
  /// many; views and executable are valid until the next call.
  ///
  /// cost   : the rows' bytes; a number of rows that is new is made ready once
  const Executable& gathered(std::span<const int64_t> numbers, std::vector<ConstView>& inputs);
  /// The same for neighbouring rows, which need not be gathered.
  const Executable& slice(int64_t first, int64_t count, std::vector<ConstView>& inputs);

 private:
  struct Ready {
    BatchType type;
    std::unique_ptr<Executable> executable;
    Array x, y;
  };
  Ready& ready(int64_t count);

  const Dataset& data_;
  MakeProgram make_;
  double expected_runs_;
  std::map<int64_t, Ready> ready_;
};

}  // namespace wengert
