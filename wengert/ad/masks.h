// SPDX-License-Identifier: Apache-2.0
//
// The side of a select that was not taken gets a cotangent of exactly zero, but zero times an infinite or undefined
// partial further back is NaN. So a vertex all of whose influence goes through such a side has the partials on the edges
// into it masked: select(condition, partial, 0). Forward mode needs no mask: select drops the other side's tangent.
#pragma once

#include "wengert/ad/linear_graph.h"

namespace wengert {

/// Masks the partials of `graph`, in the current recording. cost: one pass over the edges; no lines without select.
void mask_dead_branches(LinearGraph& graph);

}  // namespace wengert
