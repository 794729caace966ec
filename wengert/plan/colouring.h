// SPDX-License-Identifier: Apache-2.0
//
// Colourings that say which columns of a sparse matrix one sweep can compute together, with a bound that no colouring
// beats. Survey: Gebremedhin, Manne, Pothen, "What color is your Jacobian?", SIAM Review 47 (2005).
#pragma once

#include "wengert/ad/sparsity.h"

namespace wengert {

struct Colouring {
  std::vector<int32_t> colour;  ///< of each column, from 0
  int32_t colours = 0;
  int32_t lower_bound = 0;  ///< no colouring of this kind has fewer

  double gap() const { return colours == 0 ? 0 : static_cast<double>(colours - lower_bound) / colours; }
};

/// Columns of one colour have no row in common, so that each entry of J stands alone in J S, S_jc = (colour_j == c)
/// (Curtis, Powell, Reid 1974). For rows give the transposed pattern.
///
/// method : greedy along several orders, then along its own colour classes, which never takes more (Culberson 1992)
/// bound  : the entries of the fullest row
/// cost   : some tens of times the sum of the squares of the rows' entries; the same on every machine
Colouring colour_columns(const Sparsity& pattern);

/// Of a symmetric pattern, diagonal apart: neighbours differ, and
///   star    : every path of four vertices has three colours, so that each entry can be read off H S directly
///             (Coleman, More 1984; algorithm: Gebremedhin et al. 2007, alg. 4.1)
///   acyclic : every cycle has three colours, so that entries follow from one another by subtraction (Coleman, Cai
///   1986;
///             alg. 3.1); never more colours than star needs
/// bound    : of graphs of which each two colours hold a forest, from the edges of their cores
/// cost     : some ten times the sum over all vertices of the squares of their neighbours' degrees at most
/// requires : as many rows as columns; an entry above or below the diagonal counts as both
Colouring star_colouring(const Sparsity& symmetric);
Colouring acyclic_colouring(const Sparsity& symmetric);

Sparsity transposed(const Sparsity& pattern);
/// With (j, i) wherever there is (i, j). requires : square
Sparsity symmetrized(const Sparsity& pattern);

}  // namespace wengert
