// SPDX-License-Identifier: Apache-2.0
//
// Is a derivative right, given what sweeps of differences say? One precise sweep that agrees with it confirms it: chance
// does not. To call it wrong, or a kink, takes two sweeps without a common step that say the same; whatever else happens
// (a function that ends here, rises without bound, or varies too fast for any step) is undecided, never wrong.
#pragma once

#include <span>

#include "wengert/check/differences.h"

namespace wengert {

enum class Judgement {
  right,      ///< a precise sweep agrees
  kink,       ///< the one-sided derivatives differ, and the exact one is one of them or lies between
  wrong,      ///< two sweeps agree with each other and none with the exact one
  undecided,  ///< differences cannot tell
};

struct Judged {
  Judgement judgement = Judgement::undecided;
  Difference by;  ///< the sweep that decided; the finest where none did
};

/// exact     : the derivative to judge
/// sweeps    : coarse to fine
/// tolerance : relative to 1 + |exact|, on top of ten times the error that a sweep states
Judged judge(double exact, std::span<const Difference> sweeps, double tolerance);

}  // namespace wengert
