// SPDX-License-Identifier: Apache-2.0
//
// Sparse derivatives of arrays: columns that have no row in common share a sweep, so that the number of sweeps does not
// grow with the problem (docs/planning.md, "Colouring").
#include <cmath>
#include <cstdio>

#include "wengert/api/adaptors/csr.h"
#include "wengert/primitives/slice.h"
#include "wengert/wengert.h"

using namespace wengert;

/// Energy of a chain of n springs in a field.
Program chain(int64_t n) {
  return trace(
      [&](Expr u) {
        const Expr stretch = slice(u, {1}, {n - 1}) - slice(u, {0}, {n - 1});
        return sum(sqrt(1.0 + stretch * stretch)) + sum(cos(u));
      },
      {f64({n})}, "chain", {"u"});
}

/// Explicit step of Burgers' equation on a ring is a stencil: u_i depends on three neighbours.
Program burgers(int64_t n) {
  return trace(
      [&](Expr u) {
        const Expr left = slice(u, {0}, {n - 2}), middle = slice(u, {1}, {n - 2}), right = slice(u, {2}, {n - 2});
        return middle - 0.1 * middle * (middle - left) + 0.05 * (left - 2.0 * middle + right);
      },
      {f64({n})}, "burgers", {"u"});
}

int main() {
  for (const int64_t n : {10, 1000}) {
    const CsrJacobian j(burgers(n));
    std::printf("burgers, %4ld points: %5zu entries of %7ld, %ld sweeps\n", static_cast<long>(n),
                j.pattern().column.size(), static_cast<long>(j.pattern().rows * j.pattern().columns),
                static_cast<long>(j.sweeps()));
  }
  // burgers,   10 points:    24 entries of      80, 3 sweeps
  // burgers, 1000 points:  2994 entries of  998000, 3 sweeps

  const CsrHessian hessian(chain(1000));
  std::vector<double> u(1000);
  for (size_t i = 0; i < u.size(); ++i) u[i] = 0.01 * static_cast<double>(i);
  const CsrMatrix h = hessian(std::vector<Array>{Array({1000}, u)});
  std::printf("chain: %zu entries, %ld products with the Hessian\n", h.value.size(),
              static_cast<long>(hessian.sweeps()));
  // chain: 2998 entries, 3 products with the Hessian
  for (size_t i = 0; i < 3; ++i) {
    std::printf("row %zu:", i);
    for (auto k = static_cast<size_t>(h.row_start[i]); k < static_cast<size_t>(h.row_start[i + 1]); ++k)
      std::printf("  [%ld] %.4f", static_cast<long>(h.column[k]), h.value[k]);
    std::printf("\n");
  }
  // row 0:  [0] -0.0001  [1] -0.9999
  // row 1:  [0] -0.9999  [1] 0.9998  [2] -0.9999
  // row 2:  [1] -0.9999  [2] 0.9999  [3] -0.9999
}
