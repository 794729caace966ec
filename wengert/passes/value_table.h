// SPDX-License-Identifier: Apache-2.0
//
// Value numbering (Cocke and Schwartz 1970): a hash table of the lines of a Program under construction by what they
// compute, so that a line equal to an earlier one is found in constant time.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "wengert/ir/primitive.h"

namespace wengert {

/// How many leading operands may change places without changing a bit of a result that is not NaN: 2 for add, mul, fma,
/// equal and the logical ones, else 0. Not max and min, which return their first operand at a tie of 0 and -0.
int interchangeable_operands(const Primitive& primitive);

/// Open addressing, linear probing, eight bytes a slot. The table refers to the builder's lines and holds none itself.
class ValueTable {
 public:
  explicit ValueTable(const Program& lines) : lines_(lines), slots_(64) {}

  /// The first of the lines that computes the same, or no_value.
  ValueId find(const Primitive& primitive, std::span<const ValueId> operands, const Attributes& attributes) const;
  ValueId find(const Array& constant) const;
  /// Enters a line of the builder (the first one of its instruction).
  void add(ValueId line);

 private:
  struct Slot {
    uint32_t hash = 0;
    ValueId line = no_value;
  };
  using Slots = std::vector<Slot>;

  uint32_t hash_of(ValueId line) const;
  static void enter(Slots& slots, Slot slot);
  template <class Equal> ValueId probe(uint32_t hash, Equal equal) const;

  const Program& lines_;
  Slots slots_;
  size_t used_ = 0;
};

}  // namespace wengert
