// SPDX-License-Identifier: Apache-2.0
//
// The side of a select that was not taken gets a cotangent of exactly zero, but zero times an infinite or undefined
// partial further back is NaN. So where all influence of a vertex goes through such a side, the partials on the edges
// into it are masked, select(condition, partial, 0), and an instruction that multiplies by values of its own (a product,
// a solver, a nested Program) gets a gate before it, select(condition, x_dot, 0), through which no NaN comes back.
// Forward mode needs neither: select drops the other side's tangent.
//
// Masks follow a condition of the values' own shape, a scalar one, and one flag a step of a map. A mask over elements ends
// where an instruction mixes the elements; from there on a NaN stays to be seen.
#pragma once

#include "wengert/ad/linear_graph.h"

namespace wengert {

/// Masks the partials of `graph`, in the current recording. cost: one pass over the edges; no lines without select.
void mask_dead_branches(LinearGraph& graph);

}  // namespace wengert
