// SPDX-License-Identifier: Apache-2.0
//
// What a compiled reading must know of a kernel's registers before it writes them down as variables: where each is
// written and read, in which loop it may be declared, which values an integer can take (index arithmetic that cannot
// overflow is written plainly), and which steps nobody needs.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "wengert/kernel/step_form.h"

namespace wengert {

struct RegisterId {
  RegisterKind kind = RegisterKind::none;
  uint32_t slot = 0;
  friend bool operator==(const RegisterId&, const RegisterId&) = default;
};

/// The registers that a step reads.
std::vector<RegisterId> reads_of(const MicroStep& step);

/// One register. Steps are counted from 0; block 0 is the kernel, each loop's body a block of its own.
struct RegisterUse {
  int definitions = 0, uses = 0;  ///< of steps that are needed; a constant is a definition
  bool constant = false;          ///< in the register before the first step
  bool known = false;             ///< an integer that can have one value only; what computes it is not needed
  bool hoisted = false;                       ///< to be declared at the beginning of the function
  uint32_t declared_at = 0;                   ///< otherwise: the step that declares it
  uint32_t use_block = 0;                     ///< of its last use
  int64_t low = INT64_MIN, high = INT64_MAX;  ///< integers: where the values lie

  bool variable() const { return definitions > 1 || hoisted; }
};

class RegisterTable {
 public:
  /// cost : a few passes over the steps
  explicit RegisterTable(const Kernel& kernel);

  const RegisterUse& operator[](RegisterId id) const { return uses_[static_cast<size_t>(id.kind)][id.slot]; }
  bool needed(size_t step) const { return needed_[step]; }
  uint32_t block(size_t step) const { return block_[step]; }
  /// Registers to be declared at the beginning, in order.
  std::vector<RegisterId> hoisted() const;
  /// The value of an integer register that can have only one.
  std::optional<int64_t> known_integer(RegisterId id) const;

 private:
  RegisterUse& at(RegisterId id) { return uses_[static_cast<size_t>(id.kind)][id.slot]; }
  void find_blocks(const Kernel& kernel);
  void count(const Kernel& kernel);
  void drop_unneeded(const Kernel& kernel);
  void place(const Kernel& kernel);
  void bound(const Kernel& kernel);
  void drop_known(const Kernel& kernel);
  uint32_t common_block(uint32_t a, uint32_t b) const;

  std::array<std::vector<RegisterUse>, 4> uses_;
  std::vector<bool> needed_;
  std::vector<uint32_t> block_, parent_, depth_;  // block_ of each step; of each block its parent and depth
};

/// The interval of an integer micro-operation on intervals, if it cannot wrap around.
struct IndexRange {
  int64_t low = INT64_MIN, high = INT64_MAX;
};
std::optional<IndexRange> exact_interval(Micro op, IndexRange a, IndexRange b);

}  // namespace wengert
