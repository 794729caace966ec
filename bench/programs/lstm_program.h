// SPDX-License-Identifier: Apache-2.0
//
// The loss of objectives/lstm.h as a Program: a scan over the characters.
#pragma once

#include <vector>

#include "objectives/lstm.h"
#include "wengert/base/array.h"
#include "wengert/ir/program.h"

namespace wengert::bench {

/// (gates[l, 2, 4, b], ends[3, b], state[l, 2, b], sequence[c, b]) -> loss
Program lstm_program(const Lstm& lstm);
std::vector<Array> lstm_inputs(const Lstm& lstm);

}  // namespace wengert::bench
