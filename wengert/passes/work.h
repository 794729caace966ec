// SPDX-License-Identifier: Apache-2.0
//
// What computing something takes, as far as its kernels say: for choosing between Programs with the same results.
#pragma once

#include "wengert/ir/program.h"

namespace wengert {

/// Of a run, in additions: loops as often as they run, a division, a root or a function as 20, an element moved as 2. What
/// only stretches or renames costs nothing. The same on every machine. cost: each kernel is written once
double work_of(const Program& p);
/// Of one instruction of `p`.
double work_of(const Program& p, const Instruction& line);

}  // namespace wengert
