// SPDX-License-Identifier: Apache-2.0
//
// What running and compiling a Program takes here, roughly: enough to tell which of them pays.
#pragma once

#include "wengert/ir/program.h"

namespace wengert {

struct EngineCosts {
  double run_s = 0;              ///< of the interpreter
  double soon_s = 0, well_s = 0; ///< of compiling at level 0; at levels 1 and 2
  double code_lines = 0;         ///< lines to compile, bodies once

  /// What compiled code saves in so many runs.
  double gain(double runs) const;
  /// CompiledOptions::level for that many runs: the compiler's own choice, or 0 where optimisation would take too long.
  int level(double runs) const;
  /// Of compiling at that level.
  double compile_s(int level) const;
};

/// cost : one pass over the lines
EngineCosts engine_costs(const Program& p);

}  // namespace wengert
