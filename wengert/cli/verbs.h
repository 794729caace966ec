// SPDX-License-Identifier: Apache-2.0
//
// The table of verbs. Each function is in verb_NAME.cpp and returns its record.
#pragma once

#include "wengert/cli/verb.h"

namespace wengert::cli {

/// All verbs, in the order of the help.
const std::vector<Verb>& verbs();

Verb print_verb();
Verb eval_verb();
Verb grad_verb();
Verb jvp_verb();
Verb vjp_verb();
Verb jacobian_verb();
Verb hessian_verb();
Verb hvp_verb();
Verb plan_verb();
Verb check_verb();
Verb explain_verb();
Verb draw_verb();
Verb emit_verb();
Verb primitives_verb();
Verb train_verb();
Verb predict_verb();
Verb evaluate_verb();
Verb profile_verb();
Verb sweep_verb();
Verb export_verb();
Verb import_verb();
Verb data_verb();
Verb compile_verb();
Verb bench_verb();
Verb demo_verb();

}  // namespace wengert::cli
