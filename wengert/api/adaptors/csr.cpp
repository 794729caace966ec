// SPDX-License-Identifier: Apache-2.0
#include "wengert/api/adaptors/csr.h"

#include "wengert/api/tiered.h"

namespace wengert {

CsrMatrix csr_matrix(const PackedPattern& pattern, std::span<const double> values) {
  const Sparsity& s = pattern.sparsity;
  return {s.rows, s.columns, s.row_start, s.column, pattern.entries(values)};
}

CsrDerivative::CsrDerivative(CompressedDerivative derivative)
    : pattern_{derivative.pattern.rows, derivative.pattern.columns, std::move(derivative.pattern.row_start),
               std::move(derivative.pattern.column), {}},
      executable_(std::make_shared<Tiered>(std::move(derivative.values))),
      sweeps_(derivative.sweeps) {
  pattern_.value.resize(pattern_.column.size());
}

CsrMatrix CsrDerivative::operator()(std::span<const Array> x) const {
  CsrMatrix matrix = pattern_;
  const Array value = executable_->run(x)[0].as(DType::f64);
  const auto values = value.values<double>();
  matrix.value.assign(values.begin(), values.end());
  return matrix;
}

CsrMatrix CsrDerivative::operator()(std::span<const double> x) const {
  return (*this)(std::vector<Array>(x.begin(), x.end()));
}

}  // namespace wengert
