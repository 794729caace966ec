// SPDX-License-Identifier: Apache-2.0
//
// Dropout, and embedding: rows of a table by number.
#pragma once

#include "wengert/ir/expr.h"

namespace wengert {

/// In training: each element is 0 with probability `rate`, else x / (1 - rate), so that its expectation is x and
/// nothing has to be scaled in use, where dropout is left out. What is dropped is a function of the key alone: a
/// Program stays pure, the pullback drops what the value dropped. Every layer and every step needs a key of its own
/// (split_key).
///
/// rate   : [0, 1); at 0 it is x
/// key    : i64[2] (primitives/sample.h)
/// cost   : a random number an element
/// throws : UsageError W811; ShapeError W206 for another key, W833 for an x that is no float array
/// source : SHKSS14, sections 4 and 10 (the inverted form)
Expr dropout(Expr x, double rate, Expr key);

/// Row tokens[...] of the table for each token. A token that the table does not have makes a row of NaN.
///
/// shapes : table float[count, features], tokens i64[...] -> float[..., features]
/// cost   : no operations; the pullback adds rows, in the order of the tokens
/// throws : ShapeError W833
/// source : BDVJ03, section 2 (the matrix C)
Expr embedding(Expr table, Expr tokens);

}  // namespace wengert
