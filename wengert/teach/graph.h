// SPDX-License-Identifier: Apache-2.0
//
// Back-propagation through a graph of scalars, as printed in GBC16, section 6.5.1: algorithm 6.1 evaluates the graph,
// algorithm 6.2 fills a table with the derivatives of one node by all others. The graph is a Program of scalars, a node
// u^(i) its line i, the parents Pa(u^(i)) the operands. For teaching: numbers at once, nothing recorded, nothing saved.
//
// In wengert/teach/ names are those of the book at hand, so that code and page can be read side by side.
#pragma once

#include <span>
#include <vector>

#include "wengert/ir/program.h"

namespace wengert::teach {

/// Algorithm 6.1: forward evaluation, u^(i) = f^(i)(A^(i)) line after line, A^(i) the values of the parents.
///
/// p      : every line an f64 scalar, every operation elementwise
/// x      : one number an input
/// returns: u, one number a line; outputs are u[index(p.outputs()[k])]
/// cost   : one evaluation a line
/// throws : UsageError W840 for a Program of arrays, integers or choices; ShapeError W207 for a wrong count of numbers
/// source : GBC16, algorithm 6.1
std::vector<double> forward_evaluation(const Program& p, std::span<const double> x);

/// Algorithm 6.2: du^(n)/du^(j) of every line j, by one sum over the lines that use it:
///
///     grad_table[u^(n)] = 1;  grad_table[u^(j)] = sum over i with j in Pa(u^(i)) of grad_table[u^(i)] du^(i)/du^(j)
///
/// z      : the line u^(n) to be differentiated; lines that it does not depend on have derivative 0
/// returns: grad_table, one number a line
/// cost   : one multiplication an operand, one addition for each use of a line after its first
/// throws : as forward_evaluation; UsageError W840 if there is no line z
/// source : GBC16, algorithm 6.2
std::vector<double> scalar_backpropagation(const Program& p, std::span<const double> x, ValueId z);

/// One use of a line: operand `place` of the line `consumer`. A line that takes the same operand twice uses it twice.
struct Use {
  ValueId consumer;
  size_t place;
};

/// The uses of every line by lines on which z depends (z itself among them), in the order of the list.
/// throws : UsageError W840 if there is no line z
std::vector<std::vector<Use>> consumers(const Program& p, ValueId z);

/// throws : UsageError W840 if there is no line v
void require_line(const Program& p, ValueId v);

/// du^(i)/du^(j) of line i for each of its operands j, where u holds the lines' values; none for inputs and constants.
std::vector<double> partials_of(const Program& p, ValueId i, std::span<const double> u);

}  // namespace wengert::teach
