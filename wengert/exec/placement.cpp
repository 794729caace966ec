// SPDX-License-Identifier: Apache-2.0
#include "wengert/exec/placement.h"

#include <algorithm>
#include <bit>
#include <map>
#include <numeric>
#include <set>

namespace wengert {
namespace {

constexpr size_t most_pairs = 4'000'000, smallest_alignment = 8;

size_t rounded_up(size_t value, size_t multiple) { return (value + multiple - 1) & ~(multiple - 1); }

class Placer {
 public:
  Placer(std::span<const Block> blocks, size_t alignment)
      : blocks_(blocks), best_{std::vector<size_t>(blocks.size()), 0, 0} {
    for (size_t k = 0; k < blocks.size(); ++k) {
      const size_t own = std::bit_ceil(std::max(blocks[k].bytes, smallest_alignment));
      alignment_.push_back(std::min(alignment, own));
      bytes_.push_back(rounded_up(blocks[k].bytes, alignment_.back()));
      if (blocks[k].bytes > 0) by_time_.push_back(static_cast<uint32_t>(k));
    }
    std::ranges::sort(by_time_, {}, [&](uint32_t k) { return std::pair(blocks_[k].first, k); });
  }

  Placement operator()() && {
    const size_t pairs = sweep([](uint32_t, uint32_t) {});
    best_.bytes = SIZE_MAX;
    keep_if_better(in_order_of_time());
    if (best_.bytes > best_.bound && pairs <= most_pairs) {
      find_neighbours(pairs);
      const auto length = [&](uint32_t k) { return size_t{blocks_[k].last} - blocks_[k].first + 1; };
      greedily([&](uint32_t k) { return bytes_[k]; });
      greedily([&](uint32_t k) { return bytes_[k] * length(k); });
      greedily(length);
    }
    return std::move(best_);
  }

 private:
  void keep_if_better(Placement found) {
    if (found.bytes >= best_.bytes) return;
    best_.offset = std::move(found.offset);
    best_.bytes = found.bytes;
  }

  /// Calls pair(earlier, later) for all that are in use at the same time, and finds the bound; returns how many there
  /// are.
  template <class Pair> size_t sweep(Pair pair) {
    std::vector<uint32_t> in_use;  // a heap, the first to end on top
    const auto ends_later = [&](uint32_t a, uint32_t b) { return blocks_[a].last > blocks_[b].last; };
    size_t live = 0, pairs = 0;
    for (uint32_t k : by_time_) {
      while (!in_use.empty() && blocks_[in_use.front()].last < blocks_[k].first) {
        std::ranges::pop_heap(in_use, ends_later);
        live -= bytes_[in_use.back()];
        in_use.pop_back();
      }
      pairs += in_use.size();
      if (pairs <= most_pairs)
        for (uint32_t other : in_use) pair(other, k);
      live += bytes_[k];
      best_.bound = std::max(best_.bound, live);
      in_use.push_back(k);
      std::ranges::push_heap(in_use, ends_later);
    }
    return pairs;
  }

  void find_neighbours(size_t pairs) {
    start_.assign(blocks_.size() + 1, 0);
    sweep([&](uint32_t a, uint32_t b) { ++start_[a + 1], ++start_[b + 1]; });
    std::partial_sum(start_.begin(), start_.end(), start_.begin());
    neighbours_.resize(2 * pairs);
    std::vector<size_t> end(start_.begin(), start_.end() - 1);
    sweep([&](uint32_t a, uint32_t b) { neighbours_[end[a]++] = b, neighbours_[end[b]++] = a; });
  }

  /// The largest by `key` first, each into the smallest gap between those in use with it that it fits into, or behind
  /// them.
  template <class Key> void greedily(Key key) {
    if (best_.bytes == best_.bound) return;
    std::vector<uint32_t> order = by_time_;
    std::ranges::stable_sort(order, std::greater(), key);
    Placement found{std::vector<size_t>(blocks_.size(), SIZE_MAX), 0, 0};
    std::vector<std::pair<size_t, size_t>> taken;  // [from, to)
    for (uint32_t k : order) {
      taken.clear();
      for (size_t j = start_[k]; j < start_[k + 1]; ++j)
        if (const size_t offset = found.offset[neighbours_[j]]; offset != SIZE_MAX)
          taken.emplace_back(offset, offset + bytes_[neighbours_[j]]);
      std::ranges::sort(taken);
      found.offset[k] = best_gap(taken, k);
      found.bytes = std::max(found.bytes, found.offset[k] + bytes_[k]);
      if (found.bytes >= best_.bytes) return;
    }
    for (size_t& offset : found.offset)
      if (offset == SIZE_MAX) offset = 0;
    keep_if_better(std::move(found));
  }

  size_t best_gap(const std::vector<std::pair<size_t, size_t>>& taken, uint32_t k) const {
    size_t best = SIZE_MAX, smallest = SIZE_MAX, free = 0;
    for (const auto& [from, to] : taken) {
      const size_t at = rounded_up(free, alignment_[k]);
      if (at + bytes_[k] <= from && from - free < smallest) best = at, smallest = from - free;
      free = std::max(free, to);
    }
    return best != SIZE_MAX ? best : rounded_up(free, alignment_[k]);
  }

  /// As an allocator would: each block when it comes into use, into the smallest gap, and free again after its end.
  Placement in_order_of_time() const;

  std::span<const Block> blocks_;
  std::vector<size_t> bytes_, alignment_;
  std::vector<uint32_t> by_time_;  // that are not empty
  std::vector<size_t> start_;
  std::vector<uint32_t> neighbours_;  // of block k: those from start_[k] on
  Placement best_;
};

/// The memory of an allocator: gaps by place, and by size.
class Gaps {
 public:
  /// Returns the place of `bytes` free bytes, which are no longer.
  size_t take(size_t bytes, size_t alignment) {
    constexpr int most_tries = 8;  // among gaps that are large enough, but for the alignment
    auto gap = by_size_.lower_bound({bytes, 0});
    for (int tries = 0; gap != by_size_.end() && tries < most_tries; ++gap, ++tries) {
      const auto [size, from] = *gap;
      const size_t at = rounded_up(from, alignment);
      if (at + bytes > from + size) continue;
      remove(from);
      add(from, at - from);
      add(at + bytes, from + size - at - bytes);
      return at;
    }
    const size_t at = rounded_up(end_, alignment);
    add(end_, at - end_);
    end_ = at + bytes;
    return at;
  }
  void give_back(size_t from, size_t bytes) {
    auto next = by_place_.lower_bound(from);
    if (next != by_place_.begin()) {
      const auto before = std::prev(next);
      if (before->first + before->second == from) from = before->first, bytes += before->second;
    }
    if (next != by_place_.end() && next->first == from + bytes) bytes += next->second;
    for (auto gap = by_place_.lower_bound(from); gap != by_place_.end() && gap->first < from + bytes;
         gap = by_place_.lower_bound(from))
      remove(gap->first);
    add(from, bytes);
  }
  size_t end() const { return end_; }

 private:
  void add(size_t from, size_t bytes) {
    if (bytes == 0) return;
    by_place_.emplace(from, bytes);
    by_size_.emplace(bytes, from);
  }
  void remove(size_t from) {
    const auto gap = by_place_.find(from);
    by_size_.erase({gap->second, gap->first});
    by_place_.erase(gap);
  }

  std::map<size_t, size_t> by_place_;
  std::set<std::pair<size_t, size_t>> by_size_;
  size_t end_ = 0;
};

Placement Placer::in_order_of_time() const {
  Placement found{std::vector<size_t>(blocks_.size()), 0, 0};
  std::set<std::pair<uint32_t, uint32_t>> in_use;  // by their end
  Gaps gaps;
  for (uint32_t k : by_time_) {
    while (!in_use.empty() && in_use.begin()->first < blocks_[k].first) {
      const uint32_t over = in_use.begin()->second;
      gaps.give_back(found.offset[over], bytes_[over]);
      in_use.erase(in_use.begin());
    }
    found.offset[k] = gaps.take(bytes_[k], alignment_[k]);
    in_use.emplace(blocks_[k].last, k);
  }
  found.bytes = gaps.end();
  return found;
}

}  // namespace

Placement place(std::span<const Block> blocks, size_t alignment) { return Placer(blocks, alignment)(); }

}  // namespace wengert
