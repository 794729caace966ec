// SPDX-License-Identifier: Apache-2.0
//
// One instruction on elements: the same on each, where it goes element by element, or else what its kernel does.
#include <algorithm>
#include <fmt/format.h>

#include "wengert/passes/scalar_list.h"

namespace wengert {
namespace {

bool reads_integer(const MicroStep& s, uint32_t slot) {
  if (s.op == Micro::copy_integer || s.op == Micro::to_real || s.op == Micro::loop) return s.a == slot;
  if (s.op == Micro::select_integer) return s.b == slot || s.c == slot;
  const bool arithmetic = s.op >= Micro::integer_add && s.op <= Micro::shift_right;
  return (arithmetic || s.op == Micro::integer_less || s.op == Micro::integer_equal) && (s.a == slot || s.b == slot);
}

bool moves_element(const MicroStep& s) { return s.op >= Micro::load_real && s.op <= Micro::accumulate_real; }

/// Whether element i of the result depends on the operands' elements i only, and not on i: one loop, whose counter is
/// the place of every load and store and nothing else.
bool is_pointwise(const Kernel& kernel) {
  const auto elements = kernel.results[0].elements();
  const auto same = [&](const Type& type) { return type.elements() == elements; };
  if (kernel.results.size() != 1 || kernel.operands.empty() || !std::ranges::all_of(kernel.operands, same))
    return false;
  const auto loops = std::ranges::count(kernel.steps, Micro::loop, &MicroStep::op);
  const auto loop = std::ranges::find(kernel.steps, Micro::loop, &MicroStep::op);
  return loops == 1 && std::ranges::all_of(kernel.steps, [&](const MicroStep& s) {
           return moves_element(s) ? s.b == loop->to : !reads_integer(s, loop->to);
         });
}

/// Whether the instruction can be the same on scalars: the result is a scalar of the same dtype then.
bool works_on_scalars(const Instruction& line, const Kernel& kernel) {
  std::vector<Type> types;
  for (const Type& type : kernel.operands) types.push_back({type.dtype, {}});
  try {
    const auto results = line.primitive.infer({line.primitive, types, line.attributes});
    return results.size() == 1 && results[0] == Type{kernel.results[0].dtype, {}};
  } catch (const ShapeError&) {  // an attribute speaks of axes
    return false;
  }
}

/// The same instruction on each element.
std::vector<Elements> on_scalars(ScalarList& list, const Program& p, const Instruction& line,
                                 const std::vector<Elements>& operands) {
  const size_t count = operands.empty() ? 1 : operands[0].size();
  std::vector<Elements> results(static_cast<size_t>(line.results));
  std::vector<ValueId> values;
  for (size_t i = 0; i < count; ++i) {
    values.clear();
    for (size_t k = 0; k < operands.size(); ++k)
      values.push_back(list.value(operands[k][i], p.type(line.operands[k]).dtype));
    const Elements made = list.make(line.primitive, values, line.attributes, line.results);
    for (size_t k = 0; k < made.size(); ++k) results[k].push_back(made[k]);
  }
  return results;
}

std::vector<Elements> by_kernel(ScalarList& list, const Program& p, const Instruction& line,
                                std::vector<Elements> operands) {
  std::vector<Type> types;
  for (ValueId v : line.operands) types.push_back(p.type(v));
  KernelBuilder builder(types, result_types(p, line));
  line.primitive.kernel(builder, line.attributes);
  const Kernel kernel = builder.finish();
  if (is_pointwise(kernel) && works_on_scalars(line, kernel)) return on_scalars(list, p, line, operands);
  return read_kernel(list, {line.primitive, line.operands, line.attributes}, kernel, std::move(operands),
                     p.where(line.value));
}

}  // namespace

std::vector<Type> result_types(const Program& p, const Instruction& line) {
  std::vector<Type> types;
  for (int k = 0; k < line.results; ++k)
    types.push_back(p.type(ValueId{static_cast<uint32_t>(line.value) + static_cast<uint32_t>(k)}));
  return types;
}

std::vector<Elements> scalar_instruction(ScalarList& list, const Program& p, const Instruction& line,
                                         std::vector<Elements> operands) {
  if (line.primitive.family == Family::elementwise) return on_scalars(list, p, line, operands);
  const auto scalar = [&](ValueId v) { return p.type(v).is_scalar(); };
  if (std::ranges::all_of(line.operands, scalar) && std::ranges::all_of(result_types(p, line), &Type::is_scalar))
    return on_scalars(list, p, line, operands);
  if (line.primitive.has_kernel()) return by_kernel(list, p, line, std::move(operands));
  throw UsageError(
      "W161",
      fmt::format(
          "{} on arrays cannot be written as scalars: it has no kernel, or a derivative of its own that would be lost",
          line.primitive.name),
      p.where(line.value), "scalarize the body of the rule, or the parts before and after it");
}

}  // namespace wengert
