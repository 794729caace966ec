// SPDX-License-Identifier: Apache-2.0
//
// Executable: a Program made ready to run. Every engine returns one; it is const and may be run by several threads.
#pragma once

#include <vector>

#include "wengert/ir/program.h"

namespace wengert {

/// Whether a float array holds a NaN.
bool has_nan(const ConstView& x);

class Executable {
 public:
  explicit Executable(Program program)
      : program_(std::move(program)), input_types_(program_.input_types()), output_types_(program_.output_types()) {}
  virtual ~Executable() = default;

  const Program& program() const { return program_; }

  /// Inputs and outputs in the Program's order and types; outputs do not overlap inputs.
  /// throws : ShapeError W207 for wrong counts or types; UsageError W701 for a guard that turns out otherwise;
  ///          DomainError W301 under a NaN trap
  virtual void run(std::span<const ConstView> inputs, std::span<const View> outputs) const = 0;

  /// The same with arrays made for the outputs.
  std::vector<Array> run(std::span<const Array> inputs) const;
  std::vector<Array> run(std::initializer_list<Array> inputs) const { return run(std::span(inputs.begin(), inputs.size())); }

 protected:
  void check(std::span<const ConstView> inputs, std::span<const View> outputs) const;

 private:
  Program program_;
  std::vector<Type> input_types_, output_types_;
};

}  // namespace wengert
