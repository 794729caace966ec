// SPDX-License-Identifier: Apache-2.0
//
// A long kernel as several shorter ones, for a C compiler's sake: the registers that one of them leaves for another are
// in memory, which the kernels have as scratch.
#pragma once

#include <vector>

#include "wengert/exec/chunks.h"

namespace wengert {

/// The chunks as kernels of their own, to be run one after the other on the same buffers: those of `kernel`, and behind
/// its scratch three more, of f64, i64 and bool, for registers that cross. A place there is used again once nothing
/// reads what it holds. Registers have new numbers. One chunk: the kernel itself, without such buffers.
///
/// cost : a few passes over the steps
std::vector<Kernel> cut_kernel(const Kernel& kernel, uint32_t steps);

}  // namespace wengert
