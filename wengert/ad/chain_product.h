// SPDX-License-Identifier: Apache-2.0
//
// ChainProduct: how the Jacobian of a chain of segments J_k ... J_1 is accumulated: which products are formed, and
// which factors are never written out, since what is there already is swept through them instead.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace wengert {

struct ChainProduct {
  enum class How : uint8_t {
    forward,  ///< tangents of every unit vector through all segments
    reverse,  ///< cotangents of every unit vector through all segments
    product,  ///< parts[0], of the segments from `split` on, times parts[1], of those before
    push,     ///< the columns of parts[0], of the segments before `split`, as tangents through those from `split` on
    pull,     ///< the rows of parts[0], of the segments from `split` on, as cotangents through those before
  };
  How how = How::forward;
  size_t first = 0, last = 0;  ///< the Jacobian of the segments first .. last - 1
  size_t split = 0;            ///< first < split < last, if there are parts
  std::vector<ChainProduct> parts = {};
};

}  // namespace wengert
