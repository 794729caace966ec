// SPDX-License-Identifier: Apache-2.0
#include "wengert/ad/chain_jacobian.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "wengert/ad/derivatives.h"
#include "wengert/ad/hoisted.h"
#include "wengert/ad/seeds.h"
#include "wengert/passes/simplify.h"
#include "wengert/primitives/convert.h"
#include "wengert/primitives/index.h"
#include "wengert/primitives/rearrange.h"

namespace wengert {
namespace {

std::vector<Expr> declared_inputs(const Program& p, Recording& recording) {
  std::vector<Expr> inputs;
  for (uint32_t k = 0; k < p.inputs(); ++k)
    inputs.push_back(recording.input(p.type(ValueId{k}), std::string(p.value_name(ValueId{k}))));
  return inputs;
}

std::vector<bool> flags(size_t n, const std::vector<size_t>& set) {
  std::vector<bool> result(n, false);
  for (const size_t k : set) result[k] = true;
  return result;
}

/// Whether a plan and its parts are of the segments that they say.
bool is_whole(const ChainProduct& plan) {
  using How = ChainProduct::How;
  if (plan.first >= plan.last) return false;
  if (plan.how == How::forward || plan.how == How::reverse) return plan.parts.empty();
  if (plan.split <= plan.first || plan.split >= plan.last) return false;
  if (plan.parts.size() != (plan.how == How::product ? 2 : 1)) return false;
  if (!std::ranges::all_of(plan.parts, is_whole)) return false;
  const auto covers = [](const ChainProduct& part, size_t first, size_t last) {
    return part.first == first && part.last == last;
  };
  if (plan.how == How::push) return covers(plan.parts[0], plan.first, plan.split);
  return covers(plan.parts[0], plan.split, plan.last) &&
         (plan.how == How::pull || covers(plan.parts[1], plan.first, plan.split));
}

Shape joined(const Shape& a, const Shape& b) {
  std::vector<int64_t> extents(a.begin(), a.end());
  extents.insert(extents.end(), b.begin(), b.end());
  return Shape(extents);
}

Expr identity_matrix(int64_t n, DType dtype) {
  std::vector<int64_t> numbers(static_cast<size_t>(n));
  std::iota(numbers.begin(), numbers.end(), 0);
  return one_hot(constant(Array::of<int64_t>({n}, numbers)), n, dtype);
}

/// The place of a vertex in a state, if it is there.
std::optional<size_t> place(const std::vector<VertexId>& state, const std::optional<VertexId>& v) {
  if (!v) return {};
  const auto found = std::ranges::find(state, *v);
  return found == state.end() ? std::nullopt : std::optional(static_cast<size_t>(found - state.begin()));
}

}  // namespace

ChainedProgram::ChainedProgram(const Program& p, const std::vector<size_t>& wrt, const WaistLimits& limits)
    : program_(with_hoisted_lines(p)), wrt_(varying_inputs(p, wrt)), recording_(p.name() + "_jacobian"),
      inputs_(declared_inputs(p, recording_)), linearized_(linearize(program_, inputs_, flags(p.inputs(), wrt_))),
      chain_(linearized_.graph, limits) {}

Expr ChainedProgram::entry(const ChainMatrix& matrix, size_t output, size_t input) const {
  const Type &row = linearized_.outputs[output].type(), &column = inputs_[input].type();
  const Type type{row.dtype, joined(row.shape, column.shape)};
  const auto i = place(chain_.state(chain_.segments()), linearized_.graph.outputs[output]);
  const auto j = place(chain_.state(0), linearized_.graph.inputs[input]);
  if (!i || !j) return zeros(type);
  const ChainBlock& block = matrix[*i][*j];
  if (block.kind == ChainBlock::Kind::none) return zeros(type);
  const Expr value = block.kind == ChainBlock::Kind::dense ? block.value : identity_matrix(row.elements(), row.dtype);
  return convert(reshape(value, type.shape), type.dtype);
}

Program ChainedProgram::jacobian(const ChainProduct& product) {
  if (!is_whole(product) || product.first != 0 || product.last != chain_.segments())
    throw UsageError("W740",
                     fmt::format("a product of the segments {} to {} was asked for, of a chain of {}",
                                 product.first + 1, product.last, chain_.segments()),
                     fmt::format("program \"{}\"", program_.name()),
                     "take the plan of plan_chain for the same Program, inputs and limits");
  const ChainMatrix matrix = chain_matrix(chain_, product);
  std::vector<Expr> entries;
  for (size_t i = 0; i < linearized_.outputs.size(); ++i)
    if (is_float(linearized_.outputs[i].type().dtype))
      for (const size_t j : wrt_) entries.push_back(entry(matrix, i, j));
  return simplify(recording_.finish(entries));
}

std::string ChainedProgram::name(VertexId v) const {
  const auto& lines = linearized_.graph.lines;
  for (uint32_t line = 0; line < lines.size(); ++line) {
    if (lines[line] != v) continue;
    const auto name = program_.value_name(ValueId{line});
    return name.empty() ? fmt::format("%{}", line) : std::string(name);
  }
  return fmt::format("part{}", index(v));
}

Program chain_jacobian(const Program& p, const std::vector<size_t>& wrt, const ChainProduct& product,
                       const WaistLimits& limits) {
  return ChainedProgram(p, wrt, limits).jacobian(product);
}

}  // namespace wengert
