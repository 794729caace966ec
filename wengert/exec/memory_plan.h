// SPDX-License-Identifier: Apache-2.0
//
// Where a kernel's scratch buffers lie in its workspace, planned before it runs: buffers that are not in use at the
// same time share memory. The one definition of it for compiled code and for emitted C; the reference reading
// (kernel/interpret.h) keeps buffers apart, and is what shared memory is tested against.
//
// A buffer is in use from the step that first touches it to the one that last does; a loop is one step for a buffer
// that lives around it, while those made inside a loop's iteration (Kernel::scratch_scope) share among themselves
// there. In a loop whose iterations read element i of a buffer for the last time and then write element i of another
// one, the second takes the place of the first.
#pragma once

#include <algorithm>
#include <vector>

#include "wengert/kernel/kernel.h"

namespace wengert {

struct MemoryPlan {
  /// A sum for each lane, of a buffer that a loop in lanes adds to.
  struct LaneSum {
    uint32_t loop, buffer;
    size_t offset;
  };
  std::vector<size_t> scratch;        ///< the offset of each scratch buffer
  std::vector<size_t> scratch_bytes;  ///< and how long it is, for all lanes
  std::vector<bool> own;              ///< whether it lies in the memory of who runs an iteration: see own_loops
  std::vector<LaneSum> sums;
  size_t bytes = 0;      ///< of the workspace
  size_t own_bytes = 0;  ///< of the memory of each that runs iterations of own_loops
  size_t bound = 0;      ///< no plan takes less: what is in use at the busiest step (in place where that is possible)
  size_t unshared = 0;   ///< what the buffers take one behind the other

  /// Whether two scratch buffers, counted from the first one, share memory. Those that the plan does not know share
  /// none.
  bool overlap(size_t a, size_t b) const {
    if (std::max(a, b) >= scratch.size() || own[a] != own[b]) return false;
    return scratch[a] < scratch[b] + scratch_bytes[b] && scratch[b] < scratch[a] + scratch_bytes[a];
  }
};

struct MemoryOptions {
  const std::vector<uint8_t>* lanes = nullptr;  ///< of each loop, as plan_lanes has them; null: none in lanes
  bool share = true;                            ///< false: one behind the other
  bool single = false;                          ///< f64 is held as f32
  bool by_type = false;                         ///< only buffers of one type of elements share, as C wants it
  size_t alignment = 64;                        ///< of the workspace
  /// The steps of outermost loops whose iterations run in several places at once: what belongs to an iteration lies in
  /// memory of its own, counted from 0. One of these loops runs at a time.
  std::vector<uint32_t> own_loops = {};
};

/// cost: linear in steps, and placing (exec/placement.h)
MemoryPlan plan_memory(const Kernel& kernel, const MemoryOptions& options = {});

/// The memory outside of iterations that a loop over points in lanes adds to at places common to all lanes.
std::vector<uint32_t> summed_buffers(const Kernel& kernel, uint32_t loop);

}  // namespace wengert
