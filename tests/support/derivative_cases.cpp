// SPDX-License-Identifier: Apache-2.0
#include "derivative_cases.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "wengert/ad/derivatives.h"
#include "wengert/passes/fix_inputs.h"

namespace wengert {
namespace {

Array narrowed(const Array& x) { return x.dtype() == DType::f64 ? x.as(DType::f32) : x; }

std::vector<Array> narrowed(std::vector<Array> arrays) {
  for (Array& x : arrays) x = narrowed(x);
  return arrays;
}

Attributes narrowed(const Attributes& attributes) {
  Attributes result = attributes;
  for (const auto& [name, value] : attributes)
    if (const DType* dtype = std::get_if<DType>(&value); dtype != nullptr && *dtype == DType::f64) result.set(name, DType::f32);
  return result;
}

bool speaks_of_f64(const Example& example) {
  const auto is_f64 = [](const Array& x) { return x.dtype() == DType::f64; };
  return std::ranges::any_of(example.operands, is_f64) || !(narrowed(example.attributes) == example.attributes);
}

}  // namespace

Program alone(const Primitive& primitive, std::span<const Array> operands, const Attributes& attributes) {
  Recording recording(std::string(primitive.name));
  std::vector<Expr> inputs;
  for (const Array& x : operands) inputs.push_back(recording.input(x.type()));
  return recording.finish(record_all(primitive, inputs, attributes));
}

std::vector<Case> cases_of(const Primitive& primitive) {
  if (primitive.family == Family::control) return control_cases(primitive.name);
  std::vector<Case> cases;
  for (const Example& example : primitive.examples())
    cases.push_back({fmt::format("{} {}", primitive.name, cases.size()), alone(primitive, example.operands, example.attributes), example.operands,
                     example.results, !example.results.empty()});
  return cases;
}

std::vector<Case> cases_in_f32(const Primitive& primitive) {
  std::vector<Case> cases;
  size_t number = 0;
  for (const Example& example : primitive.examples()) {
    const auto name = fmt::format("{} {}", primitive.name, number++);
    if (!speaks_of_f64(example)) continue;
    const auto operands = narrowed(example.operands);
    cases.push_back({name, alone(primitive, operands, narrowed(example.attributes)), operands,
                     narrowed(example.results), !example.results.empty()});
  }
  return cases;
}

std::vector<Type> float_types(std::vector<Type> types) {
  std::erase_if(types, [](const Type& type) { return !is_float(type.dtype); });
  return types;
}

bool has_no_partial(const Primitive& primitive, size_t operand) {
  // NaN at a point that is none says so of the operand; at NaN every partial may be NaN.
  return std::ranges::any_of(primitive.edges(), [&](const StatedPartials& edge) {
    const bool at_nan = std::ranges::any_of(edge.at, [](double x) { return std::isnan(x); });
    return !at_nan && std::isnan(edge.partials[operand]);
  });
}

Case with_data_fixed(const Case& c, const std::vector<bool>& also) {
  Case result{c.name, {}, {}, c.results, c.may_be_kink};
  std::vector<std::optional<Array>> fixed(c.x.size());
  for (size_t k = 0; k < c.x.size(); ++k) {
    if (!is_float(c.x[k].dtype()) || (k < also.size() && also[k])) fixed[k] = c.x[k];
    else result.x.push_back(c.x[k]);
  }
  result.program = fix_inputs(c.program, fixed);
  return result;
}

std::vector<Case> differentiable_cases(const Primitive& primitive) {
  std::vector<Case> cases;
  for (const Case& c : cases_of(primitive)) {
    std::vector<bool> fixed;
    for (size_t k = 0; k < c.x.size(); ++k) fixed.push_back(has_no_partial(primitive, k));
    Case kept = with_data_fixed(c, fixed);
    const auto types = kept.program.output_types();
    const bool any_output = std::ranges::any_of(types, [](const Type& type) { return is_float(type.dtype); });
    if (!kept.x.empty() && any_output) cases.push_back(std::move(kept));
  }
  return cases;
}

Program jvp_rule(const Program& p) {
  Recording recording(p.name() + "_rule");
  std::vector<Expr> inputs;
  for (const Type& type : p.input_types()) inputs.push_back(recording.input(type));
  const auto outputs = p.output_types();
  for (const Type& type : outputs) recording.input(type);
  for (const Type& type : float_types(p.input_types())) inputs.push_back(recording.input(type));
  return recording.finish(std::span<const Expr>(replay(jvp(p), inputs)).subspan(outputs.size()));
}

Program vjp_rule(const Program& p) {
  Recording recording(p.name() + "_rule");
  std::vector<Expr> inputs;
  for (const Type& type : p.input_types()) inputs.push_back(recording.input(type));
  const auto outputs = p.output_types();
  for (const Type& type : outputs) recording.input(type);
  for (const Type& type : float_types(outputs)) inputs.push_back(recording.input(type));
  return recording.finish(std::span<const Expr>(replay(vjp(p), inputs)).subspan(outputs.size()));
}

}  // namespace wengert
