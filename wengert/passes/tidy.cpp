// SPDX-License-Identifier: Apache-2.0
#include "wengert/passes/tidy.h"

#include "wengert/passes/common_subexpressions.h"
#include "wengert/passes/dead_code.h"
#include "wengert/passes/simplify.h"

namespace wengert {

Program tidy(const Program& p) { return dead_code(common_subexpressions(simplify(common_subexpressions(dead_code(p))))); }

}  // namespace wengert
