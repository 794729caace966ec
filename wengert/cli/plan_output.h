// SPDX-License-Identifier: Apache-2.0
//
// Files that wengert plan writes of one plan: its picture, and the Jacobian along its order as source text.
#pragma once

#include "wengert/ad/linear_graph.h"
#include "wengert/cli/program_source.h"
#include "wengert/plan/elimination_plan.h"

namespace wengert::cli {

/// What was planned, and the plan.
struct Planned {
  Program program;  ///< prepared: of scalars
  LinearGraph graph;
  std::vector<std::string> names;  ///< of the graph's vertices
  EliminationPlan plan;
};

/// Before the work begins. throws : UsageError W729 for a file that --draw or --emit cannot write by its ending
void check_endings(const Arguments& arguments);

/// --draw: a small graph step by step; otherwise the orders' running totals, and how many partials they hold.
void draw_plan(Context& context, const Planned& planned);

/// --emit: the Jacobian, row by row, as C or as a Program.
///
/// point : for the self-test's values, where the Program was of scalars already
void emit_plan(Context& context, const Planned& planned, const Point& point);

/// The same of a Jacobian that is there, of the point's Program by its inputs `wrt`.
void emit_jacobian(Context& context, const Program& jacobian, const Point& point, const std::vector<size_t>& wrt);

}  // namespace wengert::cli
