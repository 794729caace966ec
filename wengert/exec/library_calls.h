// SPDX-License-Identifier: Apache-2.0
//
// Instructions that a kernel leaves to libraries: large products and convolutions.
#pragma once

#include "wengert/ir/primitive.h"
#include "wengert/kernel/kernel.h"

namespace wengert {

/// Writes a call of a native kernel (exec/native.h), outside of loops as parts that threads may share. false, with nothing
/// written: the instruction is too small for a call, its operands are no memory, or there is no native kernel.
bool call_library(KernelBuilder& k, const Instruction& line, std::span<const Type> operands, std::span<const Type> results,
                  std::span<const Place> in, std::span<const Place> out);

}  // namespace wengert
