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
  std::vector<Kernel> parts;           ///< the kernel, or what it is cut into (c_parts.h): a function each
  MemoryPlan memory;                   ///< of the kernel's scratch buffers
  std::vector<size_t> scratch_offset;  ///< of the parts' scratch, in bytes from the start of the workspace
  size_t workspace_bytes = 0;
  int lanes = 0;                     ///< points at once in NAME_batch; 0: there is none
  std::vector<size_t> block_offset;  ///< of the lanes' inputs and outputs, behind the scratch of all lanes
  size_t batch_bytes = 0;            ///< of its workspace, a lane
  bool guarded = false;              ///< whether the function can return 1
  int rank = 1;                      ///< largest of an input or output, at least 1
  std::string signature, batch_signature, rows_signature;
  const CPattern* pattern = nullptr;

  size_t most_lanes() const { return static_cast<size_t>(lanes); }
};

CFile plan_c_file(const CFunction& function, const EmitCOptions& options, const std::string& name);

/// The tables of constants, the functions that the kernel calls, and the kernel itself; its batched form.
std::string c_definitions(const CFile& file, const CFunction& function);
/// The kernel as a static function for file.lanes points, with functions that it calls: NAME_lanes; and NAME_batch and
/// NAME_batch_rows, which go through many points by it. What NAME_lanes calls and names besides is
/// added to `called` and `named`.
std::string c_batch(const CFile& file, const CFunction& function, std::set<std::string>& called,
                    std::set<uint32_t>& named);

/// A function of the file, whole or in parts: `text`, and what it needs.
struct CBody {
  std::string parts;  ///< static functions that stand above it
  std::string text;   ///< its statements
  std::set<std::string> functions;
  std::set<uint32_t> buffers;
};
/// `name` : of the function; `strides` : as CKernelStyle's
CBody c_body(const CFile& file, const CFunction& function, const std::string& name,
             const std::vector<std::string>& strides);
/// "const double* x, " or with `restrict`: pointers to all inputs and outputs.
std::string c_pointers(const CFile& file, std::string_view restriction);
/// "  (void)x;\n" of each parameter that is not among `buffers`, so that no compiler asks why.
std::string c_unused(const CFile& file, const std::set<uint32_t>& buffers);
/// A signature in lines of at most 120 columns.
std::string c_broken(std::string signature);
/// main() under NAME_SELF_TEST: runs the stored inputs and compares with the stored outputs.
std::string c_self_test(const CFile& file, const CTest& test);

/// "  a, b, c\n  d, e\n": items in lines of at most 120 columns.
std::string wrapped(const std::vector<std::string>& items);
/// The elements of an array, as C.
std::vector<std::string> c_elements(const Array& array, bool single);

}  // namespace wengert
