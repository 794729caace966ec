// SPDX-License-Identifier: Apache-2.0
//
// The parts of an emitted C file: what its function is called with, its tables of constants, its definitions, and the
// main() that tests it.
#pragma once

#include "wengert/exec/c_kernel.h"
#include "wengert/exec/emit_c.h"
#include "wengert/exec/memory_plan.h"

namespace wengert {

struct CParameter {
  std::string name;
  Type type;
  std::string meaning;  ///< for the comment: its type and what the user calls it
};

/// A file that is about to be written.
struct CFile {
  std::string name;
  bool single = false;
  std::vector<CParameter> inputs, outputs;
  std::vector<std::string> constants;  ///< names of the tables
  MemoryPlan memory;  ///< of the scratch buffers, in the workspace
  size_t workspace_bytes = 0;
  bool guarded = false;  ///< whether the function can return 1
  int rank = 1;          ///< largest of an input or output, at least 1
  std::string signature, batch_signature;
  const CPattern* pattern = nullptr;
};

CFile plan_c_file(const CFunction& function, const EmitCOptions& options, const std::string& name);

/// The tables of constants, the functions that the kernel calls, and the kernel itself; its batched form.
std::string c_definitions(const CFile& file, const CFunction& function);
/// main() under NAME_SELF_TEST: runs the stored inputs and compares with the stored outputs.
std::string c_self_test(const CFile& file, const CTest& test);

/// "  a, b, c\n  d, e\n": items in lines of at most 120 columns.
std::string wrapped(const std::vector<std::string>& items);
/// The elements of an array, as C.
std::vector<std::string> c_elements(const Array& array, bool single);

}  // namespace wengert
