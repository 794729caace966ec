// SPDX-License-Identifier: Apache-2.0
//
// A Program prepared for planning, and its plan within a budget of time: what all forms of wengert plan share.
#pragma once

#include <functional>

#include "wengert/ad/linear_graph.h"
#include "wengert/ir/program.h"
#include "wengert/plan/elimination_plan.h"

namespace wengert::cli {

/// What is planned: the Program as it stands, or as scalars if it has arrays.
///
/// as_written : neither simplified nor with equal lines merged
Program planned_program(const Program& p, bool as_written);

/// Names of the graph's vertices: those of the lines they are derivatives of; parts of a line have a number behind it.
std::vector<std::string> vertex_names(const Program& p, const LinearGraph& graph);

/// Searches until there is a proof, `budget_s` is spent, or `interrupted` says so.
///
/// spent : told the share of the budget that is spent, now and then; may be empty
EliminationPlan plan_within(const LinearGraph& graph, Counting counting, double budget_s,
                            const std::function<bool()>& interrupted, const std::function<void(double)>& spent = {});

/// The cost of the rule of that name; of several rules whose names begin so, the least.
OrderCost rival_cost(const EliminationPlan& plan, std::string_view name);

}  // namespace wengert::cli
