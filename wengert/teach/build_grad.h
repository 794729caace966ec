// SPDX-License-Identifier: Apache-2.0
//
// Back-propagation that writes its result down as a graph again, as printed in GBC16, section 6.5.6: algorithm 6.5 is
// the outermost skeleton, algorithm 6.6 the inner loop, a sum over consumers with a memory. The graph is a Program, and
// so is the result: what grad() gives by one loop over the list in reverse, here by recursion from the targets.
#pragma once

#include <map>
#include <optional>

#include "wengert/ir/expr.h"
#include "wengert/teach/graph.h"

namespace wengert::teach {

/// Algorithm 6.5: the derivatives of z by each target.
///
/// targets: the book's T, lines of floats, inputs or not, several times or not
/// graph  : the book's G
/// z      : the variable to be differentiated, a scalar float
/// returns: (inputs of graph...) -> (dz/dt for t in targets), zeros where z does not depend on t; unlike grad(), not
///          simplified: every line of the graph, then every line that build_grad records
/// cost   : one op.bprop a use of a line on which z depends. No masks: beside a select whose untaken side has an
/// infinite
///          derivative the result is NaN, where grad() gives the side taken
/// throws : UsageError W840 for a line that does not exist or has no derivative, or if z is no scalar;
///          ResourceError W841 for a chain of more than 2000 lines, since algorithm 6.6 calls itself once a line
/// source : GBC16, algorithm 6.5
Program backprop(std::span<const ValueId> targets, const Program& graph, ValueId z);

/// The book's G', the graph pruned to what z depends on, with its lines' values in the current recording. What does not
/// depend on the targets is pruned too: recursion from the targets never comes there.
struct PrunedGraph {
  const Program& graph;
  std::vector<Expr> values;
  std::vector<std::vector<Use>> consumers;
};
using GradTable = std::map<ValueId, Expr>;

/// Algorithm 6.6: records dz/dv, looked up in the table or summed over the consumers of v, and enters it in the table.
///
/// table  : holds dz/dz = 1 at first
/// source : GBC16, algorithm 6.6
Expr build_grad(ValueId v, const PrunedGraph& pruned, GradTable& table);

/// op.bprop(inputs, X, G): the product of the cotangents G of a line's results with the Jacobian of the results by one
/// operand; missing where it is zero. All operands are taken for distinct, even if they are the same line.
///
/// source : GBC16, section 6.5.6, equation (6.54)
std::optional<Expr> bprop(const PrunedGraph& pruned, const Use& use, std::span<const std::optional<Expr>> cotangents);

}  // namespace wengert::teach
