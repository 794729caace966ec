// SPDX-License-Identifier: Apache-2.0
#include "wengert/api/scalar_form.h"

#include <algorithm>
#include <numeric>

#include "wengert/ad/accumulate.h"
#include "wengert/ad/derived_recording.h"
#include "wengert/ad/linearize.h"
#include "wengert/ad/seeds.h"
#include "wengert/ir/primitive.h"
#include "wengert/passes/common_subexpressions.h"
#include "wengert/passes/simplify.h"
#include "wengert/primitives/primitives.h"

namespace wengert {
namespace {

/// Lines of a Program of scalars beyond which none is considered: they are counted before any work is done.
constexpr size_t most_lines = 3000;

bool is_scalar_line(const Program& p, ValueId v) {
  return p.type(v).is_scalar() && std::ranges::all_of(p.operands(v), [&](ValueId o) { return p.type(o).is_scalar(); });
}

/// Whether a line on arrays is as good as the scalars that it is made of. Products of matrices are not: they run faster
/// as such, up to twice in the interpreter, even where half of the operations could be saved.
bool is_taken_apart(const Program& p, ValueId v) {
  const Family family = p.primitive(v).family;
  const bool plain = family == Family::structure || family == Family::elementwise || family == Family::linear;
  return plain && p.type(v).dtype != DType::f32;
}

bool may_be_scalars(const Program& p, size_t most_elements) {
  if (p.size() > most_lines) return false;
  size_t elements = 0;
  for (uint32_t i = 0; i < p.size(); ++i) {
    const ValueId v{i};
    if (p.primitive(v).is_guard() || p.primitive(v).family == Family::control) return false;
    if (is_scalar_line(p, v)) continue;
    elements += static_cast<size_t>(p.type(v).elements());
    if (elements > most_elements || !is_taken_apart(p, v)) return false;
  }
  return true;
}

bool has_arrays(const Program& p) {
  for (uint32_t i = 0; i < p.size(); ++i)
    if (!p.type(ValueId{i}).is_scalar()) return true;
  return false;
}

/// Places of the first scalar of each array, and their number.
std::vector<size_t> offsets(const std::vector<Type>& types) {
  std::vector<size_t> result{0};
  for (const Type& type : types) result.push_back(result.back() + static_cast<size_t>(type.elements()));
  return result;
}

/// One entry of the Jacobian of arrays, of the scalars that it is made of, row-major.
Expr block(const std::vector<Expr>& entries, const Type& row, const Type& column) {
  if (row.is_scalar() && column.is_scalar()) return entries[0];
  std::vector<int64_t> extents;
  for (const Shape* shape : {&row.shape, &column.shape})
    for (int axis = 0; axis < shape->rank(); ++axis) extents.push_back((*shape)[axis]);
  return reshape(stack(entries), Shape(std::span<const int64_t>(extents)));
}

}  // namespace

ScalarForm::ScalarForm(const Program& p, std::vector<size_t> wrt, std::optional<Scalarized> scalars)
    : original_(p), wrt_(std::move(wrt)), arrays_(std::move(scalars)), program_wrt_(wrt_) {
  program_ = common_subexpressions(arrays_ ? arrays_->program : p);
  if (!arrays_) return;
  program_wrt_.clear();
  const auto places = offsets(arrays_->inputs);
  for (const size_t k : wrt_)
    for (size_t i = places[k]; i < places[k + 1]; ++i) program_wrt_.push_back(i);
}

LinearGraph ScalarForm::graph() const {
  std::vector<bool> active(program_.inputs(), false);
  for (const size_t k : program_wrt_) active[k] = true;
  return linearize(program_, active).graph;
}

/// The matrix of scalars, row-major, in blocks of the original's outputs by its inputs.
std::vector<Expr> ScalarForm::blocks(const std::vector<Expr>& entries) const {
  std::vector<Expr> result;
  size_t row = 0;
  for (const Type& output : arrays_->outputs) {
    if (!is_float(output.dtype)) continue;
    size_t column = 0;
    for (const size_t k : wrt_) {
      const Type& input = arrays_->inputs[k];
      std::vector<Expr> all;
      for (size_t i = 0; i < static_cast<size_t>(output.elements()); ++i)
        for (size_t j = 0; j < static_cast<size_t>(input.elements()); ++j)
          all.push_back(entries[(row + i) * program_wrt_.size() + column + j]);
      result.push_back(block(all, output, input));
      column += static_cast<size_t>(input.elements());
    }
    row += static_cast<size_t>(output.elements());
  }
  return result;
}

Program ScalarForm::jacobian(const EliminationOrder& order) const {
  const Program scalars = accumulate(program_, order, {.wrt = program_wrt_}).program;
  if (!arrays_) return scalars;
  DerivedRecording recording(scalars.name());
  std::vector<Expr> inputs, parts;
  for (uint32_t k = 0; k < original_.inputs(); ++k)
    inputs.push_back(recording.input(original_.type(ValueId{k}), std::string(original_.value_name(ValueId{k}))));
  for (const Expr& input : inputs) {
    const auto elements = elements_of(input);
    parts.insert(parts.end(), elements.begin(), elements.end());
  }
  const auto entries = replay(scalars, parts);
  return simplify(recording.finish(blocks(entries)));
}

std::optional<ScalarForm> scalar_form(const Program& p, const std::vector<size_t>& wrt, size_t most_elements) {
  if (!may_be_scalars(p, most_elements)) return {};
  if (!has_arrays(p)) return ScalarForm(p, wrt, {});
  const auto is_empty = [](const Type& type) { return type.elements() == 0; };
  if (std::ranges::any_of(p.input_types(), is_empty) || std::ranges::any_of(p.output_types(), is_empty)) return {};
  try {
    return ScalarForm(p, wrt, scalarize(p, most_lines));
  } catch (const Error& error) {  // an index known only at run time; no kernel; too many lines
    if (error.id() == "W160" || error.id() == "W161" || error.id() == "W450") return {};
    throw;
  }
}

}  // namespace wengert
