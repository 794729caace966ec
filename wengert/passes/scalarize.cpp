// SPDX-License-Identifier: Apache-2.0
#include "wengert/passes/scalarize.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

#include "wengert/ir/remedy.h"
#include "wengert/passes/dead_code.h"
#include "wengert/passes/rewrite.h"
#include "wengert/passes/scalar_list.h"
#include "wengert/primitives/arithmetic.h"
#include "wengert/primitives/control.h"
#include "wengert/primitives/control_rules.h"

namespace wengert {
namespace {

Elements slice(const Elements& elements, size_t at, size_t size) {
  const auto first = elements.begin() + static_cast<int64_t>(at * size);
  return {first, first + static_cast<int64_t>(size)};
}

/// The value numbers after which each value is not needed any more.
std::vector<uint32_t> last_uses(const Program& p) {
  std::vector<uint32_t> last(p.size(), 0);
  for (uint32_t v = 0; v < p.size(); ++v)
    for (ValueId operand : p.operands(ValueId{v})) last[index(operand)] = v;
  for (ValueId v : p.outputs()) last[index(v)] = static_cast<uint32_t>(p.size());
  return last;
}

class Scalarizer {
 public:
  Scalarizer(const Program& p, size_t limit) : p_(p), limit_(limit), list_(p.name(), limit) {}

  Scalarized operator()() {
    std::vector<Elements> inputs;
    for (uint32_t k = 0; k < p_.inputs(); ++k) inputs.push_back(input(ValueId{k}));
    const auto results = run(p_, std::move(inputs));
    std::vector<ValueId> outputs;
    const auto types = p_.output_types();
    for (size_t k = 0; k < results.size(); ++k)
      for (const Element& e : results[k]) outputs.push_back(list_.value(e, types[k].dtype));
    return {dead_code(list_.to().finish(outputs)), p_.input_types(), types};
  }

 private:
  Elements input(ValueId v);
  std::vector<Elements> run(const Program& p, std::vector<Elements> inputs);
  std::vector<Elements> instruction(const Program& p, const Instruction& line, std::vector<Elements> operands);
  std::vector<Elements> map_unrolled(const Attributes& attributes, const std::vector<Elements>& operands);
  std::vector<Elements> scan_unrolled(const Attributes& attributes, std::vector<Elements> operands);
  void sum_into(Elements& sums, const Elements& terms);

  const Program& p_;
  const size_t limit_;
  ScalarList list_;
  size_t held_ = 0, steps_ = 0;  // elements held, instructions read
};

Elements Scalarizer::input(ValueId v) {
  const Type type = p_.type(v);
  list_.reserve(static_cast<size_t>(type.elements()));
  Elements elements;
  const auto strides = type.shape.strides();
  for (int64_t i = 0; i < type.elements(); ++i) {
    std::string name(p_.value_name(v));
    for (int axis = 0; axis < type.shape.rank() && !name.empty(); ++axis)
      name += fmt::format("_{}", i / strides[static_cast<size_t>(axis)] % type.shape[axis]);
    elements.push_back({list_.to().input({type.dtype, {}}, name)});
  }
  return elements;
}

std::vector<Elements> Scalarizer::run(const Program& p, std::vector<Elements> inputs) {
  const auto last = last_uses(p);
  std::vector<Elements> values(p.size());
  for (size_t k = 0; k < inputs.size(); ++k) {
    held_ += inputs[k].size();
    values[k] = std::move(inputs[k]);
  }
  const auto release = [&](size_t at) {
    held_ -= values[at].size();
    Elements().swap(values[at]);
  };
  for_each_instruction(p, [&](ValueId v) {
    if (++steps_ > 16 * limit_) list_.reserve(steps_);
    const Instruction line = p[v];
    std::vector<Elements> operands, results;
    for (ValueId operand : line.operands) operands.push_back(values[index(operand)]);
    size_t size = held_;
    for (const Type& type : result_types(p, line)) size += static_cast<size_t>(type.elements());
    if (size > limit_) list_.reserve(size);
    list_.simplifier().site = p.site(v);
    if (p.is_constant(v))
      results.push_back(elements_of(p.constant(v)));
    else
      results = instruction(p, line, std::move(operands));
    held_ = size;
    std::move(results.begin(), results.end(), values.begin() + static_cast<int64_t>(index(v)));
    for (ValueId operand : line.operands)
      if (last[index(operand)] == index(v)) release(index(operand));
  });
  std::vector<Elements> outputs;
  for (ValueId v : p.outputs()) outputs.push_back(values[index(v)]);
  for (size_t at = 0; at < values.size(); ++at) release(at);
  return outputs;
}

std::vector<Elements> Scalarizer::instruction(const Program& p, const Instruction& line,
                                              std::vector<Elements> operands) {
  if (&line.primitive == &call_p) return run(line.attributes.program("body"), std::move(operands));
  if (&line.primitive == &map_p) return map_unrolled(line.attributes, operands);
  if (&line.primitive == &scan_p) return scan_unrolled(line.attributes, std::move(operands));
  return scalar_instruction(list_, p, line, std::move(operands));
}

/// sums += terms, in f64.
void Scalarizer::sum_into(Elements& sums, const Elements& terms) {
  for (size_t i = 0; i < sums.size(); ++i) {
    if (sums[i].known() && terms[i].known())
      sums[i].real += terms[i].real;
    else
      sums[i] = list_.make(
          add_p, {list_.value(sums[i], DType::f64), list_.value(list_.converted(terms[i], DType::f64), DType::f64)});
  }
}

std::vector<Elements> Scalarizer::map_unrolled(const Attributes& attributes, const std::vector<Elements>& operands) {
  const Program& body = attributes.program("body");
  const auto mapped = flags(attributes, "mapped"), summed = flags(attributes, "summed");
  const auto inputs = body.input_types(), outputs = body.output_types();
  std::vector<Elements> results(outputs.size());
  for (size_t k = 0; k < results.size(); ++k)
    if (summed[k]) results[k].resize(static_cast<size_t>(outputs[k].elements()));
  for (size_t i = 0, length = static_cast<size_t>(attributes.integer("length")); i < length; ++i) {
    std::vector<Elements> x;
    for (size_t k = 0; k < operands.size(); ++k)
      x.push_back(mapped[k] ? slice(operands[k], i, static_cast<size_t>(inputs[k].elements())) : operands[k]);
    const auto y = run(body, std::move(x));
    for (size_t k = 0; k < y.size(); ++k) {
      if (summed[k])
        sum_into(results[k], y[k]);
      else
        results[k].insert(results[k].end(), y[k].begin(), y[k].end());
    }
  }
  for (size_t k = 0; k < results.size(); ++k)
    for (Element& e : results[k])
      if (summed[k]) e = list_.converted(e, outputs[k].dtype);
  return results;
}

std::vector<Elements> Scalarizer::scan_unrolled(const Attributes& attributes, std::vector<Elements> operands) {
  const Program& body = attributes.program("body");
  const auto mapped = flags(attributes, "mapped");
  const auto carries = static_cast<size_t>(attributes.integer("carries")),
             length = static_cast<size_t>(attributes.integer("length"));
  const auto inputs = body.input_types(), outputs = body.output_types();
  std::vector<Elements> results(outputs.size());
  for (size_t k = 0; k < outputs.size(); ++k)
    results[k].resize((k < carries ? 1 : length) * static_cast<size_t>(outputs[k].elements()));
  for (size_t k = 0; k < carries; ++k) results[k] = std::move(operands[k]);
  for (size_t step = 0; step < length; ++step) {
    const size_t i = attributes.flag("reverse") ? length - 1 - step : step;
    std::vector<Elements> x(results.begin(), results.begin() + static_cast<int64_t>(carries));
    for (size_t k = carries; k < operands.size(); ++k)
      x.push_back(mapped[k - carries] ? slice(operands[k], i, static_cast<size_t>(inputs[k].elements())) : operands[k]);
    auto y = run(body, std::move(x));
    for (size_t k = 0; k < y.size(); ++k) {
      if (k < carries)
        results[k] = std::move(y[k]);
      else
        std::ranges::copy(y[k], results[k].begin() + static_cast<int64_t>(i * y[k].size()));
    }
  }
  return results;
}

void check(std::span<const Array> found, size_t expected, const Program& p, std::string_view role) {
  if (found.size() != expected)
    throw ShapeError(
        "W207",
        fmt::format("program \"{}\" as arrays has {} {}, {} were given", p.name(), expected, role, found.size()), {},
        role == "inputs" ? "give the inputs of the program that was scalarized, as arrays"
                         : "give all results of running the scalarized program, in order");
}

}  // namespace

Scalarized scalarize(const Program& p, size_t limit) { return Scalarizer(p, limit)(); }

std::vector<Array> Scalarized::split(std::span<const Array> arrays) const {
  check(arrays, inputs.size(), program, "inputs");
  std::vector<Array> scalars;
  for (size_t k = 0; k < arrays.size(); ++k) {
    if (arrays[k].type() != inputs[k])
      throw ShapeError("W207",
                       fmt::format("input {} of program \"{}\" is {}, found {}", k, program.name(),
                                   to_string(inputs[k]), to_string(arrays[k].type())),
                       {}, remedy_for(inputs[k], arrays[k].type()));
    const auto* bytes = static_cast<const std::byte*>(arrays[k].view().data);
    for (size_t at = 0; at < inputs[k].bytes(); at += size_of(inputs[k].dtype))
      scalars.push_back(Array::from({{inputs[k].dtype, {}}, bytes + at}));
  }
  return scalars;
}

std::vector<Array> Scalarized::join(std::span<const Array> scalars) const {
  check(scalars, program.outputs().size(), program, "scalar outputs");
  std::vector<Array> arrays;
  size_t next = 0;
  for (const Type& type : outputs) {
    Array array(type);
    auto* bytes = static_cast<std::byte*>(array.mutable_view().data);
    for (size_t at = 0; at < type.bytes(); at += size_of(type.dtype))
      std::memcpy(bytes + at, scalars[next++].view().data, size_of(type.dtype));
    arrays.push_back(array);
  }
  return arrays;
}

}  // namespace wengert
