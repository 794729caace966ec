// SPDX-License-Identifier: Apache-2.0
//
// Sets of columns of a Jacobian, each known by a number: what elements of a Program depend on. Small sets are held once
// and compared by what they hold; of larger ones only the union is kept, and written out when it is asked for, so that a
// sum of n terms takes memory for n unions and not for n^2 / 2 columns.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace wengert {

enum class SetId : uint32_t {};
inline constexpr SetId empty_set{0};

class ColumnSets {
 public:
  ColumnSets() : nodes_(1), table_(64, empty_set), joins_(1 << 16) {}

  /// cost : linear in the smaller sets; constant for larger ones
  SetId single(int64_t column);
  SetId join(SetId a, SetId b);
  /// In rising order. cost: linear in the unions that it was made by
  std::vector<int64_t> columns(SetId set) const;
  size_t size() const { return nodes_.size(); }

 private:
  static constexpr size_t most_held = 256;  // columns of a set that is written out at once

  /// `count` columns from `first` on in columns_, or the union of two others where there are none.
  struct Node {
    size_t first = 0;
    uint32_t count = 0;
    SetId left = empty_set, right = empty_set;
    bool is_union() const { return left != empty_set; }
  };

  const Node& node(SetId set) const { return nodes_[static_cast<size_t>(set)]; }
  std::span<const int64_t> held(const Node& n) const { return std::span(columns_).subspan(n.first, n.count); }
  SetId add(const Node& node);
  SetId hold(std::span<const int64_t> columns);
  SetId joined(SetId a, SetId b);

  std::vector<Node> nodes_;
  std::vector<int64_t> columns_;
  void grow();

  /// A join asked for before.
  struct Join {
    SetId a = empty_set, b = empty_set, all = empty_set;
  };

  std::vector<SetId> table_;  // the sets that are written out, from the place of their hash on; at most half full
  size_t held_ = 0;
  std::vector<Join> joins_;   // at the place of their hash the last one alone
};

}  // namespace wengert
