// SPDX-License-Identifier: Apache-2.0
//
// Random values where the user has no point in mind.
#pragma once

#include "wengert/cli/program_source.h"

namespace wengert::cli {

Option random_option();

/// Under --random: standard normal numbers for the float inputs that have no value.
void fill_randomly(const Context& context, Point& point);

}  // namespace wengert::cli
