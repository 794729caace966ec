// SPDX-License-Identifier: Apache-2.0
//
// Factorizations and solvers of square matrices: the last two axes of an array; axes in front of them count matrices.
// Singular matrices give what IEEE 754 makes of the division by a zero pivot (infinities and NaN), never an exception.
#pragma once

#include "wengert/primitives/families.h"

namespace wengert {

/// Linear in its last operand, a right-hand side, so it has a transpose; and differentiable in its matrix, by a JVP made
/// of itself.
class Solver : public ArrayPrimitive {
 public:
  explicit Solver(ArraySpec spec) : ArrayPrimitive(Family::composite, spec) {}
  Tangents jvp(const JvpRule& rule) const override { return spec_.jvp(rule); }
  Tangents transpose(const TransposeRule& rule) const override { return spec_.transpose(rule); }
};

extern const Composite cholesky_p, inverse_p, log_determinant_p;
extern const Solver triangular_solve_p, solve_p;

/// Lower triangular L with L L^T = (A + A^T) / 2, and positive diagonal; zeros above it. Both triangles of A are read, so
/// that a derivative by A is symmetric. Rows from the first pivot on that is not positive have no meaning (NaN).
///
/// shapes : [..., n, n] -> [..., n, n]
/// throws : ShapeError W206
Expr cholesky(Sited a);

/// Which triangle is read, and how.
struct Triangle {
  bool lower = true;
  bool transpose = false;  ///< solve with the transposed triangle
  bool unit = false;       ///< take ones for the diagonal, which is not read
};

/// X with T X = B, where T is a triangle of A. The other triangle is not read, and the derivative by it is 0.
///
/// shapes : [..., n, n] and [..., n, k] -> [..., n, k]; or a vector [..., n] for B, if it has one axis less than A
/// throws : ShapeError W206
Expr triangular_solve(Sited a, Expr b, Triangle triangle = {});

/// X with A X = B, or A^T X = B, by LU factors with partial pivoting; shapes as in triangular_solve.
Expr solve(Sited a, Expr b, bool transpose = false);

/// A^-1. Prefer solve(A, B) to inverse(A) B: it costs less and loses less.
Expr inverse(Sited a);

/// log |det A|, one number a matrix; -infinity for a singular one. The sign is dropped.
Expr log_determinant(Sited a);

}  // namespace wengert
