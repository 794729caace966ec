// SPDX-License-Identifier: Apache-2.0
//
// Sparse Jacobians in compressed rows. The pattern is read off the Program: entry (i, j) is there if output element i
// can depend on input element j through differentiable operations, whatever the point.
#pragma once

#include <memory>
#include <vector>

#include "wengert/ad/sparse_jacobian.h"
#include "wengert/exec/executable.h"

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

/// The Jacobian of a Program as a sparse matrix. Elements of the outputs are its rows, elements of the float inputs its
/// columns, one after the other. Of arrays the pattern is by whole operands: a block is full or absent.
class CsrJacobian {
 public:
  /// cost : that of ad/'s jacobian(p); entries outside the pattern are never computed
  explicit CsrJacobian(const Program& p);

  const CsrMatrix& pattern() const { return pattern_; }              ///< values are zeros
  const Program& program() const { return executable_->program(); }  ///< its blocks
  /// The Program (x...) -> (value), which holds pattern().value in its order.
  Program values() const;
  /// throws : what running a Program throws (W207, W701)
  CsrMatrix operator()(std::span<const Array> x) const;
  /// For Programs of scalars.
  CsrMatrix operator()(std::span<const double> x) const;
  CsrMatrix operator()(std::initializer_list<double> x) const { return (*this)(std::span(x.begin(), x.size())); }

 private:
  struct Block {
    int64_t row, rows, columns;
  };  ///< of each output of the executable: its place among the rows

  void lay_out(const Program& p, const std::vector<std::vector<bool>>& depends, const std::vector<size_t>& varying);

  CsrMatrix pattern_;
  std::vector<Block> blocks_;
  std::shared_ptr<const Executable> executable_;
};

}  // namespace wengert
