// SPDX-License-Identifier: Apache-2.0
//
// Loops over the same points made one loop. A derivative of a map is a second map, whose body computes the first one's
// values again; side by side in one body they are computed once.
#pragma once

#include "wengert/ir/program.h"

namespace wengert {

/// `p` with every two maps of one length that share a sliced operand, and neither of which needs the other's results,
/// made one map, in nested bodies too. Its body has the lines of both; what they have in common is for simplify to
/// merge. Lines that the second one needs move before the first. Results are the same to the last bit.
///
/// cost : lines times maps
Program fuse_maps(const Program& p);

}  // namespace wengert
