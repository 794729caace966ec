// SPDX-License-Identifier: Apache-2.0
#include "wengert/ad/sparse_jacobian.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

#include "wengert/ad/derivatives.h"
#include "wengert/ad/derived_recording.h"
#include "wengert/passes/simplify.h"
#include "wengert/passes/work.h"
#include "wengert/primitives/convert.h"
#include "wengert/primitives/rearrange.h"
#include "wengert/primitives/slice.h"

namespace wengert {
namespace {

constexpr int64_t most_lines = 2'000'000;  // of all sweeps

/// p's Jacobian by scalars: an input an element of each float input, an output an entry, row by row.
struct Entries {
  std::vector<bool> split;  ///< of p's inputs: whether it became scalars
  Program program;
};

Entries entries_of(const Program& p, const std::vector<size_t>& wrt, const ScalarLoopLimits& limits) {
  Entries result;
  std::vector<std::vector<size_t>> places;  // of the elements of each input
  size_t next = 0;
  for (const Type& type : p.input_types()) {
    result.split.push_back(is_float(type.dtype));
    places.emplace_back();
    for (int64_t i = 0; i < (result.split.back() ? type.elements() : 1); ++i) places.back().push_back(next++);
  }
  std::vector<size_t> by;
  for (size_t k : wrt) by.insert(by.end(), places[k].begin(), places[k].end());
  int64_t rows = 0;
  for (const Type& type : p.output_types()) rows += is_float(type.dtype) ? type.elements() : 0;
  const auto columns = static_cast<int64_t>(by.size());
  const int64_t fewer = std::max<int64_t>(1, std::min(rows, columns));
  ScalarLoopLimits shorter = limits;
  shorter.lines = std::min(limits.lines, static_cast<size_t>(most_lines / fewer));
  const Program scalars = simplify(scalar_loops(p, result.split, shorter, true));
  if (by.empty()) return result;
  const auto by_mode = [&](JacobianMode mode) { return jacobian(scalars, by, mode); };
  constexpr int64_t hopeless = 4;  // so many times as many sweeps are not less work
  if (rows > hopeless * columns) result.program = by_mode(JacobianMode::forward);
  else if (columns > hopeless * rows) result.program = by_mode(JacobianMode::reverse);
  else {
    const Program forward = by_mode(JacobianMode::forward), reverse = by_mode(JacobianMode::reverse);
    result.program = work_of(reverse) <= work_of(forward) ? reverse : forward;
  }
  return result;
}

/// Sorts the entries into absent, constant and varying; the outputs of `j` that become slots.
class Packing {
 public:
  Packing(const Program& j, const Sparsity& can_differ) : j_(j) {
    const int64_t rows = can_differ.rows, columns = can_differ.columns;
    pattern_.sparsity.columns = columns;
    for (int64_t row = 0; row < rows; ++row) {
      for (auto k = can_differ.row_start[static_cast<size_t>(row)]; k < can_differ.row_start[static_cast<size_t>(row) + 1]; ++k)
        add(row * columns, can_differ.column[static_cast<size_t>(k)]);
      ++pattern_.sparsity.rows;
      pattern_.sparsity.row_start.push_back(pattern_.sparsity.entries());
    }
    pattern_.slots = static_cast<int64_t>(slots_.size());
  }

  const PackedPattern& pattern() const { return pattern_; }
  const std::vector<size_t>& slots() const { return slots_; }

 private:
  void add(int64_t row, int64_t column) {
    const auto output = static_cast<size_t>(row + column);
    const ValueId entry = j_.outputs()[output];
    double number = 0;
    int64_t slot = -1;
    if (j_.is_constant(entry)) {
      number = j_.constant(entry)[0];
      if (number == 0) return;
    } else {
      const auto [known, is_new] = slot_of_.emplace(entry, static_cast<int64_t>(slots_.size()));
      if (is_new) slots_.push_back(output);
      slot = known->second;
    }
    pattern_.sparsity.column.push_back(column);
    pattern_.slot.push_back(slot);
    pattern_.constant.push_back(number);
  }

  const Program& j_;
  PackedPattern pattern_;
  std::vector<size_t> slots_;
  std::map<ValueId, int64_t> slot_of_;
};

DType dtype_of_values(const Program& p) {
  bool single = true, any = false;
  for (const Type& type : p.output_types())
    if (is_float(type.dtype)) any = true, single = single && type.dtype == DType::f32;
  return any && single ? DType::f32 : DType::f64;
}

/// (p's inputs) -> the outputs of `entries` that are slots, in one array.
Program packed(const Program& p, const Entries& entries, const std::vector<size_t>& slots) {
  DerivedRecording recording(p.name() + "_jacobian");
  std::vector<Expr> inputs, scalars;
  for (uint32_t k = 0; k < p.inputs(); ++k)
    inputs.push_back(recording.input(p.type(ValueId{k}), std::string(p.value_name(ValueId{k}))));
  for (size_t k = 0; k < inputs.size(); ++k) {
    const bool taken_apart = entries.split[k] && inputs[k].rank() > 0;
    if (!taken_apart) scalars.push_back(inputs[k]);
    const Expr flat = taken_apart ? reshape(inputs[k], {inputs[k].type().elements()}) : inputs[k];
    for (int64_t i = 0; taken_apart && i < inputs[k].type().elements(); ++i) scalars.push_back(element(flat, {i}));
  }
  const DType dtype = dtype_of_values(p);
  Expr all = zeros({dtype, Shape{0}});
  if (!slots.empty()) {
    const auto outputs = replay(entries.program, scalars);
    std::vector<Expr> values;
    for (size_t k : slots) values.push_back(convert(outputs[k], dtype));
    all = stack(values);
  }
  return simplify(recording.finish({&all, 1}));
}

}  // namespace

std::vector<double> PackedPattern::entries(std::span<const double> values) const {
  if (values.size() != static_cast<size_t>(slots))
    throw ShapeError("W207", fmt::format("a sparse Jacobian has {} values that vary, {} were given", slots, values.size()), {},
                     "give what the Program of its values returns, at one point");
  std::vector<double> all = constant;
  for (size_t k = 0; k < all.size(); ++k)
    if (slot[k] >= 0) all[k] = values[static_cast<size_t>(slot[k])];
  return all;
}

SparseJacobian sparse_jacobian(const Program& p, const std::vector<size_t>& wrt, const ScalarLoopLimits& limits) {
  const auto varying = varying_inputs(p, wrt);
  const Entries entries = entries_of(p, varying, limits);
  const Packing packing(entries.program, jacobian_sparsity(p, varying));
  return {packed(p, entries, packing.slots()), packing.pattern()};
}

}  // namespace wengert
