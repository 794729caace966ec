// SPDX-License-Identifier: Apache-2.0
//
// One sweep through a LinearGraph as a Program of its own, to be counted, and to be run for many seeds at once.
#pragma once

#include "wengert/ad/linear_graph.h"
#include "wengert/ir/expr.h"

namespace wengert {

/// What a sweep starts with at an input (or, in reverse, an output) of the graph.
enum class Seed : uint8_t {
  none,
  array,  ///< a tangent or cotangent of the vertex's type
  unit,   ///< a number i of i64, for the i-th unit vector
};

struct ChainSweep {
  Program body;                    ///< (residuals..., a seed for each that is not none...) -> images
  std::vector<ValueId> residuals;  ///< values of the current recording
  std::vector<size_t> images;      ///< places of the results; at the others the image is zero
};

/// seeds   : one an input of the graph, or an output if `reverse`; the images are at the other end
/// Values that the graph refers to are those of the current recording.
ChainSweep chain_sweep(const LinearGraph& graph, const std::vector<Seed>& seeds, bool reverse);

}  // namespace wengert
