// SPDX-License-Identifier: Apache-2.0
//
// Batches of a data set for a Program that takes them: an executable for whole batches, one for the smaller batch at the
// end, and the arrays that rows are gathered into.
#pragma once

#include <functional>
#include <map>
#include <memory>

#include "wengert/api/compile.h"
#include "wengert/train/task.h"

namespace wengert {

class Batches {
 public:
  using MakeProgram = std::function<Program(const BatchType&)>;

  /// data          : must outlive this
  /// expected_runs : decides which engine runs the Program. A constant, not the length of one training: a training that is
  ///                 gone on with must be run by the same engine, or its bits would be others
  /// wish          : engine and mathematics; its expected runs and time limit are not used
  Batches(const Dataset& data, MakeProgram make, double expected_runs, const CompileOptions& wish = {});
  ~Batches();

  /// Gathers the rows of these numbers, appends views of their x and y to `inputs`, and returns the executable for that
  /// many; views and executable are valid until the next call.
  ///
  /// cost   : the rows' bytes; a number of rows that is new is made ready once
  const Executable& gathered(std::span<const int64_t> numbers, std::vector<ConstView>& inputs);
  /// The same for neighbouring rows, which need not be gathered.
  const Executable& slice(int64_t first, int64_t count, std::vector<ConstView>& inputs);

  /// The same for rows that are ready elsewhere: x and y are the caller's to append.
  const Executable& executable(int64_t count) { return *ready(count).executable; }

  /// What runs batches of the largest number of rows so far; nothing before the first.
  const CompileChoice* choice() const { return ready_.empty() ? nullptr : &ready_.rbegin()->second.choice; }

 private:
  struct Ready {
    BatchType type;
    std::unique_ptr<Executable> executable;
    CompileChoice choice;
    Array x, y;
  };
  Ready& ready(int64_t count);

  const Dataset& data_;
  MakeProgram make_;
  CompileOptions options_;
  std::map<int64_t, Ready> ready_;
};

}  // namespace wengert
