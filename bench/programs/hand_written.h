// SPDX-License-Identifier: Apache-2.0
//
// The derivatives of objectives/ that were derived by hand, recorded as Programs: what an engine makes of the best list
// of operations known, beside what it makes of the list that differentiation gives.
#pragma once

#include "wengert/ir/program.h"

namespace wengert::bench {

/// Inputs and outputs as those of value_and_jacobian(roe_flux_program(), 6).
Program hand_written_roe_jacobian();
/// Inputs and outputs as those of value_and_jacobian(reprojection_program(), 15).
Program hand_written_reprojection_jacobian();

}  // namespace wengert::bench
