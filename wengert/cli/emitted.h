// SPDX-License-Identifier: Apache-2.0
//
// What the verbs emit and plan share where they write C: labels of derivatives and the self-test.
#pragma once

#include <optional>

#include "wengert/cli/program_source.h"
#include "wengert/exec/emit_c.h"

namespace wengert::cli {

/// Labels for each float output and varying input: "df/dx".
std::vector<std::string> derivative_labels(const Program& p, const std::vector<size_t>& wrt, std::string_view form);

/// Inputs from --at (all of the Program's own, or none), the others drawn, and what the interpreter makes of them;
/// nothing if they are many.
///
/// single : the function will see them as floats, so they are numbers that floats can be
std::optional<CTest> self_test(const Point& point, const Program& emitted, bool single);

/// Says that there is no self-test, and why.
void note_no_self_test(Context& context);

}  // namespace wengert::cli
