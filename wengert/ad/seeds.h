// SPDX-License-Identifier: Apache-2.0
//
// Jacobians by seeded sweeps over a LinearGraph: one pushforward a column, or one pullback a row. Among scalars each
// sweep is written out with its seed folded; arrays are swept by a map over the unit vectors, whose body is one sweep
// with the residuals held fixed.
#pragma once

#include "wengert/ad/linear_graph.h"

namespace wengert {

/// Inputs or outputs of float dtype: their places among all of them, and their types.
struct Places {
  std::vector<size_t> places;
  std::vector<Type> types;
};

/// Entries dy_i/dx_j, row by row, of the outputs `of` by the inputs `by`, in the current recording, of y_i's dtype.
std::vector<Expr> jacobian_by_columns(const LinearGraph& graph, const Places& by, const Places& of);
std::vector<Expr> jacobian_by_rows(const LinearGraph& graph, const Places& by, const Places& of);

/// One input of a Program as the scalars it is made of.
struct SplitColumn {
  Type type;
  std::vector<size_t> places;  ///< of its elements among the graph's inputs
};

/// The same by columns of which each element is an input of the graph of its own: every sweep is written out.
std::vector<Expr> jacobian_by_split_columns(const LinearGraph& graph, const std::vector<SplitColumn>& by, const Places& of);

/// A tangent or cotangent as an Expr of that type: zeros if missing, a constant if it is a number.
Expr filled(const std::optional<Expr>& e, const Type& type);

/// The elements of an array, row-major; a scalar itself.
std::vector<Expr> elements_of(const Expr& x);

}  // namespace wengert
