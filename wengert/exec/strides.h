// SPDX-License-Identifier: Apache-2.0
//
// Integer registers of a kernel as sums of loop indices, each times a constant: which places in a buffer they mean.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "wengert/kernel/kernel.h"

namespace wengert {

class Strides {
 public:
  /// cost: linear in steps
  explicit Strides(const Kernel& kernel);

  std::optional<int64_t> constant(uint32_t slot) const;
  /// Whether two registers, in one iteration of the loops around them, surely hold the same.
  bool same(uint32_t a, uint32_t b) const;
  /// Whether a register surely differs between any two iterations of these loops, given by their steps, the loops
  /// around them standing still.
  bool tells_apart(uint32_t slot, std::span<const uint32_t> loops) const;

 private:
  /// first + sum of stride * index; a term's loop by its step, in ascending order.
  struct Form {
    int64_t first = 0;
    std::vector<std::pair<uint32_t, int64_t>> terms;
    friend bool operator==(const Form&, const Form&) = default;
  };
  std::optional<Form> form(uint32_t slot, int depth = 0) const;
  std::optional<Form> found(uint32_t slot, int depth) const;
  static std::optional<Form> sum(const Form& a, const Form& b, int64_t times);

  const Kernel& kernel_;
  std::vector<uint32_t> written_by_;  // the only step that does; never, several: below
  std::vector<std::optional<int64_t>> constants_;
  mutable std::unordered_map<uint32_t, std::optional<Form>> known_;
  static constexpr uint32_t never = 0xffffffff, several = 0xfffffffe;
};

}  // namespace wengert
