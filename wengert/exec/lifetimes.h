// SPDX-License-Identifier: Apache-2.0
//
// When a kernel's scratch buffers are in use, and which may take the place of which.
#pragma once

#include <optional>
#include <vector>

#include "wengert/kernel/kernel.h"

namespace wengert {

/// Of one scratch buffer: in use from step `first` to `last`, both included.
struct Lifetime {
  bool used = false;
  uint32_t first = 0, last = 0;
  std::optional<uint32_t> in_place_of =
      {};  ///< the scratch buffer, counted from the first one, whose elements its own replace one by one
};

/// lanes: of each loop, as plan_lanes has them; null: none in lanes
/// cost : linear in steps and buffers
std::vector<Lifetime> scratch_lifetimes(const Kernel& kernel, const std::vector<uint8_t>* lanes);

}  // namespace wengert
