// SPDX-License-Identifier: Apache-2.0
//
// Which values of a Program are computed where they are used, element by element, and which are held in memory.
#pragma once

#include <vector>

#include "wengert/ir/primitive.h"

namespace wengert {

/// How a value is made available to its users.
enum class Holding : uint8_t {
  scalar,   ///< one element, computed at once, in a register
  inlined,  ///< computed for each use of an element
  stored,   ///< all elements computed in a loop of its own shape, in memory
  written,  ///< by a kernel or a body of its own, in memory
};

struct Holdings {
  std::vector<Holding> of;     ///< each value (inputs and constants: scalar or stored)
  std::vector<uint32_t> uses;  ///< by operands and outputs
};

/// `direct[k]`: output k is written to memory that can be
/// read back. cost: linear in lines and operands
///
/// A value is inlined if its kernel goes element by element and
///   it is used once, and not by more elements than it has; or
///   nothing is computed for it, elements are only moved;
/// and its users go over their operands once. Chains of inlined values are cut at `deepest`.
Holdings plan_holdings(const Program& p, const std::vector<bool>& direct);

inline bool element_by_element(const Instruction& line) {
  return line.results == 1 && line.primitive.has_kernel() && line.primitive.access() >= Access::rearranges;
}

}  // namespace wengert
