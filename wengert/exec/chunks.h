// SPDX-License-Identifier: Apache-2.0
//
// Long kernels in parts. Compilers take far more than twice the time for a function twice as long, so a long list
// becomes several functions of some thousand steps; what one of them leaves for another is in memory. Read by LLVM's
// emitter and by the C writer.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "wengert/exec/blocks.h"
#include "wengert/kernel/step_form.h"

namespace wengert {

/// Steps [first, last) that become one function; `blocks`: one loop, a function that runs one of its blocks.
struct Chunk {
  uint32_t first, last;
  const BlockedLoop* blocks = nullptr;
};
/// The chunks of a kernel: cut outside of loops, at most `steps` long where no loop is longer; a loop of `blocks`, which
/// are in the order of their steps, is a chunk of its own.
std::vector<Chunk> chunks_of(const Kernel& kernel, uint32_t steps, std::span<const BlockedLoop> blocks = {});

/// Something for each register of each kind of a kernel.
template <class T> struct ByRegister {
  std::array<std::vector<T>, 4> all;
  ByRegister(const Kernel& kernel, const T& initial)
      : all{{{},
             std::vector<T>(kernel.reals + 1, initial),
             std::vector<T>(kernel.integers + 1, initial),
             std::vector<T>(kernel.booleans + 1, initial)}} {}
  T& operator()(RegisterKind kind, uint32_t slot) { return all[static_cast<size_t>(kind)][slot]; }
};

/// A register that a chunk reads and another one wrote; `first` and `last`: the chunks that touch it.
struct CrossingRegister {
  RegisterKind kind;
  uint32_t slot, first, last;
};
/// cost : one pass over the steps
std::vector<CrossingRegister> crossing_registers(const Kernel& kernel, const std::vector<Chunk>& chunks);

}  // namespace wengert
