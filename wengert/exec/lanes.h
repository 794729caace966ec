// SPDX-License-Identifier: Apache-2.0
//
// Which loops of a kernel run a SIMD lane an iteration, and which real registers need only f32. Independent of any
// engine: a reading for a machine with vectors asks here.
//
// A loop may be run in lanes if it is marked so (Micro::loop), every extent inside is the same for all lanes, what it
// writes outside of an iteration's own memory is at a different place in each, and the variables it assigns from outside
// are sums: v = v + x, not read otherwise.
#pragma once

#include <cstdint>
#include <vector>

#include "wengert/kernel/kernel.h"

namespace wengert {

/// What a real register holds: numbers known beforehand, or computed from f32 alone, or f64.
enum class Precision : uint8_t { constant, single, full };

/// Of each real register. In f32 registers every operation rounds to f32: as the reference, which computes in f64 and
/// rounds at the end, for one operation, and within a few ulps for a kernel of several. Sums of more than 4096 terms are
/// kept in f64.
std::vector<Precision> real_precisions(const Kernel& kernel);

struct LaneOptions {
  int vector_bytes = 32;               ///< of a machine vector; 0: no lanes
  size_t private_bytes = 1u << 18;     ///< memory and sums of all lanes of a map's body at most; beyond, inner loops are run in lanes
};

/// Of each step: the lanes of a loop (1: one iteration after the other), 0 for steps that are no loop. The last
/// iterations of an extent that the lanes do not divide overlap with those before them, so of a loop whose iterations find
/// what they stored themselves (x[i] = x[i] + y[i]) the lanes divide the extent.
std::vector<uint8_t> plan_lanes(const Kernel& kernel, const std::vector<Precision>& precisions, const LaneOptions& options);

}  // namespace wengert
