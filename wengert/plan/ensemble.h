// SPDX-License-Identifier: Apache-2.0
//
// Ensemble Computation as Jacobian accumulation: the reduction by which that is NP-complete (Naumann 2008). Given are
// subsets C_1 ... C_k of a finite set; how few unions of two disjoint sets, each a single element or made before, make
// them all? (GJ79, problem PO9.) The Program y_k = x_k * product of c_a over a in C_k, with the c_a held fixed, has a
// Jacobian with those products on its diagonal and a linear graph of one chain a subset, an edge an element.
// Eliminating a vertex of a chain multiplies the products of two disjoint sets; where equal products are computed once,
// as few multiplications accumulate the Jacobian as unions make the subsets. The proof is in docs/planning.md.
#pragma once

#include <map>
#include <string_view>

#include "wengert/ir/program.h"
#include "wengert/plan/elimination_order.h"

namespace wengert {

/// Sets are bit masks: bit a is set if element a is in it.
struct Ensemble {
  size_t elements = 0;            ///< at most 26
  std::vector<uint32_t> subsets;  ///< none of them empty
};

/// "abc,bd,cd": elements are small letters. throws : UsageError W731 for anything else
Ensemble parse_ensemble(std::string_view text);

/// The union of two disjoint sets, each a single element or a union before.
struct DisjointUnion {
  uint32_t left = 0, right = 0;
};

/// The fewest unions that make every subset, in order; proven.
///
/// cost   : exponential in their number
/// throws : ResourceError W733 if that takes more than a million trials
Plan<std::vector<DisjointUnion>> fewest_unions(const Ensemble& ensemble);

/// Of one subset: where its chain is cut, set by set: the part that comes first of each set of more than one element.
using Splits = std::map<uint32_t, uint32_t>;

/// Those of each subset, as the unions say.
std::vector<Splits> splits(const Ensemble& ensemble, const std::vector<DisjointUnion>& unions);

/// The Program of the reduction, its chains arranged so that an order can multiply as `splits` has it, and that order.
struct EnsembleElimination {
  Program program;  ///< (x1 ... xk, a, b, c ...) -> y1 ... yk
  EliminationOrder order;

  /// Multiplications of the Jacobian's Program along the order, each product computed once.
  int64_t products() const;
};

/// throws : UsageError W731 if a set of more than one element is not split into two
EnsembleElimination ensemble_elimination(const Ensemble& ensemble, const std::vector<Splits>& splits);

}  // namespace wengert
