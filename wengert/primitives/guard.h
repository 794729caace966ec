// SPDX-License-Identifier: Apache-2.0
//
// guard: what a recording takes for granted about a comparison. It stays in the list although nobody uses its result;
// running the list at a point where it does not hold is an error, or makes a Function record anew.
#pragma once

#include "wengert/primitives/families.h"

namespace wengert {

/// operand: bool scalar; attribute `expected`; result: operand == expected, which must come out true.
class Guard : public Nondifferentiable {
 public:
  using Nondifferentiable::Nondifferentiable;
  bool is_guard() const override { return true; }
};

extern const Guard guard_p;

/// Records that `condition` turned out as `expected` where the list was recorded. throws : ShapeError W206
Expr guard(Sited condition, bool expected);

}  // namespace wengert
