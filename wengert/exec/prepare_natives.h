// SPDX-License-Identifier: Apache-2.0
//
// Operands of library calls that stay as they are while a loop runs, such as the weights of a recurrent net or the
// factor that all parts of a product share, are brought into the form that the library reads before the loop: once.
#pragma once

#include "wengert/kernel/kernel.h"

namespace wengert {

/// Calls that have a prepared form, in loops that leave that operand alone, read it; the outermost such loop counts.
/// cost: linear in the steps, for each such call once more in those of its loops
void prepare_natives(Kernel& kernel);

}  // namespace wengert
