// SPDX-License-Identifier: Apache-2.0
//
// What a map's results are only put together for is put together inside it, a point at a time, where it is in
// registers.
#pragma once

#include "wengert/ir/program.h"

namespace wengert {

/// `p` with every concatenation of results of one map, along another axis than that of the points, made by its body;
/// with reshapes of them that leave that axis and numbers repeated among them. In nested bodies too, without dead code.
/// Results are the same to the last bit.
///
/// cost : lines times concatenations moved
Program sink_into_maps(const Program& p);

}  // namespace wengert
