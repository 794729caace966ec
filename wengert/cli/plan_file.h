// SPDX-License-Identifier: Apache-2.0
//
// A plan with its witness as a file, to be checked by whoever doubts it: JSON with the Program's text and vertices by
// their number in its linear graph.
#pragma once

#include <string>

#include "wengert/ir/program.h"
#include "wengert/plan/elimination_plan.h"

namespace wengert::cli {

/// Crash-safe. throws : ResourceError of io/file.h
void write_certificate(const std::string& path, const Program& program, const EliminationPlan& plan);

struct Certificate {
  Program program;
  EliminationPlan plan;  ///< what is claimed; without rivals and time
};

/// throws : UsageError W725 for what is no certificate; what the readers of JSON and Programs throw
Certificate read_certificate(const std::string& path);

/// The names of countings on the command line and in files.
const char* counting_name(Counting counting);
Counting counting_of(const std::string& name);

}  // namespace wengert::cli
