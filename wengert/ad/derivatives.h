// SPDX-License-Identifier: Apache-2.0
//
// Derivatives as Programs. Every function takes a Program and returns one; results can be differentiated again, so any
// order of derivative is a composition. `wrt` lists the inputs that vary (empty: all of float dtype); the others are
// held fixed and have no tangent, cotangent or Jacobian.
//
// Inputs keep their places and names; tangents x_dot and cotangents y_bar follow them. Results are tidied: dead code and
// common subexpressions removed, simplified (passes/simplify.h).
#pragma once

#include <vector>

#include "wengert/ir/program.h"

namespace wengert {

/// (x..., x_dot...) -> (y..., y_dot...), forward mode; y_dot for outputs of float dtype.
/// cost: 2 to 3 times p
Program jvp(const Program& p, const std::vector<size_t>& wrt = {});

/// (x..., y_bar...) -> (y..., x_bar...), reverse mode; y_bar for outputs of float dtype.
/// cost: 2 to 4 times p, whatever the number of inputs; memory: the values of p
Program vjp(const Program& p, const std::vector<size_t>& wrt = {});

/// (x...) -> (x_bar...) for p with one scalar output: its gradient, each shaped like its input.
/// throws : ShapeError W210 if p has not exactly one scalar float output
Program grad(const Program& p, const std::vector<size_t>& wrt = {});
/// (x...) -> (y, x_bar...).
Program value_and_grad(const Program& p, const std::vector<size_t>& wrt = {});

enum class JacobianMode {
  by_shape,
  forward,
  reverse,
  columns,  ///< forward sweeps, each written out in scalars, where an entry that is always 0 costs nothing; loops are kept
  fewest,   ///< by_shape or columns: the Program with less work (passes/work.h), for what will be compiled
};

/// (x...) -> dy_i/dx_j for every output i of float dtype and input j in `wrt`, row by row, of shape y_i.shape + x_j.shape and y_i's dtype.
/// The entries of an output that is no float (flags, places) are zeros of x_j's dtype. (api/planned_jacobian.h: in fewer operations.)
///
/// mode : forward sweeps (one an input element), reverse sweeps (one an output element), or the fewer of the two
/// cost : min(n, m) sweeps; arrays are swept by a loop (map) whose body is one sweep. `columns`: the operations of n sweeps
///        on what depends on the column, in one loop over the points where p is one; its Program is longer, by up to n times
///        the scalar operations of p, which an interpreter runs line by line and compiled code does not. `fewest` makes both
///        Programs, where the sweeps are not of more than 200000 lines
/// throws: ResourceError W450 for `columns` of a Program too large to be written out (scalar_loops.h)
Program jacobian(const Program& p, const std::vector<size_t>& wrt = {}, JacobianMode mode = JacobianMode::by_shape);

/// (x...) -> d2y/dx_i dx_j for p with one scalar output, of shape x_i.shape + x_j.shape: forward over reverse.
Program hessian(const Program& p, const std::vector<size_t>& wrt = {});

/// (x..., v...) -> (H v...) for p with one scalar output: forward over reverse (Pearlmutter 1994); v like x in `wrt`.
/// cost: 4 to 8 times p, whatever the number of inputs
Program hvp(const Program& p, const std::vector<size_t>& wrt = {});

/// (x..., v...) -> (J' H J v...) where J is the Jacobian of p and H the Hessian of `loss` at p's outputs (Schraudolph
/// 2002); with no loss given, H is the identity.
Program gauss_newton_product(const Program& p, const Program* loss = nullptr, const std::vector<size_t>& wrt = {});

/// The inputs that vary: `wrt`, or all of float dtype. throws : UsageError W131 for one that does not exist, has no
/// derivative, or is listed twice
std::vector<size_t> varying_inputs(const Program& p, const std::vector<size_t>& wrt);

}  // namespace wengert
