// SPDX-License-Identifier: Apache-2.0
//
// What one loop computed kept for another. The derivative of a scan goes through the states that the scan kept and
// computes the rest of each step again; where that takes longer than memory does, the rest is kept too.
#pragma once

#include "wengert/ir/program.h"

namespace wengert {

/// `p` in which a scan that goes over results of an earlier one (the states before each step, say) reads what that one
/// computed of the same values, in further results, instead of computing it again: matrix products and functions, as far
/// as work_of says that they take longer than writing and reading them. Results are the same to the last bit.
///
/// cost   : lines; memory in the result: up to as much again as the two loops' slices and stacked results take
/// source : the choice between storing and computing again is checkpointing's (CXZG16); here it is made by line
Program keep_steps(const Program& p);

}  // namespace wengert
