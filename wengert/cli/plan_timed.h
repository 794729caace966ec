// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "wengert/cli/program_source.h"

namespace wengert::cli {

/// wengert plan --timed: ways to accumulate the Jacobian of the Program, compiled and timed at the point.
/// throws : what timed_jacobian throws, and what a point without values does
void show_timed_ways(Context& context, const Point& point);

}  // namespace wengert::cli
