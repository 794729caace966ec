// SPDX-License-Identifier: Apache-2.0
//
// Checking what a plan claims: that its order costs what it says, and that no order costs less than its bound. The
// checker shares no code with the search and the bounds; it is plain, slow, and recomputes everything from the graph.
#pragma once

#include <string>

#include "wengert/plan/elimination_plan.h"

namespace wengert {

/// What is wrong with the claims of `plan` about `graph`: its order, cost, bound, and each part of the witness; nothing
/// if all of it holds.
///
/// cost : for a cluster of k vertices some 2^k problems of disjoint paths, about 0.2 ms each; for a bound by search another
///        search, without clusters: where that takes more than 20,000 parts, the claim is said to be too large to be checked
std::vector<std::string> wrong_claims(const LinearGraph& graph, const EliminationPlan& plan);

}  // namespace wengert
