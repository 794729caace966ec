// SPDX-License-Identifier: Apache-2.0
//
// Algebraic simplification. Every rule gives the same result to the last bit, except for what is stated here:
//
//   sign of zero   x + 0 -> x, 0 - x -> -x, -(a - b) -> b - a, fma(a, b, 0) -> a b and sums over axes of extent 1
//                  may give 0 for -0 or the reverse
//   one rounding   x^2 -> x x is correctly rounded and x^-1 -> 1/x is too, where pow may be off by an ulp
//   which NaN      a NaN stays a NaN, but its sign and payload are not kept
//
// A NaN or an infinity is never hidden: 0 x, x - x and 0 / x stay as they are, since x might not be finite.
#pragma once

#include "wengert/ir/program.h"

namespace wengert {

/// `p` after the rules of simplify_rules.h, with constants folded, common subexpressions merged and dead code removed;
/// in nested bodies too. A second application changes nothing. Guards stay.
///
/// cost : linear in the lines; an instruction is folded only if its result has at most 64 elements
Program simplify(const Program& p);

}  // namespace wengert
