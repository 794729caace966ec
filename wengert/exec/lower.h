// SPDX-License-Identifier: Apache-2.0
//
// A Program as one kernel: what compiled engines read. The kernel that each record states is written, in order, into a
// larger one (KernelBuilder::frame); nothing here knows what an operation is.
//
//   scalars         are registers
//   elementwise     chains of one shape become one loop; a value used once is computed where it is used
//   reductions      read what they reduce as it is computed
//   map scan call   their bodies are written inside loops, where small enough as scalars
//   all others      read and write scratch buffers
#pragma once

#include <vector>

#include "wengert/base/array.h"
#include "wengert/ir/program.h"
#include "wengert/kernel/kernel.h"

namespace wengert {

struct LoweredProgram {
  Kernel kernel;                 ///< operands: the inputs, then `constants`; results: the outputs, then f64[] failures
  std::vector<Array> constants;  ///< array constants, those of bodies too

  /// `failures` counts the guards that did not come out as recorded: the outputs are of no use unless it is 0.
  size_t failures() const { return kernel.operands.size() + kernel.results.size() - 1; }
};

struct LowerOptions {
  size_t scalar_lines = 400;        ///< of arrays of up to 4 elements: at most so many scalar lines are written as scalars
  size_t scalar_body_lines = 3000;  ///< of any arrays inside a map, whose points are the lanes
  bool natives = false;             ///< large matrix products are calls of libraries (Kernel::natives)
  bool scheduled = true;            ///< by lower_for_running: lines of scalars in an order that fits the registers (passes/schedule.h)
};

/// cost   : some 100 ns a line
/// throws : UsageError W710 naming the instruction that cannot be written into a kernel (a foreign function, a map
///          defined by the transpose of a custom VJP)
LoweredProgram lower(const Program& p, LowerOptions options = {});
/// The same of `p` without what its loops compute alike at every point or for nobody, and scheduled: what Compiled runs. Messages are
/// about p itself.
LoweredProgram lower_for_running(const Program& p, LowerOptions options = {});

}  // namespace wengert
