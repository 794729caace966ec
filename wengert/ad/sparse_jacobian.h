// SPDX-License-Identifier: Apache-2.0
//
// Jacobians whose constant entries are stored once, or not at all: a Program that computes the entries that vary, and
// the places of all that are not 0. For the Jacobian of a residual at very many points, where what is stored at each
// costs more than what is computed:
//
//     const SparseJacobian j = sparse_jacobian(residual);
//     ... map(j.values, points) ...                  // [n, j.pattern.slots] in place of [n, rows, columns]
#pragma once

#include <vector>

#include "wengert/ad/sparsity.h"
#include "wengert/passes/scalar_loops.h"

namespace wengert {

/// The entries of a Jacobian that are not 0 at every point: one number at every point, or one of `slots` that vary.
struct PackedPattern {
  Sparsity sparsity;
  std::vector<int64_t> slot;     ///< of each entry: which of the values; -1: it is constant
  std::vector<double> constant;  ///< of each entry: its number where it is constant, else 0
  int64_t slots = 0;

  /// All entries, in the order of sparsity.column. throws : ShapeError W207 unless there are `slots` values
  std::vector<double> entries(std::span<const double> values) const;
};

struct SparseJacobian {
  Program values;  ///< p's inputs -> f64[slots], or f32 where all of p's outputs are
  PackedPattern pattern;
};

/// jacobian(p, wrt) with the entries that vary packed. Rows are the elements of p's outputs of float dtype, one output
/// after the other, columns those of the inputs in `wrt`. Entries that are one value (not merely of one size) share a slot.
///
/// finds  : constants that simplification finds, in what can be written as scalars; elsewhere entries outside of
///          jacobian_sparsity are left out. A result of a map or of a rule of the user's own is not looked into:
///          differentiate the body and map the Program of its values
/// mode   : forward or reverse sweeps over scalars, whichever of the two Programs has less work (passes/work.h)
/// throws : ResourceError W450 for a Program too large to be written out (scalar_loops.h; 2000000 lines of all sweeps), W734;
///          UsageError W131 as jacobian
SparseJacobian sparse_jacobian(const Program& p, const std::vector<size_t>& wrt = {}, const ScalarLoopLimits& limits = {});

}  // namespace wengert
