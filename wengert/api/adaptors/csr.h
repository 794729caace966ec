// SPDX-License-Identifier: Apache-2.0
//
// Sparse Jacobians and Hessians in compressed rows (CSR), as solvers take them.
#pragma once

#include <memory>

#include "wengert/ad/sparse_jacobian.h"
#include "wengert/exec/executable.h"
#include "wengert/plan/compressed.h"

namespace wengert {

/// Row i has the columns column[k] with values value[k], k = row_start[i] .. row_start[i + 1] - 1, in rising order.
struct CsrMatrix {
  int64_t rows = 0, columns = 0;
  std::vector<int64_t> row_start, column;
  std::vector<double> value;
};

/// A Jacobian whose constants stand in its pattern (ad/sparse_jacobian.h), at one point. values: what its Program returns.
/// throws : ShapeError W207 for another number of values
CsrMatrix csr_matrix(const PackedPattern& pattern, std::span<const double> values);

/// A derivative as a sparse matrix: elements of what is differentiated are its rows, elements of the inputs its columns,
/// one input after the other; compiled once it has run often (tiered.h). Its entries are those that can be other than 0 (ad/sparsity.h).
class CsrDerivative {
 public:
  explicit CsrDerivative(CompressedDerivative derivative);

  const CsrMatrix& pattern() const { return pattern_; }  ///< values are zeros
  /// (x...) -> (value), which holds pattern().value in its order.
  const Program& program() const { return executable_->program(); }
  int64_t sweeps() const { return sweeps_; }  ///< plan/compressed.h

  /// throws : what running a Program throws (W207, W701)
  CsrMatrix operator()(std::span<const Array> x) const;
  /// For Programs of scalars.
  CsrMatrix operator()(std::span<const double> x) const;
  CsrMatrix operator()(std::initializer_list<double> x) const { return (*this)(std::span(x.begin(), x.size())); }

 private:
  CsrMatrix pattern_;
  std::shared_ptr<const Executable> executable_;
  int64_t sweeps_;
};

/// cost, throws : as compressed_jacobian
struct CsrJacobian : CsrDerivative {
  explicit CsrJacobian(const Program& p, const std::vector<size_t>& wrt = {}) : CsrDerivative(compressed_jacobian(p, wrt)) {}
};

/// Both triangles. cost, throws : as compressed_hessian
struct CsrHessian : CsrDerivative {
  explicit CsrHessian(const Program& p, const std::vector<size_t>& wrt = {}) : CsrDerivative(compressed_hessian(p, wrt)) {}
};

}  // namespace wengert
