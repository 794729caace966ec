// SPDX-License-Identifier: Apache-2.0
//
// Which engine runs a Program, as the command line asks for it, and how the choice is told.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "wengert/api/compile.h"
#include "wengert/cli/context.h"

namespace wengert::cli {

/// --engine --math --threads, for verbs that run something.
std::vector<Option> engine_options();
/// Without the choice of an engine, for verbs that compare them.
Option math_option();
Option threads_option();

/// Engine, mathematics and threads that the arguments ask for, for a Program that is run once.
/// throws : UsageError W713 for --math or --threads where everything is interpreted
CompileOptions engine_wish(const Arguments& arguments);
MathLibrary math_of(const Arguments& arguments);
int threads_of(const Arguments& arguments);

/// "compiled at level 2, up to 4 lanes (asked for; 0.03 s)".
std::string choice_text(const CompileChoice& choice);
nlohmann::ordered_json choice_json(const CompileChoice& choice);

/// The member "engine" of the document; on standard error under --stats, or where --engine was given.
void report_choice(Context& context, const CompileChoice& choice);

/// Runs `p` once by the engine asked for: the stages "compile", where it is compiled, and "run".
/// throws : DomainError W301 under --trap-nan; what compile and run throw
std::vector<Array> run_once(Context& context, const Program& p, std::span<const Array> inputs);

}  // namespace wengert::cli
