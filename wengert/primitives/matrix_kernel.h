// SPDX-License-Identifier: Apache-2.0
//
// Parts that the kernels of linear algebra share: a matrix inside a buffer, its rows and columns, and what is computed
// along them. For authors of records; users of the library do not need it.
#pragma once

#include "wengert/kernel/kernel.h"

namespace wengert {

/// Elements of a buffer at equal distances.
struct Line {
  Buffer buffer;
  Integer start;
  int64_t step;

  Integer at(Integer i) const { return start + (step == 1 ? i : i * Integer(step)); }
  Scalar operator[](Integer i) const { return buffer.real(at(i)); }
  void store(Integer i, Scalar value) const { buffer.store(at(i), value); }
  /// The elements from `first` on.
  Line from(Integer first) const { return {buffer, at(first), step}; }
};

/// A matrix in a buffer.
struct Matrix {
  Buffer buffer;
  Integer start;
  int64_t row_step, column_step;

  /// The matrix in the last two axes of `buffer`, number `which` in row-major order of the leading axes.
  Matrix(Buffer b, Integer which) : Matrix(b, which * Integer(rows(b) * columns(b)), columns(b), 1) {}
  Matrix(Buffer b, Integer first, int64_t row, int64_t column) : buffer(b), start(first), row_step(row), column_step(column) {}

  Matrix transposed() const { return {buffer, start, column_step, row_step}; }
  Matrix transposed_if(bool flag) const { return flag ? transposed() : *this; }
  Line row(Integer i) const { return {buffer, Line{buffer, start, row_step}.at(i), column_step}; }
  Line column(Integer j) const { return transposed().row(j); }
  Scalar operator()(Integer i, Integer j) const { return row(i)[j]; }
  void store(Integer i, Integer j, Scalar value) const { row(i).store(j, value); }

  static int64_t rows(const Buffer& b) { return b.shape()[b.shape().rank() - 2]; }
  static int64_t columns(const Buffer& b) { return b.shape().back(); }
};

/// The shape without its last two axes.
Shape leading(const Shape& shape);

/// body(Integer which) for each matrix of operand 0.
template <class Body> void for_each_matrix(KernelBuilder& k, Body body) {
  k.loop(leading(k.operand(0).shape()).elements(), body);
}

/// a[0] b[0] + ... + a[count-1] b[count-1], from the left.
Scalar inner_product(KernelBuilder& k, const Line& a, const Line& b, Integer count);

/// v <- T^-1 v, where T is the lower or upper triangle of `t` with extent n, its diagonal taken as ones if `unit`.
void substitute(KernelBuilder& k, const Matrix& t, const Line& v, int64_t n, bool lower, bool unit);

/// LU factors of a matrix in scratch memory, P A = L U, L with ones on its diagonal (GVL13, section 3.4).
///
/// Rows are exchanged by choosing between numbers, never by computing a place: so the kernel can be read as a list of
/// scalars, and run on several matrices in step. That costs two thirds of the time of factorizing.
class LuFactors {
 public:
  LuFactors(KernelBuilder& k, int64_t n);

  /// Factorizes with partial pivoting. A column without a pivot leaves a zero on U's diagonal.
  void factorize(const Matrix& a) const;
  /// v <- A^-1 v, or the inverse of A's transpose.
  void solve(const Line& v, bool transpose) const;
  /// U's diagonal.
  Scalar diagonal(Integer i) const { return lu_(i, i); }

 private:
  void bring_up_pivot(Integer j) const;
  void exchange_if(Boolean condition, const Line& a, const Line& b, Integer i) const;
  Integer place(Integer j, Integer i) const { return j * Integer(n_) + i; }

  KernelBuilder& k_;
  int64_t n_;
  Matrix lu_;
  Buffer exchanged_;  // [j, i]: whether row i > j came up to place j in step j, one row after the other
};

}  // namespace wengert
