// SPDX-License-Identifier: Apache-2.0
//
// Jacobians by seeded sweeps over a LinearGraph: one pushforward a column, or one pullback a row. Among scalars each
// sweep is written out with its seed folded; arrays are swept by a map over the unit vectors, whose body is one sweep
// with the residuals held fixed.
#pragma once

#include "wengert/ad/linear_graph.h"

namespace wengert {

/// Entries dy_i/dx_j, row by row, in the current recording, of y_i's dtype (x_j's where y_i is no float: zeros).
/// columns: types of the inputs `wrt`; rows: of the outputs
std::vector<Expr> jacobian_by_columns(const LinearGraph& graph, std::span<const size_t> wrt, const std::vector<Type>& columns,
                                      const std::vector<Type>& rows);
std::vector<Expr> jacobian_by_rows(const LinearGraph& graph, std::span<const size_t> wrt, const std::vector<Type>& columns,
                                   const std::vector<Type>& rows);

/// A tangent or cotangent as an Expr of that type: zeros if missing, a constant if it is a number.
Expr filled(const std::optional<Expr>& e, const Type& type);

}  // namespace wengert
