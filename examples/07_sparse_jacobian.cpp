// SPDX-License-Identifier: Apache-2.0
//
// Jacobians by the inputs one asks for (wrt), their shapes, and a sparse one in compressed rows (CSR): its pattern is
// read off the Program, entries outside it are never computed, those that are constant only once.
#include <cstdio>

#include "wengert/api/adaptors/csr.h"
#include "wengert/wengert.h"

using namespace wengert;

/// Steady heat along a rod with a source: each equation knows only its neighbours.
std::vector<Real> heat_equations(std::span<const Real> u) {
  std::vector<Real> r(u.size());
  for (size_t i = 0; i < u.size(); ++i) {
    const Real left = i == 0 ? Real(0) : u[i - 1], right = i + 1 == u.size() ? Real(1) : u[i + 1];
    r[i] = left - 2 * u[i] + right + 0.1 * exp(u[i]);
  }
  return r;
}

void print_rows(const CsrMatrix& j) {
  for (size_t i = 0; i + 1 < j.row_start.size(); ++i) {
    std::printf("row %zu:", i);
    for (auto k = static_cast<size_t>(j.row_start[i]); k < static_cast<size_t>(j.row_start[i + 1]); ++k)
      std::printf("  [%ld] %.4f", static_cast<long>(j.column[k]), j.value[k]);
    std::printf("\n");
  }
}

/// Entries that are one number at every point stand in a pattern; the Program computes and stores the others alone.
void show_what_varies(const Program& heat, const std::vector<double>& u, const CsrMatrix& j) {
  const SparseJacobian packed = sparse_jacobian(heat);
  const Array values = evaluate(packed.values, std::vector<Array>(u.begin(), u.end()))[0];
  const bool same = csr_matrix(packed.pattern, values.values<double>()).value == j.value;
  std::printf("%ld entries vary, the matrix is %s\n", static_cast<long>(packed.pattern.slots), same ? "the same" : "another");
}

int main() {
  // 5 equations in 5 unknowns: 13 entries of 25.
  const std::vector<double> u{0.1, 0.3, 0.5, 0.7, 0.9};
  const Program heat = record(heat_equations, u, "heat");
  const CsrJacobian jacobian_of_heat(heat);
  const CsrMatrix j = jacobian_of_heat(u);
  std::printf("%ld x %ld, %zu entries\n", static_cast<long>(j.rows), static_cast<long>(j.columns), j.value.size());
  // 5 x 5, 13 entries
  print_rows(j);
  // row 0:  [0] -1.8895  [1] 1.0000
  // row 1:  [0] 1.0000  [1] -1.8650  [2] 1.0000
  // row 2:  [1] 1.0000  [2] -1.8351  [3] 1.0000
  // row 3:  [2] 1.0000  [3] -1.7986  [4] 1.0000
  // row 4:  [3] 1.0000  [4] -1.7540

  show_what_varies(heat, u, j);
  // 5 entries vary, the matrix is the same

  // y = tanh(W x + b): Jacobians by W and by b, x held fixed. Of shape y.shape + input.shape.
  const Program layer = trace([](Expr W, Expr b, Expr x) { return tanh(matmul(W, x) + b); },
                              {f64({2, 3}), f64({2}), f64({3})}, "layer", {"W", "b", "x"});
  const std::vector<Array> at{Array({2, 3}, {0.1, 0.2, 0.3, 0.4, 0.5, 0.6}), Array({0.0, 1.0}), Array({1.0, 2.0, 3.0})};
  const auto by_W_and_b = evaluate(jacobian(layer, {0, 1}), at);
  const Array &by_W = by_W_and_b[0], &by_b = by_W_and_b[1];
  std::printf("dy/dW is %s, dy/db is %s: (%.4f, %.4f; %.4f, %.4f)\n", to_string(by_W.shape()).c_str(),
              to_string(by_b.shape()).c_str(), by_b[0], by_b[1], by_b[2], by_b[3]);
  // dy/dW is [2,2,3], dy/db is [2,2]: (0.2162, 0.0000; 0.0000, 0.0009)

  // A Hessian by one of two inputs, and a product with it that never makes the matrix.
  const Program energy =
      trace([](Expr x, Expr k) { return sum(k * x * x * x) + exp(sum(x)); }, {f64({2}), f64()}, "energy", {"x", "k"});
  const Array x({1.0, -1.0}), v({1.0, 0.5});
  std::printf("d2E/dx2 = %s\n", to_string(evaluate(hessian(energy, {0}), {x, 2.0})[0]).c_str());
  // d2E/dx2 = [[13, 1], [1, -11]]
  std::printf("times v = %s\n", to_string(evaluate(hvp(energy, {0}), {x, 2.0, v})[0]).c_str());
  // times v = [13.5, -4.5]
}
