// SPDX-License-Identifier: Apache-2.0
//
// How the entries of a symmetric matrix H follow from B = H S, where S_jc = (colour_j == c) and no two colours hold a
// cycle. The edges between two colours form trees; from a vertex v to the one above it, u,
//
//     H_vu = B[v, colour_u] - sum over the vertices w below v of H_vw,
//
// so trees are climbed from their deepest vertices upwards, each rooted where it is least deep. Under a star colouring
// no vertex has one below it and one above it, and there is nothing to subtract.
#pragma once

#include "wengert/plan/colouring.h"

namespace wengert {

/// Entries H_vu that follow from those of the level before.
struct SubstitutionLevel {
  std::vector<int64_t> row, colour;  ///< v and colour_u of each entry: where it is read from B
  std::vector<int64_t> taken_from;   ///< of each entry of the level before: from which of these it is subtracted
};

struct Substitution {
  std::vector<SubstitutionLevel> levels;  ///< deepest first; the first one subtracts nothing
  /// Of each entry of the pattern: its place among the entries of all levels, one behind the other; -1 - place among
  /// the rows for one on the diagonal, which is B[i, colour_i].
  std::vector<int64_t> place;
};

/// cost: that of sorting the entries. requires: a symmetric pattern and an acyclic colouring of it
Substitution substitution(const Sparsity& symmetric, const Colouring& colouring);

}  // namespace wengert
