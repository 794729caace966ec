// SPDX-License-Identifier: Apache-2.0
//
// Loops without what nothing needs of them: operands that the body does not read, results that nobody reads.
#pragma once

#include "wengert/ir/program.h"

namespace wengert {

/// `p` without dead code and, of every map and scan, without the operands that its body does not read and the results
/// that nothing reads, with the lines that only these needed; in nested bodies too. The carries of a scan stay. Guards
/// stay, with what they look at, and a loop with guards stays whole. Results are the same to the last bit.
///
/// cost : linear in the lines, constants' elements not counted
Program trim_loops(const Program& p);

}  // namespace wengert
