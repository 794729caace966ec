// SPDX-License-Identifier: Apache-2.0
//
// The scalar that the templates of objectives/ are recorded with.
#pragma once

#include "wengert/primitives/primitives.h"

namespace wengert::bench {

/// An Expr that can be declared before it has a value, as those templates do with their numbers.
struct Term : Expr {
  Term() : Expr(0.0) {}
  Term(double literal) : Expr(literal) {}
  Term(const Expr& e) : Expr(e) {}
};

// What the templates have functions of their own for.
inline Term with_sign(Term x, Term y) { return x * sign(y); }
inline void sine_cosine(Term x, Term& sine, Term& cosine) { sine = sin(x), cosine = cos(x); }
inline Term where_greater(Term a, Term b, Term x, Term y) { return select(greater(a, b), x, y); }

}  // namespace wengert::bench
