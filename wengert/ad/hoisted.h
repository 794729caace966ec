// SPDX-License-Identifier: Apache-2.0
//
// Loop-invariant lines in front of their loops, before a Program is differentiated (passes/hoist.h).
#pragma once

#include "wengert/ir/program.h"

namespace wengert {

/// p with what its loops compute alike at every point in front of them: its derivative is taken once there.
Program with_hoisted_lines(const Program& p);

}  // namespace wengert
