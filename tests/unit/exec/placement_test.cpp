// SPDX-License-Identifier: Apache-2.0
//
// Blocks in one piece of memory: apart while both are in use, near the bound, soon found.
#include "wengert/exec/placement.h"

#include <gtest/gtest.h>

#include <ctime>

#include "wengert/base/random.h"

namespace wengert {
namespace {

/// Quadratic, and obviously right.
void expect_apart(std::span<const Block> blocks, const Placement& p) {
  for (size_t a = 0; a < blocks.size(); ++a) {
    EXPECT_LE(p.offset[a] + blocks[a].bytes, p.bytes);
    for (size_t b = 0; b < a; ++b) {
      const bool together = blocks[a].first <= blocks[b].last && blocks[b].first <= blocks[a].last;
      const bool overlap = p.offset[a] < p.offset[b] + blocks[b].bytes && p.offset[b] < p.offset[a] + blocks[a].bytes;
      ASSERT_FALSE(together && overlap && blocks[a].bytes > 0 && blocks[b].bytes > 0) << a << ' ' << b;
    }
  }
}

/// Of `count` blocks, each in use for up to `longest` steps.
std::vector<Block> drawn(uint64_t key, size_t count, uint32_t longest, uint64_t largest) {
  Random random(key);
  std::vector<Block> blocks;
  for (uint32_t k = 0; k < count; ++k) {
    const auto length = static_cast<uint32_t>(random.below(longest));
    blocks.push_back({static_cast<size_t>(random.below(largest)), k, k + length});
  }
  return blocks;
}

TEST(Placement, keeps_blocks_apart_that_are_in_use_together) {
  for (uint64_t key = 0; key < 60; ++key) {
    const auto blocks = drawn(key, 1 + key * 3, 2 + static_cast<uint32_t>(key), 2000);
    for (size_t alignment : {8, 64}) expect_apart(blocks, place(blocks, alignment));
  }
}

TEST(Placement, takes_no_less_than_what_is_in_use_at_once) {
  for (uint64_t key = 0; key < 60; ++key) {
    const auto blocks = drawn(key, 100, 30, 5000);
    const Placement p = place(blocks, 64);
    EXPECT_GE(p.bytes, p.bound);
    EXPECT_LE(static_cast<double>(p.bytes), 1.25 * static_cast<double>(p.bound)) << key;
  }
}

TEST(Placement, reaches_the_bound_where_blocks_nest_or_follow_each_other) {
  std::vector<Block> nested, chain;
  for (uint32_t k = 0; k < 50; ++k) {
    nested.push_back({64 + 64 * size_t{k}, k, 200 - k});
    chain.push_back({640, k, k + 1});
  }
  for (const auto& blocks : {nested, chain}) {
    const Placement p = place(blocks, 64);
    EXPECT_EQ(p.bytes, p.bound);
    expect_apart(blocks, p);
  }
  EXPECT_EQ(place(chain, 64).bytes, 1280u);
}

TEST(Placement, aligns_large_blocks_and_packs_small_ones) {
  const std::vector<Block> blocks{{8, 0, 9}, {8, 0, 9}, {100, 0, 9}, {1, 0, 9}};
  const Placement p = place(blocks, 64);
  EXPECT_EQ(p.offset[2] % 64, 0u);
  EXPECT_EQ(p.bytes, 128u + 3 * 8);
}

TEST(Placement, needs_nothing_for_nothing) {
  EXPECT_EQ(place({}, 64).bytes, 0u);
  EXPECT_EQ(place(std::vector<Block>{{0, 0, 3}}, 64).bytes, 0u);
}

TEST(Placement, of_a_hundred_thousand_blocks_takes_seconds_at_most) {
#ifdef WENGERT_SANITIZED
  GTEST_SKIP() << "sanitizers take the time";
#endif
  for (uint32_t longest : {20u, 2000u, 100'000u}) {
    const auto blocks = drawn(1, 100'000, longest, 4096);
    const std::clock_t start = std::clock();  // of this process alone, whatever else the machine does
    const Placement p = place(blocks, 64);
    EXPECT_LT(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC, 3.0) << longest;
    EXPECT_LE(static_cast<double>(p.bytes), 1.3 * static_cast<double>(p.bound)) << longest;
  }
}

}  // namespace
}  // namespace wengert
