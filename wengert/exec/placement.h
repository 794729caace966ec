// SPDX-License-Identifier: Apache-2.0
//
// Offsets in one piece of memory for blocks that are in use for a while each: two that are in use at the same time do
// not overlap. The least memory for that is NP-hard to find (dynamic storage allocation: GJ79, problem SR2); what is in
// use at the busiest moment bounds it from below, and the distance to that bound is told.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace wengert {

/// Memory of `bytes`, in use from step `first` to step `last`, both included.
struct Block {
  size_t bytes = 0;
  uint32_t first = 0, last = 0;
};

struct Placement {
  std::vector<size_t> offset;  ///< of each block
  size_t bytes = 0;            ///< of the whole
  size_t bound = 0;            ///< no placement of these blocks takes less
};

/// A block starts at a multiple of `alignment`, a smaller one at one of its own size, rounded up to a power of two.
///
/// alignment: a power of two, 8 at least
/// cost     : n log n for n blocks, and as much again as there are pairs in use at the same time, up to some millions;
///            beyond, blocks are placed in the order of time alone
/// source   : PL20, sec. 5 (greedy by size), in three orders of which the best counts
Placement place(std::span<const Block> blocks, size_t alignment);

}  // namespace wengert
