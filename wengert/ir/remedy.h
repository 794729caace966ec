// SPDX-License-Identifier: Apache-2.0
//
// The last line of messages about values that do not fit a Program: what to do, as far as the types tell.
#pragma once

#include <string>

#include "wengert/ir/program.h"

namespace wengert {

/// What to do where `found` was given for `expected`: convert, reshape, batch, or record again.
std::string remedy_for(const Type& expected, const Type& found);

/// "x f64[3], %1 i64[]": the inputs of a Program with their types, the first eight of them; "none".
std::string listed_inputs(const Program& p);

}  // namespace wengert
