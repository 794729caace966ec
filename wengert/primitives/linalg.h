// SPDX-License-Identifier: Apache-2.0
//
// Products and norms of vectors and matrices. A matrix is the last two axes of an array; axes in front of them count
// matrices. Products are summed in f64, from the left. Factorizations and solvers are in factorize.h.
#pragma once

#include "wengert/primitives/families.h"

namespace wengert {

extern const Bilinear matmul_p, dot_p;
extern const Composite norm_p;

/// Matrix product of `a` (or its transpose) and `b` (or its transpose).
///
/// shapes : [..., m, k] x [..., k, n] -> [..., m, n]; the axes in front broadcast. A vector on the left is a row, on the
///          right a column; the axis that makes it a matrix goes away again, and a vector has no transpose.
/// throws : ShapeError W201 (inner extents), W203 (axes in front), W206 (a scalar, or different dtypes)
Expr matmul(Sited a, Expr b, bool transpose_a = false, bool transpose_b = false);

/// Sum of the products of corresponding elements, of two arrays of one type. throws : ShapeError W206
Expr dot(Sited a, Expr b);

/// Square root of the sum of squares of all elements, or over `axes`, which disappear (-1 is the last); no overflow.
/// The derivative where it is 0 is 0, the least-norm subgradient. throws : ShapeError W206
Expr norm(Sited x);
Expr norm(Sited x, std::vector<int64_t> axes);

// For authors of records.
/// Each matrix transposed.
Expr transpose_matrices(Expr x);

}  // namespace wengert
