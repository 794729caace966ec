// SPDX-License-Identifier: Apache-2.0
#include "wengert/passes/scalar_loops.h"

#include <algorithm>
#include <fmt/format.h>

#include "wengert/passes/dead_code.h"
#include "wengert/passes/rewrite.h"
#include "wengert/passes/scalar_list.h"
#include "wengert/primitives/control.h"
#include "wengert/primitives/control_rules.h"
#include "wengert/primitives/rearrange.h"
#include "wengert/primitives/slice.h"

namespace wengert {
namespace {

/// A value of the old Program in the new one: an array, its elements, or both once both were asked for.
struct Split {
  Type type;
  ValueId whole = no_value;
  Elements elements;
  bool is_split() const { return static_cast<int64_t>(elements.size()) == type.elements(); }
};

using Extents = std::vector<int64_t>;

Extents extents_of(const Shape& shape) { return {shape.begin(), shape.end()}; }

/// Writes the lines of one Program; each body of a map is written by another of these.
class LoopWriter {
 public:
  LoopWriter(const std::string& name, const ScalarLoopLimits& limits) : limits_(limits), list_(name, limits.lines) {}

  Split array_input(const Type& type, std::string_view name) {
    return {type, list_.to().input(type, std::string(name)), {}};
  }
  Split scalar_inputs(const Type& type, std::string_view name) {
    Split value{type, no_value, {}};
    list_.reserve(static_cast<size_t>(type.elements()));
    for (int64_t i = 0; i < type.elements(); ++i)
      value.elements.push_back(scalar_input(type.dtype, name.empty() ? "" : fmt::format("{}_{}", name, i)));
    return value;
  }
  Element scalar_input(DType dtype, std::string name = {}) { return {list_.to().input({dtype, {}}, std::move(name))}; }

  std::vector<Split> run(const Program& p, std::vector<Split> inputs) {
    std::vector<Split> values(p.size());
    std::move(inputs.begin(), inputs.end(), values.begin());
    for_each_instruction(p, [&](ValueId v) {
      list_.simplifier().site = p.site(v);
      auto results = p.is_constant(v) ? std::vector{constant(p.constant(v))} : instruction(p, p[v], values);
      std::move(results.begin(), results.end(), values.begin() + static_cast<int64_t>(index(v)));
    });
    std::vector<Split> outputs;
    for (ValueId v : p.outputs()) outputs.push_back(values[index(v)]);
    return outputs;
  }

  Program finish(std::vector<Split> outputs) {
    std::vector<ValueId> lines;
    for (Split& output : outputs) lines.push_back(whole(output));
    return dead_code(list_.to().finish(lines));
  }
  Program finish_split(std::vector<Split> outputs) {
    std::vector<ValueId> lines;
    for (Split& output : outputs)
      for (const Element& e : elements(output)) lines.push_back(list_.value(e, output.type.dtype));
    return dead_code(list_.to().finish(lines));
  }

 private:
  Split constant(const Array& value) {
    if (is_small(value.type())) return {value.type(), no_value, elements_of(value)};
    return {value.type(), list_.simplifier().constant(value), {}};
  }

  bool is_small(const Type& type) const { return type.elements() <= limits_.elements; }

  ValueId reshaped(ValueId v, const Shape& shape) {
    return list_.make(reshape_p, {v}, {{"shape", extents_of(shape)}}).value;
  }

  ValueId whole(Split& value) {
    if (value.whole != no_value) return value.whole;
    if (std::ranges::all_of(value.elements, &Element::known))
      return value.whole = list_.simplifier().constant(known(value));
    if (value.type.is_scalar()) return value.whole = value.elements[0].value;
    std::vector<ValueId> parts;
    for (const Element& e : value.elements) {
      const ValueId scalar = list_.value(e, value.type.dtype);
      parts.push_back(list_.simplifier().make(reshape_p, {scalar}, {{"shape", Extents{1}}}));
    }
    const ValueId row = list_.simplifier().make(concatenate_p, parts, {{"axis", int64_t{0}}});
    return value.whole = list_.simplifier().make(reshape_p, {row}, {{"shape", extents_of(value.type.shape)}});
  }

  static Array known(const Split& value) {
    Array array(value.type);
    for (size_t i = 0; i < value.elements.size(); ++i) {
      const Element& e = value.elements[i];
      switch (value.type.dtype) {
        case DType::f64: array.mutable_values<double>()[i] = e.real; break;
        case DType::f32: array.mutable_values<float>()[i] = static_cast<float>(e.real); break;
        case DType::i64: array.mutable_values<int64_t>()[i] = e.integer; break;
        case DType::boolean: array.mutable_values<bool>()[i] = e.integer != 0; break;
      }
    }
    return array;
  }

  const Elements& elements(Split& value) {
    if (value.is_split()) return value.elements;
    if (value.type.is_scalar()) return value.elements = {{value.whole}};
    list_.reserve(static_cast<size_t>(2 * value.type.elements()));
    const Extents one(static_cast<size_t>(value.type.shape.rank()), 1);
    const auto strides = value.type.shape.strides();
    for (int64_t i = 0; i < value.type.elements(); ++i) {
      Extents start;
      for (int axis = 0; axis < value.type.shape.rank(); ++axis)
        start.push_back(i / strides[static_cast<size_t>(axis)] % value.type.shape[axis]);
      const ValueId part = list_.simplifier().make(slice_p, {value.whole}, {{"start", start}, {"size", one}});
      value.elements.push_back({list_.simplifier().make(reshape_p, {part}, {{"shape", Extents{}}})});
    }
    return value.elements;
  }

  /// Whether an instruction may be taken apart: what it is made of has its derivative, and no place depends on the run.
  bool is_separable(const Program& p, const Instruction& line, std::vector<Split>& values) const {
    const Family family = line.primitive.family;
    const auto small = [&](const Type& type) { return is_small(type); };
    if (line.primitive.is_guard() || !std::ranges::all_of(result_types(p, line), small)) return false;
    for (ValueId v : line.operands) {
      const Split& operand = values[index(v)];
      if (!small(operand.type)) return false;
      const bool steers = operand.type.dtype == DType::i64 && family != Family::elementwise;
      if (steers && !(operand.is_split() && std::ranges::all_of(operand.elements, &Element::known))) return false;
    }
    return family == Family::elementwise || family == Family::linear || family == Family::bilinear;
  }

  std::vector<Split> instruction(const Program& p, const Instruction& line, std::vector<Split>& values) {
    if (&line.primitive == &call_p) {
      std::vector<Split> inputs;
      for (ValueId v : line.operands) inputs.push_back(values[index(v)]);
      return run(line.attributes.program("body"), std::move(inputs));
    }
    if (&line.primitive == &map_p) return map_again(p, line, values);
    if (!is_separable(p, line, values)) return as_arrays(p, line, values);
    std::vector<Elements> operands;
    for (ValueId v : line.operands) operands.push_back(elements(values[index(v)]));
    auto made = scalar_instruction(list_, p, line, std::move(operands));
    std::vector<Split> results;
    for (size_t k = 0; k < made.size(); ++k)
      results.push_back({result_types(p, line)[k], no_value, std::move(made[k])});
    return results;
  }

  std::vector<Split> as_arrays(const Program& p, const Instruction& line, std::vector<Split>& values) {
    std::vector<ValueId> operands;
    for (ValueId v : line.operands) operands.push_back(whole(values[index(v)]));
    return results_of(list_.simplifier().make(line.primitive, operands, line.attributes, result_types(p, line)),
                      result_types(p, line));
  }

  static std::vector<Split> results_of(ValueId first, const std::vector<Type>& types) {
    std::vector<Split> results;
    for (size_t k = 0; k < types.size(); ++k)
      results.push_back({types[k], ValueId{static_cast<uint32_t>(index(first) + k)}, {}});
    return results;
  }

  std::vector<Split> map_again(const Program& p, const Instruction& line, std::vector<Split>& values) {
    const Program& body = line.attributes.program("body");
    const Flags sliced = flags(line.attributes, "mapped");
    LoopWriter writer(body.name(), limits_);
    std::vector<ValueId> operands;
    std::vector<Split> inputs;
    std::vector<int64_t> mapped;
    for (size_t k = 0; k < sliced.size(); ++k) {
      Split& operand = values[index(line.operands[k])];
      const Type type = body.type(ValueId{static_cast<uint32_t>(k)});
      if (!sliced[k] && is_float(type.dtype) && is_small(type)) {
        inputs.push_back(shared(operand, writer, operands));
      } else {
        inputs.push_back(writer.array_input(type, {}));
        operands.push_back(whole(operand));
      }
      mapped.resize(operands.size(), sliced[k] ? 1 : 0);
    }
    Attributes attributes = line.attributes;
    attributes.set("body", NestedProgram(writer.finish(writer.run(body, std::move(inputs)))));
    attributes.set("mapped", mapped);
    const auto types = result_types(p, line);
    return results_of(list_.simplifier().make(map_p, operands, attributes, types), types);
  }

  /// What the body is handed of an array that is the same at every point: one input an element that is not known.
  Split shared(Split& operand, LoopWriter& body, std::vector<ValueId>& operands) {
    Split inside{operand.type, no_value, {}};
    for (const Element& e : elements(operand)) {
      inside.elements.push_back(e.known() ? e : body.scalar_input(operand.type.dtype));
      if (!e.known()) operands.push_back(e.value);
    }
    return inside;
  }

  const ScalarLoopLimits limits_;
  ScalarList list_;
};

}  // namespace

Program scalar_loops(const Program& p, const std::vector<bool>& split, const ScalarLoopLimits& limits, bool split_outputs) {
  if (split.size() != p.inputs())
    throw UsageError("W751",
                     fmt::format("program \"{}\" has {} inputs; {} flags say which of them become scalars", p.name(),
                                 p.inputs(), split.size()),
                     {}, "give one flag an input");
  LoopWriter writer(p.name(), limits);
  std::vector<Split> inputs;
  for (uint32_t k = 0; k < p.inputs(); ++k) {
    const auto name = p.value_name(ValueId{k});
    inputs.push_back(split[k] ? writer.scalar_inputs(p.type(ValueId{k}), name)
                              : writer.array_input(p.type(ValueId{k}), name));
  }
  auto outputs = writer.run(p, std::move(inputs));
  return split_outputs ? writer.finish_split(std::move(outputs)) : writer.finish(std::move(outputs));
}

}  // namespace wengert
