// SPDX-License-Identifier: Apache-2.0
//
// Inputs held fixed: a Program of fewer inputs.
#pragma once

#include <optional>
#include <span>

#include "wengert/base/array.h"
#include "wengert/ir/program.h"

namespace wengert {

/// `p` with the inputs that have a value here as constants; the others stay inputs, in their order.
///
/// fixed  : one entry an input
/// throws : ShapeError W207 if the count or a type is not the Program's
Program fix_inputs(const Program& p, std::span<const std::optional<Array>> fixed);

}  // namespace wengert
