// SPDX-License-Identifier: Apache-2.0
//
// Calls replaced by the lines of their bodies.
#pragma once

#include <cstddef>

#include "wengert/ir/program.h"

namespace wengert {

/// `p` with the lines of a body in the place of every `call`, calls in bodies too. Names inside bodies are dropped,
/// source lines kept.
///
/// limit  : on the lines; calls of calls can grow exponentially
/// throws : ResourceError W450 beyond `limit`, before the memory is used
Program inline_calls(const Program& p, size_t limit = 10'000'000);

}  // namespace wengert
