// SPDX-License-Identifier: Apache-2.0
//
// Reading 2 of 3 of the micro-operations: as statements of C99. Registers are local variables; one that is read once is
// written into the expression that reads it, without a change in the order of rounding. With contraction off a compiler
// gives the bits of reading 1 (kernel/interpret.h).
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "wengert/exec/c_registers.h"
#include "wengert/exec/memory_plan.h"

namespace wengert {

/// How a kernel is written.
struct CKernelStyle {
  std::string prefix;                ///< of the functions that the statements call: prefix_max, prefix_wrap_add
  bool single = false;               ///< real registers are float, and so is what f64 buffers hold
  std::vector<std::string> buffers;  ///< the name of each: operands, results, scratch; without one: stores are left out
  /// Several points at once, in vectors (c_lanes.h); empty: one. Of each buffer, how far element k + 1 of a point lies
  /// behind its element k, as C; empty: the same for all points.
  std::vector<std::string> strides = {};
  const MemoryPlan* memory = nullptr;  ///< of the scratch buffers; null: each has a place of its own
  int indent = 1;  ///< levels, of two blanks each
};

/// Statements, and what they need.
struct CStatements {
  std::string text;
  std::set<std::string> functions;  ///< besides those of libm: "max", "wrap_add", "polygamma", ...
  std::set<uint32_t> buffers;       ///< that are named
};
CStatements c_statements(const Kernel& kernel, const CKernelStyle& style);

/// The definitions of such functions, in order, each static, and of those that they call.
std::string c_functions(const std::set<std::string>& names, const std::string& prefix, bool single);

/// "double", "float", "int64_t", "unsigned char".
std::string_view c_type(DType dtype, bool single);

}  // namespace wengert
