// SPDX-License-Identifier: Apache-2.0
//
// Loop-invariant code: what a body computes anew at every point from nothing but shared operands is computed once,
// before the loop, and shared.
#pragma once

#include "wengert/ir/program.h"

namespace wengert {

/// `p` with lines of the bodies of maps and scans that depend on shared operands and constants alone moved out of them,
/// out of nested loops as far as they go. Results are the same to the last bit.
///
/// moves  : a line if more is saved than is loaded again at every point: operations (those of the lines it needs included)
///          against elements; so neither an array only stretched or reshaped nor an outer product is stored
/// stays  : guards; functions of the user's own; all of a loop of fewer than two points, where nothing would be gained and
///          a line that is not run could be
/// cost   : linear in the lines; each kernel is written once to be counted
Program hoist(const Program& p);

}  // namespace wengert
