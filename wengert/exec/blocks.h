// SPDX-License-Identifier: Apache-2.0
//
// Which loops of a kernel are cut into blocks of iterations that may run at the same time, in threads. Where the cuts
// are depends on the kernel and its lanes, never on the number of threads; what iterations add up is added up within
// each block and then block by block, in their order. So results have the same bits however many threads there are, one
// included.
//
// A loop may be cut if it stands outside of all others and is marked as one whose iterations may come in any order
// (Micro::loop), each iteration writes elements of its own (shown by how the indices are computed) or scratch of its
// own, and the only other thing that it does to memory or variables from outside is adding to them. It is cut if there
// is work for two blocks at least.
#pragma once

#include <cstdint>
#include <vector>

#include "wengert/kernel/kernel.h"

namespace wengert {

/// A loop cut into blocks.
struct BlockedLoop {
  uint32_t loop = 0;  ///< its step
  int64_t extent = 0;
  int64_t blocks = 0;
  std::vector<uint32_t> buffers;    ///< that iterations add to at places in common: each block has sums of its own
  std::vector<uint32_t> variables;  ///< real registers from before the loop, likewise
};

struct BlockOptions {
  bool any_sums = true;          ///< sums may be added up in another order; else only those of `counts`
  uint32_t counts = 0xffffffff;  ///< a buffer to which whole numbers are added: any order gives the same
  double block_work = 120'000;   ///< of a block, in steps, some 30 us; down to half of it, for blocks are 2, 4, 8, ...
  int64_t most_blocks = 64;      ///< of a loop
  size_t sums_bytes = 1u << 23;  ///< of the blocks' own sums at most
};

/// In the order of their steps. lanes : of each step, as plan_lanes has them
std::vector<BlockedLoop> plan_blocks(const Kernel& kernel, const std::vector<uint8_t>& lanes,
                                     const BlockOptions& options);

}  // namespace wengert
