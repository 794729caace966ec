// SPDX-License-Identifier: Apache-2.0
#include "wengert/exec/fusion.h"

#include <algorithm>

namespace wengert {
namespace {

constexpr int deepest = 64;  // inlined values inside each other: they are written by recursion

class HoldingPlanner {
 public:
  HoldingPlanner(const Program& p, const std::vector<bool>& direct)
      : p_(p), uses_(p.size()), pinned_(p.size()), expanded_(p.size()), holding_(p.size(), Holding::stored), depth_(p.size()), moved_(p.size()), rearranged_(p.size()) {
    for (uint32_t i = 0; i < p.size(); i += static_cast<uint32_t>(p[ValueId{i}].results)) count_uses(p[ValueId{i}]);
    for (size_t k = 0; k < p.outputs().size(); ++k) {
      ++uses_[index(p.outputs()[k])];
      if (direct[k]) pinned_[index(p.outputs()[k])] = true;
    }
  }

  Holdings operator()() {
    for (uint32_t i = 0; i < p_.size();) {
      const Instruction line = p_[ValueId{i}];
      for (int k = 0; k < line.results; ++k) holding_[i + static_cast<uint32_t>(k)] = choose(line);
      i += static_cast<uint32_t>(line.results);
    }
    return {std::move(holding_), std::move(uses_)};
  }

 private:
  /// A use that reads elements in no order, or more elements than there are, pins what it reads in memory.
  void count_uses(const Instruction& line) {
    for (ValueId v : line.operands) {
      ++uses_[index(v)];
      const bool once = element_by_element(line)
                            ? p_.type(line.value).elements() <= p_.type(v).elements()
                            : line.primitive.has_kernel() && line.primitive.access() == Access::once;
      if (once) continue;
      if (element_by_element(line)) expanded_[index(v)] = true;
      else pinned_[index(v)] = true;
    }
  }

  /// Whether an element is only fetched from somewhere else: nothing is lost by doing it again.
  bool only_moves(const Instruction& line) const {
    return line.primitive.access() == Access::rearranges &&
           std::ranges::all_of(line.operands, [&](ValueId v) { return holding_[index(v)] != Holding::inlined || moved_[index(v)]; });
  }

  /// Where elements keep their flat place and rows become longer, the rows of what is moved about would be found by a division
  /// for each element: it is moved into memory first.
  void hold_what_is_split(const Instruction& line) {
    if (line.primitive.access() != Access::elementwise) return;
    for (ValueId v : line.operands)
      if (holding_[index(v)] == Holding::inlined && rearranged_[index(v)] && row_of(v) < row_of(line.value)) holding_[index(v)] = Holding::stored;
  }
  int64_t row_of(ValueId v) const {
    const Shape& shape = p_.type(v).shape;
    int axis = shape.rank() - 1;
    while (axis > 0 && shape[axis] == 1) --axis;
    return axis < 0 ? 1 : shape[axis];
  }

  Holding choose(const Instruction& line) {
    const size_t at = index(line.value);
    const bool one = p_.type(line.value).elements() == 1;
    if (line.primitive.family == Family::structure) return one ? Holding::scalar : Holding::stored;
    if (!element_by_element(line)) return Holding::written;
    if (one) return Holding::scalar;
    moved_[at] = only_moves(line);
    hold_what_is_split(line);
    int depth = 1;
    rearranged_[at] = line.primitive.access() == Access::rearranges;
    for (ValueId v : line.operands) {
      if (holding_[index(v)] != Holding::inlined) continue;
      depth = std::max(depth, 1 + depth_[index(v)]);
      rearranged_[at] = rearranged_[at] || rearranged_[index(v)];
    }
    const bool cheap = moved_[at] || (uses_[at] <= 1 && !expanded_[at]);
    if (pinned_[at] || !cheap || depth > deepest) return Holding::stored;
    depth_[at] = depth;
    return Holding::inlined;
  }

  const Program& p_;
  std::vector<uint32_t> uses_;
  std::vector<bool> pinned_, expanded_;
  std::vector<Holding> holding_;
  std::vector<int> depth_;
  std::vector<bool> moved_;
  std::vector<bool> rearranged_;  // through inlined values, too
};

}  // namespace

Holdings plan_holdings(const Program& p, const std::vector<bool>& direct) { return HoldingPlanner(p, direct)(); }

}  // namespace wengert
