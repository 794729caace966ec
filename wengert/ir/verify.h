// SPDX-License-Identifier: Apache-2.0
//
// Well-formedness of Programs. The invariants:
//
//   1  inputs first      the lines 0 .. inputs() - 1, and no others, are inputs; they have no operands
//   2  operands precede  every operand stands on an earlier line
//   3  results follow    the `result` lines of an instruction follow it, one for each result after the first, and have
//                        that instruction as their operand; there are no others
//   4  operands fit      as many as the primitive takes
//   5  types agree       with what primitive.infer says of the operands' types
//   6  constants hold    a value of their line's type, and have no operands
//   7  outputs exist     every output is a line
//   8  names are unique  no two values have the same name
//   9  bodies too        every Program nested in an attribute is well-formed
//
// What the library makes satisfies all of them; a Program built line by line with ProgramBuilder::append_typed may not.
#pragma once

#include "wengert/ir/program.h"

namespace wengert {

/// Checks the invariants, nested Programs included.
///
/// cost   : linear in the lines; each nested list is looked at once
/// throws : InternalError W910 with the number and the name of the first invariant found broken, and the line;
///          UsageError W107 for two values of one name, which only the user can have given
void verify(const Program& program);

}  // namespace wengert
