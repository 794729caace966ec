// SPDX-License-Identifier: Apache-2.0
#include "wengert/exec/memory_plan.h"

#include <algorithm>
#include <map>

#include "wengert/exec/lifetimes.h"
#include "wengert/exec/placement.h"
#include "wengert/kernel/step_form.h"

namespace wengert {
namespace {

size_t rounded_up(size_t bytes, size_t multiple) { return (bytes + multiple - 1) / multiple * multiple; }

class MemoryPlanner {
 public:
  MemoryPlanner(const Kernel& kernel, const MemoryOptions& options) : kernel_(kernel), options_(options) {
    for (size_t k = 0; k < kernel.scratch.size(); ++k) {
      const uint32_t loop = kernel.scratch_loop[k];
      const size_t lanes =
          loop == Kernel::whole_run || options.lanes == nullptr ? 1 : std::max<size_t>((*options.lanes)[loop], 1);
      plan_.scratch_bytes.push_back(bytes_of(kernel.scratch[k]) * lanes);
    }
    plan_.scratch.resize(kernel.scratch.size());
    plan_.own.resize(kernel.scratch.size());
  }

  MemoryPlan operator()() && {
    find_blocks();
    find_sums();
    for (const auto& [where, pieces] : pieces_) place_pieces(pieces, where.first);
    for (size_t k = 0; k < blocks_.size(); ++k)
      if (owner_[k].sum) plan_.sums[owner_[k].number].offset = offset_[k];
    for (size_t k = 0; k < plan_.scratch.size(); ++k) {
      if (block_of_[k] != none) plan_.scratch[k] = offset_[block_of_[k]];
      plan_.own[k] = own_loop(kernel_.scratch_loop[k]) != none;
    }
    return std::move(plan_);
  }

 private:
  static constexpr uint32_t none = 0xffffffff;
  struct Owner {
    bool sum;
    uint32_t number;
  };

  size_t bytes_of(const Type& type) const {
    const size_t element = options_.single && type.dtype == DType::f64 ? 4 : size_of(type.dtype);
    return element * static_cast<size_t>(type.elements());
  }

  /// The one of own_loops that a loop is, or is in.
  uint32_t own_loop(uint32_t loop) const {
    for (uint32_t own : options_.own_loops)
      if (loop != none && own <= loop && loop < kernel_.steps[own].b) return own;
    return none;
  }

  void add(const Block& block, uint32_t loop, Owner owner, DType dtype) {
    const bool narrow = options_.single && dtype == DType::f64;
    const auto type = !options_.by_type ? 0 : static_cast<int>(narrow ? DType::f32 : dtype);
    pieces_[{own_loop(loop), type}].push_back(static_cast<uint32_t>(blocks_.size()));
    blocks_.push_back(block);
    owner_.push_back(owner);
  }

  /// A buffer that takes another one's place lengthens that one's block.
  void find_blocks() {
    const auto lifetimes = scratch_lifetimes(kernel_, options_.lanes);
    block_of_.assign(lifetimes.size(), none);
    std::vector<uint32_t> by_time;
    for (uint32_t k = 0; k < lifetimes.size(); ++k)
      if (lifetimes[k].used) by_time.push_back(k);
    std::ranges::stable_sort(by_time, {}, [&](uint32_t k) { return lifetimes[k].first; });
    for (uint32_t k : by_time) {
      const Lifetime& life = lifetimes[k];
      if (own_loop(kernel_.scratch_loop[k]) == none)
        plan_.unshared += rounded_up(plan_.scratch_bytes[k], options_.alignment);
      if (life.in_place_of && options_.share) {
        block_of_[k] = block_of_[*life.in_place_of];
        blocks_[block_of_[k]].last = life.last;
      } else {
        block_of_[k] = static_cast<uint32_t>(blocks_.size());
        add({plan_.scratch_bytes[k], life.first, life.last}, kernel_.scratch_loop[k], {false, k},
            kernel_.scratch[k].dtype);
      }
    }
  }

  void find_sums() {
    if (options_.lanes == nullptr) return;
    for (uint32_t at = 0; at < kernel_.steps.size(); ++at) {
      const size_t lanes = (*options_.lanes)[at];
      if (lanes < 2) continue;
      for (uint32_t buffer : summed_buffers(kernel_, at)) {
        const size_t bytes = rounded_up(bytes_of(buffer_type(kernel_, buffer)) * lanes, options_.alignment);
        if (own_loop(at) == none) plan_.unshared += bytes;
        add({bytes, at, kernel_.steps[at].b}, at, {true, static_cast<uint32_t>(plan_.sums.size())},
            buffer_type(kernel_, buffer).dtype);
        plan_.sums.push_back({at, buffer, 0});
      }
    }
  }

  /// own: a loop of own_loops, whose memory begins anew; or none, for the workspace
  void place_pieces(const std::vector<uint32_t>& pieces, uint32_t own) {
    std::vector<Block> blocks;
    for (uint32_t k : pieces) blocks.push_back(blocks_[k]);
    if (!options_.share)
      for (Block& block : blocks) block.first = 0, block.last = none;
    const Placement placement = place(blocks, options_.alignment);
    size_t& end = own == none ? plan_.bytes : own_end_[own];
    offset_.resize(blocks_.size());
    for (size_t j = 0; j < pieces.size(); ++j) offset_[pieces[j]] = end + placement.offset[j];
    end = rounded_up(end + placement.bytes, options_.alignment);
    if (own == none)
      plan_.bound += placement.bound;
    else
      plan_.own_bytes = std::max(plan_.own_bytes, end);
  }

  const Kernel& kernel_;
  const MemoryOptions& options_;
  MemoryPlan plan_;
  std::vector<Block> blocks_;
  std::vector<Owner> owner_;
  std::vector<uint32_t> block_of_;  // of each scratch buffer
  std::vector<size_t> offset_;      // of each block
  std::map<std::pair<uint32_t, int>, std::vector<uint32_t>>
      pieces_;  // placed together: of a loop's own memory, and of a type
  std::map<uint32_t, size_t> own_end_;
};

}  // namespace

std::vector<uint32_t> summed_buffers(const Kernel& kernel, uint32_t loop) {
  std::vector<uint32_t> buffers;
  constexpr uint8_t over_points = 2;  // others are short, or add at another place in each iteration: see Micro::loop
  if (kernel.steps[loop].function != over_points) return buffers;
  const size_t scratch = first_scratch(kernel);
  for (uint32_t at = loop + 1; at < kernel.steps[loop].b; ++at) {
    const MicroStep& s = kernel.steps[at];
    if (s.op != Micro::accumulate_real) continue;
    const bool is_private = s.a >= scratch && kernel.scratch_loop[s.a - scratch] == loop;
    if (!is_private && std::ranges::find(buffers, s.a) == buffers.end()) buffers.push_back(s.a);
  }
  return buffers;
}

MemoryPlan plan_memory(const Kernel& kernel, const MemoryOptions& options) { return MemoryPlanner(kernel, options)(); }

}  // namespace wengert
