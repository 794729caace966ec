// SPDX-License-Identifier: Apache-2.0
//
// The door between the library and the component that compiles (libwengert_llvm): data in, a function out. The
// component is loaded at first use only, and needs nothing of the library but this header and the micro-operations.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "wengert/exec/blocks.h"
#include "wengert/exec/lanes.h"
#include "wengert/exec/memory_plan.h"
#include "wengert/kernel/kernel.h"

namespace wengert {

/// What compiled code calls for a NativeCall: void (*)(const NativeCall*, void* const* addresses).
inline constexpr char call_native_name[] = "wengert_call_native";

/// A block of a loop that was cut (exec/blocks): `own` is the worker's own memory, CodeResult::own_bytes of it.
using RunBlock = void (*)(void* const* buffers, void* workspace, void* own, int64_t block);
/// What compiled code calls for all blocks of a loop: void (*)(void* context, RunBlock, void* const* buffers, void*
/// workspace, int64_t blocks); `context` is what `run` was given. They may run at the same time, and have all been run
/// when it returns.
inline constexpr char run_blocks_name[] = "wengert_run_blocks";

/// A scalar function by the name that kernels use, as C has it: double (*)(double) or double (*)(double, double).
struct NamedFunction {
  const char* name;
  const void* address;
};

struct CodeRequest {
  const Kernel* kernel = nullptr;
  const std::vector<Precision>* precisions = nullptr;
  const std::vector<uint8_t>* lanes = nullptr;
  const MemoryPlan* memory = nullptr;
  const std::vector<BlockedLoop>* blocks = nullptr;
  std::vector<NamedFunction> functions;
  const char* symbol = "f";  ///< of the function; names objects in a cache
  int level = 1;             ///< 0: fast to compile, in chunks; 1: for straight-line code; 2: with loops
  uint32_t chunk = 1000;     ///< steps of a function at most, where no loop is cut; time grows faster beyond some 3000
  bool contract = true;      ///< a * b + c rounds once
  int64_t stream_bytes = -1; ///< results of at least so many are stored past the caches, where whole rows are written; -1: none
  bool fast_math = true;     ///< vector functions of libmvec (a few ulp), else SLEEF's (under 1 ulp) where they are
  std::vector<std::string> objects;  ///< machine code made earlier for the same request; empty: to be made
  /// Called now and then; true: give up.
  bool (*cancelled)(void* context) = nullptr;
  void* context = nullptr;
};

/// Compiled code: `run(buffers, workspace, context)`; buffers are the kernel's operands and results, the workspace is
/// 64-byte aligned, as workers' own memory is. Held by the component until `release(handle)`.
struct CodeResult {
  void (*run)(void* const* buffers, void* workspace, void* context) = nullptr;
  size_t workspace_bytes = 0;
  size_t own_bytes = 0;  ///< of each worker that runs blocks
  void* handle = nullptr;
  std::string error;  ///< not empty: nothing was compiled
  bool given_up = false;
  size_t code_bytes = 0;
  std::vector<std::string> objects;  ///< what was made, for the next time
};

/// Exported by the component under these names.
using CompileCode = void (*)(const CodeRequest*, CodeResult*);
using ReleaseCode = void (*)(void* handle);
/// The bytes of a machine vector here, as LaneOptions wants it.
using VectorBytes = int (*)();
/// The compiler's version and this processor, by name and features: code is good for nothing else.
using HostText = const char* (*)();
/// What both sides must agree on: the structures that pass through the door, and the micro-operations by number.
using LayoutNumber = uint64_t (*)();
inline constexpr uint64_t component_layout =
    (((sizeof(Kernel) * 251 + sizeof(NativeCall)) * 251 + sizeof(CodeRequest)) * 251 + sizeof(CodeResult)) * 251 +
    static_cast<uint64_t>(Micro::boolean_to_integer) * 7 + 3;
inline constexpr char compile_code_symbol[] = "wengert_llvm_compile", release_code_symbol[] = "wengert_llvm_release",
                      vector_bytes_symbol[] = "wengert_llvm_vector_bytes", layout_symbol[] = "wengert_llvm_layout",
                      host_symbol[] = "wengert_llvm_host";

}  // namespace wengert
