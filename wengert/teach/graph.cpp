// SPDX-License-Identifier: Apache-2.0
#include "wengert/teach/graph.h"

#include <fmt/format.h>

#include "wengert/primitives/families.h"

namespace wengert::teach {
namespace {

void require_scalars(const Program& p) {
  for (uint32_t i = 0; i < p.size(); ++i) {
    const ValueId v{i};
    const bool operation = !p.is_input(v) && !p.is_constant(v);
    const bool scalar = p.type(v) == f64(), elementwise = p.primitive(v).family == Family::elementwise;
    if (scalar && (!operation || elementwise)) continue;
    const std::string found = scalar ? fmt::format("{} is not elementwise", p.primitive(v).name)
                                     : fmt::format("this line is {}", to_string(p.type(v)));
    throw UsageError("W840", "a graph of scalars has elementwise operations on f64[] only; " + found, p.where(v),
                     "scalarize the Program, or give it to backprop, which takes any");
  }
}

std::vector<double> operands_of(const Program& p, ValueId i, std::span<const double> u) {
  std::vector<double> values;
  for (ValueId j : p.operands(i)) values.push_back(u[index(j)]);
  return values;
}

const ElementwisePrimitive& operation(const Program& p, ValueId i) {
  return static_cast<const ElementwisePrimitive&>(p.primitive(i));
}

}  // namespace

std::vector<double> forward_evaluation(const Program& p, std::span<const double> x) {
  require_scalars(p);
  if (x.size() != p.inputs())
    throw ShapeError("W207", fmt::format("program \"{}\" has {} inputs, {} were given", p.name(), p.inputs(), x.size()),
                     {}, fmt::format("give one number for each of the {} inputs", p.inputs()));
  std::vector<double> u(p.size());
  for (uint32_t i = 0; i < p.size(); ++i) {
    const ValueId v{i};
    if (p.is_input(v))
      u[i] = x[i];
    else if (p.is_constant(v))
      u[i] = p.literal(v);
    else
      u[i] = operation(p, v).value(operands_of(p, v, u).data());
  }
  return u;
}

std::vector<double> scalar_backpropagation(const Program& p, std::span<const double> x, ValueId z) {
  const std::vector<double> u = forward_evaluation(p, x);
  const auto uses = consumers(p, z);
  std::vector<double> grad_table(p.size(), 0);
  grad_table[index(z)] = 1;
  for (size_t j = index(z); j-- > 0;)
    for (const auto& [i, place] : uses[j]) grad_table[j] += grad_table[index(i)] * partials_of(p, i, u)[place];
  return grad_table;
}

std::vector<std::vector<Use>> consumers(const Program& p, ValueId z) {
  require_line(p, z);
  std::vector<bool> needed(p.size(), false);
  needed[index(z)] = true;
  for (size_t i = index(z) + 1; i-- > 0;)
    if (needed[i])
      for (ValueId j : p.operands(ValueId{static_cast<uint32_t>(i)})) needed[index(j)] = true;
  std::vector<std::vector<Use>> uses(p.size());
  for (uint32_t i = 0; i <= index(z); ++i)
    for (size_t place = 0; needed[i] && place < p.operands(ValueId{i}).size(); ++place)
      uses[index(p.operands(ValueId{i})[place])].push_back({ValueId{i}, place});
  return uses;
}

void require_line(const Program& p, ValueId v) {
  if (index(v) < p.size()) return;
  throw UsageError("W840",
                   fmt::format("program \"{}\" has {} lines; line {} was asked for", p.name(), p.size(), index(v)), {},
                   "lines are numbered from 0; outputs are p.outputs()[k]");
}

std::vector<double> partials_of(const Program& p, ValueId i, std::span<const double> u) {
  std::vector<double> partials(p.operands(i).size());
  if (!partials.empty()) operation(p, i).partials(operands_of(p, i, u).data(), u[index(i)], partials.data());
  return partials;
}

}  // namespace wengert::teach
