// SPDX-License-Identifier: Apache-2.0
#include "wengert/cli/local_derivatives.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "wengert/ad/derivatives.h"
#include "wengert/ad/linearize.h"
#include "wengert/ad/pullback.h"
#include "wengert/ad/seeds.h"
#include "wengert/check/grad_check.h"
#include "wengert/draw/formula.h"
#include "wengert/exec/interpreter.h"
#include "wengert/ir/expr.h"
#include "wengert/passes/rewrite.h"
#include "wengert/passes/simplify.h"
#include "wengert/primitives/families.h"

namespace wengert::cli {
namespace {

using Partials = std::vector<LocalPartial>;

/// The partials of an elementwise line, recorded on operands that carry their labels; the inputs are the line's own
/// values, and `at` gets their numbers. Scalar operands give the shorter formulas: numbers among them are folded.
Program recorded_partials(const Program& p, const Instruction& line, std::span<const Array> values, bool scalars,
                          std::vector<Array>& at) {
  const DType dtype = p.type(line.value).dtype;
  Recording recording("partials", dtype);
  std::map<ValueId, Expr> recorded;
  const auto operand = [&](ValueId v) {
    if (scalars && written_number(p, v)) return constant(Array::filled({dtype, {}}, *written_number(p, v)));
    return p.is_constant(v) && !scalars ? constant(p.constant(v)) : recorded.at(v);
  };
  std::vector<ValueId> known(line.operands.begin(), line.operands.end());
  known.push_back(line.value);
  for (ValueId v : known) {
    if (recorded.contains(v) || (scalars ? written_number(p, v).has_value() : p.is_constant(v))) continue;
    recorded.emplace(v, recording.input(scalars ? Type{dtype, {}} : p.type(v), value_label(p, v)));
    at.push_back(values[index(v)]);
  }
  std::vector<Expr> operands;
  for (ValueId v : line.operands) operands.push_back(operand(v));
  auto exprs = line.primitive.partials(operands, operand(line.value));
  for (Expr& e : exprs)
    if (e.is_literal()) e = constant(Array::filled({dtype, {}}, e.literal()));
  return simplify(recording.finish(exprs));
}

Partials elementwise_partials(const Program& p, const Instruction& line, std::span<const Array> values) {
  std::vector<Array> at, unused;
  const Program formulas = recorded_partials(p, line, values, true, unused);
  const Program partials_of_line = recorded_partials(p, line, values, false, at);
  const auto numbers = evaluate(partials_of_line, at);
  Partials partials;
  for (size_t k = 0; k < line.operands.size(); ++k)
    partials.push_back({line.operands[k], expanded_formula(formulas, formulas.outputs()[k]), numbers[k]});
  return partials;
}

bool is_scalar_line(const Program& p, const Instruction& line) {
  return line.results == 1 && p.type(line.value).is_scalar() && is_float(p.type(line.value).dtype) &&
         std::ranges::all_of(line.operands, [&](ValueId v) { return p.type(v).is_scalar(); });
}

/// Where a line is no factor: numbers if everything is scalar, otherwise only what it depends on.
Partials other_partials(const Program& p, const Instruction& line, std::span<const Array> values) {
  Partials partials;
  std::vector<size_t> varying;
  for (size_t k = 0; k < line.operands.size(); ++k) {
    if (!line.primitive.differentiable(static_cast<int>(k)) || !is_float(p.type(line.operands[k]).dtype)) continue;
    varying.push_back(k);
    partials.push_back({line.operands[k], {}, {}});
  }
  if (varying.empty() || !is_scalar_line(p, line)) return partials;
  std::vector<Array> at;
  for (ValueId v : line.operands) at.push_back(values[index(v)]);
  const auto numbers = evaluate(jacobian(single_instruction(p, line.value), varying), at);
  for (size_t k = 0; k < partials.size(); ++k) partials[k].value = numbers[k];
  return partials;
}

std::string number(double value, int digits) {
  return std::isnan(value) ? "nan" : fmt::format("{:.{}g}", value, digits);
}

}  // namespace

std::vector<Array> line_values(const Program& p, std::span<const Array> inputs, bool trap_nan) {
  Rewriter all(p);
  for (uint32_t i = static_cast<uint32_t>(p.inputs()); i < p.size();) {
    const Instruction line = p[ValueId{i}];
    all.set_all(line.value, line.results, all.copy(line.value));
    i += static_cast<uint32_t>(line.results);
  }
  std::vector<ValueId> outputs;
  for (uint32_t i = 0; i < p.size(); ++i) outputs.push_back(all[ValueId{i}]);
  return evaluate(all.to().finish(outputs), inputs, {.trap_nan = trap_nan});
}

std::vector<Partials> local_partials(const Program& p, std::span<const Array> values) {
  std::vector<Partials> all(p.size());
  for (uint32_t i = static_cast<uint32_t>(p.inputs()); i < p.size();) {
    const Instruction line = p[ValueId{i}];
    if (line.primitive.family == Family::elementwise)
      all[i] = elementwise_partials(p, line, values);
    else if (line.primitive.family != Family::structure)
      all[i] = other_partials(p, line, values);
    i += static_cast<uint32_t>(line.results);
  }
  return all;
}

std::vector<std::optional<Array>> line_adjoints(const Program& p, std::span<const Array> inputs,
                                                const std::vector<size_t>& wrt,
                                                const std::vector<std::optional<Array>>& seeds) {
  Recording recording(p.name() + "_adjoints");
  std::vector<Expr> x;
  for (const Type& type : p.input_types()) x.push_back(recording.input(type));
  std::vector<bool> active(p.inputs(), false);
  for (size_t k : wrt) active[k] = true;
  auto linearized = linearize(p, x, active);
  linearized.graph.inputs = linearized.graph.lines;  // so that the pullback returns every line's cotangent
  Tangents y_bar;
  for (const auto& seed : seeds) y_bar.push_back(seed ? std::optional(constant(*seed)) : std::nullopt);
  const auto bars = pullback(linearized.graph, y_bar);
  std::vector<Expr> outputs;
  for (uint32_t i = 0; i < p.size(); ++i)
    if (linearized.graph.lines[i]) outputs.push_back(filled(bars[i], p.type(ValueId{i})));
  auto numbers = evaluate(simplify(recording.finish(outputs)), inputs);
  std::vector<std::optional<Array>> adjoints(p.size());
  size_t next = 0;
  for (uint32_t i = 0; i < p.size(); ++i)
    if (linearized.graph.lines[i]) adjoints[i] = std::move(numbers[next++]);
  return adjoints;
}

std::string summary(const Array& array, int digits) {
  constexpr int64_t most_shown = 4;
  if (array.dtype() == DType::boolean && array.elements() == 1) return array[0] != 0 ? "true" : "false";
  if (array.shape().rank() == 0) return number(array[0], digits);
  if (array.shape().rank() == 1 && array.elements() <= most_shown) {
    std::string text;
    for (int64_t k = 0; k < array.elements(); ++k) text += (k ? ", " : "[") + number(array[k], std::min(digits, 4));
    return array.elements() == 0 ? "[]" : text + "]";
  }
  double squares = 0;
  for (int64_t k = 0; k < array.elements(); ++k) squares += array[k] * array[k];
  return fmt::format("{} norm {}", to_string(array.shape()), number(std::sqrt(squares), std::min(digits, 4)));
}

}  // namespace wengert::cli
