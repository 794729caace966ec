// SPDX-License-Identifier: Apache-2.0
//
// The interpreter: instruction by instruction, always there, no start-up cost; the oracle for every other engine.
// Elementwise instructions run through the native loops of their records, library kernels through exec/native, all
// others through the micro-operations. With `reference` everything runs through the micro-operations.
#pragma once

#include <memory>

#include "wengert/exec/executable.h"

namespace wengert {

struct InterpreterOptions {
  bool reference = false;  ///< micro-operations only
  bool trap_nan = false;   ///< W301 at the first instruction that makes a NaN out of none
};

class Interpreter : public Executable {
 public:
  /// cost : one pass over the lines; memory for every intermediate value is laid out here, once
  explicit Interpreter(Program program, InterpreterOptions options = {});
  ~Interpreter() override;
  Interpreter(const Interpreter&) = delete;
  Interpreter& operator=(const Interpreter&) = delete;

  using Executable::run;
  void run(std::span<const ConstView> inputs, std::span<const View> outputs) const override;

  size_t workspace_bytes() const;  ///< of one run; bodies of loops included

 private:
  struct Plan;
  struct Workspace;
  std::unique_ptr<const Plan> plan_;
};

/// Runs a Program once. For repeated runs keep an Interpreter.
std::vector<Array> evaluate(const Program& program, std::span<const Array> inputs, InterpreterOptions options = {});
std::vector<Array> evaluate(const Program& program, std::initializer_list<Array> inputs);

}  // namespace wengert
