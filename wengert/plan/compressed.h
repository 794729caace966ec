// SPDX-License-Identifier: Apache-2.0
//
// Sparse Jacobians and Hessians of Programs on arrays by few sweeps: one a colour instead of one a column (Curtis,
// Powell, Reid 1974; Coleman, More 1984). For Programs of scalars nothing is gained: there a sweep costs what its
// column depends on.
#pragma once

#include "wengert/ir/program.h"
#include "wengert/plan/colouring.h"

namespace wengert {

struct CompressedDerivative {
  Program values;  ///< (x...) -> (value), the entries of the pattern in its order; f64 unless all rows are f32
  Sparsity pattern;
  int64_t sweeps = 0;       ///< 0 between scalars
  int64_t lower_bound = 0;  ///< on the sweeps that any colouring of this kind takes
  bool reverse = false;     ///< sweeps are pullbacks, each of several rows
};

/// The entries of jacobian(p, wrt) that can be other than 0: forward sweeps each of the columns of one colour, or
/// reverse sweeps of rows, whichever are fewer.
///
/// cost   : of the Program: `sweeps` times 2 to 4 times p, between scalars that of jacobian's entries; to plan: jacobian_sparsity and colour_columns
/// limit  : of jacobian_sparsity
/// throws : ResourceError W734 beyond `limit`; UsageError W131 as jacobian
CompressedDerivative compressed_jacobian(const Program& p, const std::vector<size_t>& wrt = {},
                                         int64_t limit = 500'000'000);

enum class HessianColouring {
  by_cost,  ///< acyclic if it has fewer colours and trees of at most 16 levels
  star,     ///< each entry is read off a product
  acyclic,  ///< entries are subtracted from others, which costs no products, but some accuracy
};

/// The entries of hessian(p, wrt), both triangles, by products with H, forward over reverse (Pearlmutter 1994).
/// Elements of all inputs in `wrt` are rows and columns, one input after the other. Of entries (i, j) and (j, i), one
/// is computed.
///
/// cost   : of the Program: `sweeps` times 4 to 8 times p
/// throws : ShapeError W210 if p has not exactly one scalar float output; ResourceError W734; UsageError W131
CompressedDerivative compressed_hessian(const Program& p, const std::vector<size_t>& wrt = {},
                                        HessianColouring colouring = HessianColouring::by_cost,
                                        int64_t limit = 500'000'000);

}  // namespace wengert
