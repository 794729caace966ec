// SPDX-License-Identifier: Apache-2.0
//
// What the verbs compile and bench work on: a Program or one of its derivatives, made as the verbs grad, jacobian and hessian do.
#pragma once

#include "wengert/cli/program_source.h"

namespace wengert::cli {

struct Job {
  std::string kind;  ///< value, grad, jacobian or hessian
  std::string program_name;  ///< the user's
  Program program;   ///< of the same inputs
};

/// The options of a Program, --wrt, --of, --mode, --packed.
std::vector<Option> job_options();

/// Those that --of names, in that order.
/// throws : UsageError W714 for an option about derivatives without one; W612 if no input has a derivative; ShapeError
///          W210 for the gradient of what is no scalar
std::vector<Job> jobs(Context& context, const Point& point);

/// --packed: of a Jacobian what varies.
Option packed_option();

/// --runs: how often a Program will be run.
Option runs_option();
double expected_runs(const Arguments& arguments);

/// --limit: seconds of compiling.
Option limit_option();
double compile_limit_s(const Arguments& arguments);

}  // namespace wengert::cli
