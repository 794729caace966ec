// SPDX-License-Identifier: Apache-2.0
//
// The passes that every derivative goes through, in their order.
#pragma once

#include "wengert/ir/program.h"

namespace wengert {

/// Dead code removed, common subexpressions merged, simplified. cost: linear in the lines
Program tidy(const Program& p);

}  // namespace wengert
