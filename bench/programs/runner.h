// SPDX-License-Identifier: Apache-2.0
//
// A Program with its executable, its inputs and room for its outputs: what is timed is run() alone.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "programs/engine.h"

namespace wengert::bench {

class Runner {
 public:
  /// inputs : in the Program's order; kept
  Runner(const Program& program, std::vector<Array> inputs);

  void run() { executable_->run(input_views_, output_views_); }
  std::span<const double> output(size_t k) const { return outputs_[k].values<double>(); }
  /// All outputs from `first` on, one behind the other.
  std::vector<double> outputs_from(size_t first) const;

 private:
  std::unique_ptr<Executable> executable_;
  std::vector<Array> inputs_, outputs_;
  std::vector<ConstView> input_views_;
  std::vector<View> output_views_;
};

/// Operations by kind on the lines of a Program, one an element; bodies are not entered. `divide`: divisions and roots;
/// `other`: negations, absolute values, choices, what moves elements, loops.
struct OperationCount {
  int64_t multiply = 0, add = 0, divide = 0, function = 0, other = 0;
  int64_t arithmetic() const { return multiply + add + divide + function; }
};
OperationCount count_operations(const Program& program);

}  // namespace wengert::bench
