// SPDX-License-Identifier: Apache-2.0
#include "wengert/api/adaptors/csr.h"

#include "wengert/ad/derivatives.h"
#include "wengert/exec/interpreter.h"
#include "wengert/ir/primitive.h"
#include "wengert/passes/dead_code.h"
#include "wengert/passes/rewrite.h"
#include "wengert/passes/simplify.h"
#include "wengert/primitives/convert.h"
#include "wengert/primitives/rearrange.h"

namespace wengert {
namespace {

/// For each output: which of the inputs `varying` it can depend on.
std::vector<std::vector<bool>> dependencies(const Program& p, const std::vector<size_t>& varying) {
  std::vector<std::vector<bool>> depends(p.outputs().size(), std::vector<bool>(varying.size()));
  std::vector<bool> reached(p.size());
  for (size_t j = 0; j < varying.size(); ++j) {
    reached.assign(p.size(), false);
    reached[varying[j]] = true;
    for (auto i = static_cast<uint32_t>(varying[j]) + 1; i < p.size(); ++i) {
      const ValueId v{i};
      const auto operands = p.operands(v);
      for (size_t k = 0; k < operands.size(); ++k)
        if (reached[index(operands[k])] &&
            (&p.primitive(v) == &result_p || p.primitive(v).differentiable(static_cast<int>(k))))
          reached[i] = true;
    }
    for (size_t i = 0; i < depends.size(); ++i) depends[i][j] = reached[index(p.outputs()[i])];
  }
  return depends;
}

/// The Program with those of its outputs only that are flagged.
Program with_outputs(const Program& p, const std::vector<bool>& flags) {
  Rewriter rewriter(p);
  for_each_instruction(p, [&](ValueId v) { rewriter.copy(v); });
  std::vector<ValueId> outputs;
  for (size_t k = 0; k < flags.size(); ++k)
    if (flags[k]) outputs.push_back(rewriter[p.outputs()[k]]);
  return dead_code(rewriter.to().finish(outputs));
}

}  // namespace

CsrMatrix csr_matrix(const PackedPattern& pattern, std::span<const double> values) {
  const Sparsity& s = pattern.sparsity;
  return {s.rows, s.columns, s.row_start, s.column, pattern.entries(values)};
}

CsrJacobian::CsrJacobian(const Program& all) {
  std::vector<bool> floats;
  for (const Type& type : all.output_types()) floats.push_back(is_float(type.dtype));
  const Program p = with_outputs(all, floats);  // the others have no rows
  const auto varying = varying_inputs(p, {});
  const auto depends = dependencies(p, varying);
  std::vector<bool> flags;
  for (const auto& row : depends) flags.insert(flags.end(), row.begin(), row.end());
  executable_ = std::make_shared<Interpreter>(with_outputs(jacobian(p), flags));
  lay_out(p, depends, varying);
}

void CsrJacobian::lay_out(const Program& p, const std::vector<std::vector<bool>>& depends,
                          const std::vector<size_t>& varying) {
  const auto outputs = p.output_types(), inputs = p.input_types();
  for (size_t j : varying) pattern_.columns += inputs[j].elements();
  pattern_.row_start.push_back(0);
  for (size_t i = 0; i < outputs.size(); ++i) {
    const int64_t rows = outputs[i].elements();
    std::vector<int64_t> columns;
    int64_t column = 0;
    for (size_t j = 0; j < varying.size(); ++j) {
      const int64_t width = inputs[varying[j]].elements();
      if (depends[i][j]) {
        blocks_.push_back({pattern_.rows, rows, width});
        for (int64_t k = 0; k < width; ++k) columns.push_back(column + k);
      }
      column += width;
    }
    for (int64_t row = 0; row < rows; ++row) {
      pattern_.column.insert(pattern_.column.end(), columns.begin(), columns.end());
      pattern_.row_start.push_back(static_cast<int64_t>(pattern_.column.size()));
    }
    pattern_.rows += rows;
  }
  pattern_.value.resize(pattern_.column.size());
}

/// Blocks of the same rows lie side by side, and those of other rows below them.
Program CsrJacobian::values() const {
  const Program& p = program();
  Recording recording(p.name());
  std::vector<Expr> inputs, parts;
  for (uint32_t k = 0; k < p.inputs(); ++k)
    inputs.push_back(recording.input(p.type(ValueId{k}), std::string(p.value_name(ValueId{k}))));
  const std::vector<Expr> entries = replay(p, inputs);
  for (size_t b = 0; b < blocks_.size();) {
    std::vector<Expr> side_by_side;
    const Block first = blocks_[b];
    for (; b < blocks_.size() && blocks_[b].row == first.row && blocks_[b].rows == first.rows; ++b)
      side_by_side.push_back(convert(reshape(entries[b], {first.rows, blocks_[b].columns}), DType::f64));
    const Expr rows = side_by_side.size() == 1 ? side_by_side[0] : concatenate(side_by_side, 1);
    parts.push_back(reshape(rows, {static_cast<int64_t>(rows.shape().elements())}));
  }
  if (parts.empty()) parts.push_back(constant(Array(f64({0}))));
  const Expr all = parts.size() == 1 ? parts[0] : concatenate(parts);
  return simplify(recording.finish({&all, 1}));
}

CsrMatrix CsrJacobian::operator()(std::span<const Array> x) const {
  CsrMatrix matrix = pattern_;
  std::vector<int64_t> next = pattern_.row_start;  // in each row
  const auto values = executable_->run(x);
  for (size_t b = 0; b < blocks_.size(); ++b)
    for (int64_t row = 0; row < blocks_[b].rows; ++row)
      for (int64_t k = 0; k < blocks_[b].columns; ++k)
        matrix.value[static_cast<size_t>(next[static_cast<size_t>(blocks_[b].row + row)]++)] =
            values[b][row * blocks_[b].columns + k];
  return matrix;
}

CsrMatrix CsrJacobian::operator()(std::span<const double> x) const {
  return (*this)(std::vector<Array>(x.begin(), x.end()));
}

}  // namespace wengert
