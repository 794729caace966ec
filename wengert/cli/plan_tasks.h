// SPDX-License-Identifier: Apache-2.0
//
// wengert plan --tasks: the planner on many functions, in each way of counting, as a table.
#pragma once

#include "wengert/cli/context.h"

namespace wengert::cli {

/// The functions that the tool has with it, or those of the .wl files in the folder PROGRAM.
///
/// returns: exit_negative if something found takes more than forward, reverse, Markowitz or what is published;
///          exit_interrupted if the rest was not planned
/// throws : UsageError W730 for a folder without .wl files, W732 for options about one Program; what parsers throw
int plan_tasks(Context& context);

}  // namespace wengert::cli
