// SPDX-License-Identifier: Apache-2.0
#include "wengert/teach/matrix.h"

#include <fmt/format.h>

#include "wengert/base/error.h"

namespace wengert::teach {
namespace {

void require_product(size_t rows, size_t columns, size_t inner, size_t length) {
  if (inner != length)
    throw ShapeError("W201",
                     fmt::format("matmul needs equal inner extents; left is f64[{},{}], right is f64[{}] ({} vs {})",
                                 rows, columns, length, inner, length),
                     {}, "transpose one of them, or check the layer sizes");
}

template <class F> Vector elementwise(const Vector& x, const Vector& y, F f) {
  if (x.size() != y.size())
    throw ShapeError(
        "W203", fmt::format("shapes [{}] and [{}] are to be equal: {} vs {}", x.size(), y.size(), x.size(), y.size()),
        {}, "check the layer sizes");
  Vector z;
  for (size_t i = 0; i < x.size(); ++i) z.push_back(f(x[i], y[i]));
  return z;
}

}  // namespace

Matrix::Matrix(size_t r, size_t c, Vector numbers) : rows(r), columns(c), values(std::move(numbers)) {
  if (values.size() != rows * columns)
    throw ShapeError(
        "W204",
        fmt::format("shape [{},{}] has {} elements, {} were given", rows, columns, rows * columns, values.size()), {},
        "give the numbers row by row");
}

Vector product(const Matrix& w, const Vector& x) {
  require_product(w.rows, w.columns, w.columns, x.size());
  Vector y(w.rows, 0);
  for (size_t i = 0; i < w.rows; ++i)
    for (size_t j = 0; j < w.columns; ++j) y[i] += w(i, j) * x[j];
  return y;
}

Vector transposed_product(const Matrix& w, const Vector& x) {
  require_product(w.columns, w.rows, w.rows, x.size());
  Vector y(w.columns, 0);
  for (size_t i = 0; i < w.rows; ++i)
    for (size_t j = 0; j < w.columns; ++j) y[j] += w(i, j) * x[i];
  return y;
}

Matrix outer_product(const Vector& x, const Vector& y) {
  Matrix m(x.size(), y.size());
  for (size_t i = 0; i < x.size(); ++i)
    for (size_t j = 0; j < y.size(); ++j) m(i, j) = x[i] * y[j];
  return m;
}

Vector sum(const Vector& x, const Vector& y) {
  return elementwise(x, y, [](double a, double b) { return a + b; });
}
Vector difference(const Vector& x, const Vector& y) {
  return elementwise(x, y, [](double a, double b) { return a - b; });
}
Vector hadamard(const Vector& x, const Vector& y) {
  return elementwise(x, y, [](double a, double b) { return a * b; });
}

}  // namespace wengert::teach
