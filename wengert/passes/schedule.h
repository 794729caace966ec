// SPDX-License-Identifier: Apache-2.0
//
// The order of lines. A compiler keeps a long list of scalar operations in the order in which it gets it, more or less, and
// a value that waits long for its use is stored and loaded again. Lists that were recorded, or written out by elimination,
// compute much early that is used late.
#pragma once

#include "wengert/ir/program.h"

namespace wengert {

/// `p`, or the bodies of its loops, with the lines of scalars in another order if that moves fewer values between registers
/// and memory: each output's lines when it is its turn, outputs as they come or the one that lacks the fewest lines next; what
/// calls functions before all else, or not.
/// Results are the same to the last bit.
///
/// moves  : only lists without guards and without arrays, of at most 5000 lines
/// cost   : linear in the lines times the registers, and outputs^2 times lines up to a limit
Program scheduled(const Program& p);

/// Loads and stores of a list of scalars in its order with `registers` registers, the value used last being given up
/// (Belady 1966), and all of them where a function is called; inputs are loaded, results stored.
int64_t moved_values(const Program& p, int registers = 15);

}  // namespace wengert
