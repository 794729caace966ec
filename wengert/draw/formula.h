// SPDX-License-Identifier: Apache-2.0
//
// Lines of a Program as formulas for readers: "v1 * sin(v1)". For the exact text form there is ir/text.h.
#pragma once

#include <optional>
#include <string>

#include "wengert/ir/program.h"

namespace wengert {

/// The number that a line repeats: a scalar float constant, also one broadcast to a shape. Formulas show it as a
/// number.
std::optional<double> written_number(const Program& p, ValueId v);

/// The user's name, the written number, or "%7".
std::string value_label(const Program& p, ValueId v);

/// The right side of one line, in terms of its operands' labels: "x * y", "sum{axes=[0]}(x)", "f64[3] constant".
std::string line_formula(const Program& p, ValueId v);

/// A value in terms of the named values of `p`, lines without a name written out: "2 * cos(v1)".
///
/// most : the length in characters beyond which parts are written as "..."; the result is little longer
std::string expanded_formula(const Program& p, ValueId v, size_t most = 60);

}  // namespace wengert
