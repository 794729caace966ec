// SPDX-License-Identifier: Apache-2.0
//
// Batching: one Program for a single point becomes one for many, a leading axis over everything that varies.
#pragma once

#include <vector>

#include "wengert/ir/program.h"

namespace wengert {

/// `p` at `size` points at once.
///
/// batched: one flag an input; a flagged input of shape [a, b] is [size, a, b] in the result, the others are shared
/// returns: every output with a leading axis of `size`; one that does not depend on a flagged input is repeated
/// cost   : instructions that do not vary are computed once; a primitive without a batching rule is looped over (`map`)
/// throws : UsageError W750 if a guard depends on a flagged input, since its outcome would have to be one at all points;
///          UsageError W751 for a wrong number of flags or a negative size
Program batch(const Program& p, const std::vector<bool>& batched, int64_t size);

}  // namespace wengert
