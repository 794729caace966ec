// SPDX-License-Identifier: Apache-2.0
//
// Vectors and matrices of f64 as the textbooks' algorithms on nets need them: loops over elements, one function an
// operation of the page.
#pragma once

#include <cstddef>
#include <vector>

namespace wengert::teach {

using Vector = std::vector<double>;

struct Matrix {
  size_t rows = 0, columns = 0;
  Vector values;  ///< row-major

  Matrix() = default;
  Matrix(size_t r, size_t c) : rows(r), columns(c), values(r * c, 0) {}
  /// throws : ShapeError W204 for a wrong count of numbers
  Matrix(size_t r, size_t c, Vector numbers);
  double& operator()(size_t i, size_t j) { return values[i * columns + j]; }
  double operator()(size_t i, size_t j) const { return values[i * columns + j]; }
};

/// W x and W' x. throws : ShapeError W201
Vector product(const Matrix& w, const Vector& x);
Vector transposed_product(const Matrix& w, const Vector& x);
/// x y', [x.size(), y.size()].
Matrix outer_product(const Vector& x, const Vector& y);
/// Element by element: x + y, x - y, x * y. throws : ShapeError W203 for unequal lengths
Vector sum(const Vector& x, const Vector& y);
Vector difference(const Vector& x, const Vector& y);
Vector hadamard(const Vector& x, const Vector& y);

}  // namespace wengert::teach
