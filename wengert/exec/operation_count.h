// SPDX-License-Identifier: Apache-2.0
//
// What a run of a Program computes, counted in the kernel that is compiled of it (exec/lower): steps times the extents of
// the loops around them.
#pragma once

#include <optional>

#include "wengert/ir/program.h"
#include "wengert/kernel/kernel.h"

namespace wengert {

struct OperationCount {
  double arithmetic = 0;  ///< + - * / sqrt abs floor min max; a fused multiply-add is one
  double functions = 0;   ///< exp, sin, pow, ...
  double memory = 0;      ///< elements loaded and stored; scalars are in registers
  /// Whether no loop's extent is computed (a triangular loop's is); else extents are those in the middle of the loops
  /// around them.
  bool exact = true;
};

OperationCount count_operations(const Kernel& kernel);
/// Nothing where `p` cannot be lowered.
std::optional<OperationCount> operations_of(const Program& p);

}  // namespace wengert
