// SPDX-License-Identifier: Apache-2.0
#include "wengert/ad/column_sets.h"

#include <algorithm>
#include <array>

namespace wengert {
namespace {

size_t hash_of(std::span<const int64_t> columns) {
  uint64_t hash = 0xcbf29ce484222325;  // FNV-1a, eight bytes at once
  for (int64_t column : columns) hash = (hash ^ static_cast<uint64_t>(column)) * 0x100000001b3;
  return hash ^ (hash >> 29);
}

}  // namespace

SetId ColumnSets::add(const Node& node) {
  nodes_.push_back(node);
  return SetId{static_cast<uint32_t>(nodes_.size() - 1)};
}

SetId ColumnSets::hold(std::span<const int64_t> columns) {
  size_t at = hash_of(columns) % table_.size();
  for (; table_[at] != empty_set; at = (at + 1) % table_.size())
    if (std::ranges::equal(held(node(table_[at])), columns)) return table_[at];
  const SetId set = table_[at] = add({columns_.size(), static_cast<uint32_t>(columns.size())});
  columns_.insert(columns_.end(), columns.begin(), columns.end());
  if (2 * ++held_ > table_.size()) grow();
  return set;
}

void ColumnSets::grow() {
  std::vector<SetId> larger(2 * table_.size(), empty_set);
  for (SetId set : table_) {
    if (set == empty_set) continue;
    size_t at = hash_of(held(node(set))) % larger.size();
    while (larger[at] != empty_set) at = (at + 1) % larger.size();
    larger[at] = set;
  }
  table_ = std::move(larger);
}

SetId ColumnSets::single(int64_t column) { return hold({&column, 1}); }

SetId ColumnSets::join(SetId a, SetId b) {
  if (a == b || b == empty_set) return a;
  if (a == empty_set) return b;
  const auto [low, high] = std::minmax(a, b);
  const uint64_t mixed = (static_cast<uint64_t>(low) << 32 | static_cast<uint64_t>(high)) * 0x9e3779b97f4a7c15;
  Join& known = joins_[mixed >> 48];
  if (known.a != low || known.b != high) known = {low, high, joined(low, high)};
  return known.all;
}

SetId ColumnSets::joined(SetId a, SetId b) {
  const Node left = node(a), right = node(b);
  const bool written_out = !left.is_union() && !right.is_union();
  if (!written_out) {
    if (right.left == a || right.right == a) return b;
    if (left.left == b || left.right == b) return a;
    return add({.left = a, .right = b});
  }
  std::array<int64_t, 2 * most_held> both;
  const auto end = std::ranges::set_union(held(left), held(right), both.begin()).out;
  const auto count = static_cast<size_t>(end - both.begin());
  if (count == left.count) return a;
  if (count == right.count) return b;
  return count > most_held ? add({.left = a, .right = b}) : hold({both.data(), count});
}

std::vector<int64_t> ColumnSets::columns(SetId set) const {
  std::vector<int64_t> all;
  std::vector<bool> seen;
  std::vector<SetId> open{set};
  while (!open.empty()) {
    const Node& n = node(open.back());
    open.pop_back();
    if (!n.is_union()) {
      all.insert(all.end(), held(n).begin(), held(n).end());
      continue;
    }
    for (SetId part : {n.left, n.right}) {
      if (seen.size() <= static_cast<size_t>(part)) seen.resize(nodes_.size());
      if (!seen[static_cast<size_t>(part)]) open.push_back(part);
      seen[static_cast<size_t>(part)] = true;
    }
  }
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

}  // namespace wengert
