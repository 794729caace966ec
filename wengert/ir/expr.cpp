// SPDX-License-Identifier: Apache-2.0
#include "wengert/ir/expr.h"

#include <atomic>
#include <fmt/format.h>

#include "wengert/ir/primitive.h"
#include "wengert/ir/remedy.h"

namespace wengert {
namespace {

thread_local Recording* current_recording = nullptr;
std::atomic<uint32_t> generations{0};

}  // namespace

Recording::Recording(std::string name, DType float_type)
    : default_float(float_type), builder_(std::move(name)), generation_(++generations), outer_(current_recording) {
  current_recording = this;
  if (outer_ == nullptr || !outer_->fixed_site) return;
  site = outer_->site;
  fixed_site = true;
}

Recording::~Recording() { current_recording = outer_; }

Recording& Recording::current() {
  if (current_recording == nullptr)
    throw UsageError("W102", "an Expr was used while no Program is being recorded", {},
                     "use Expr inside the function given to trace(), and run the Program to get numbers");
  return *current_recording;
}

ValueId Recording::value(const Expr& e, Site at) {
  if (e.is_literal()) return builder_.literal(e.literal(), default_float);
  if (e.generation() != generation_)
    throw UsageError("W103",
                     fmt::format("a value of another recording (or of a finished one) was used while recording \"{}\"", builder_.view().name()),
                     to_string(at), fmt::format("pass it as an input of \"{}\", or trace both in one call", builder_.view().name()));
  return e.value();
}

Program Recording::finish(std::span<const Expr> outputs) {
  std::vector<ValueId> values;
  for (const Expr& e : outputs) values.push_back(value(e));
  return builder_.finish(values);
}

ValueId Expr::value() const {
  Recording& recording = Recording::current();
  if (is_literal()) return recording.value(*this);
  if (!(recording.expr(value_).generation() == generation_)) recording.value(*this, recording.site);
  return value_;
}

const Type& Expr::type() const {
  static const Type scalars[] = {Type{DType::f64, {}}, Type{DType::f32, {}}};
  Recording& recording = Recording::current();
  if (is_literal()) return scalars[recording.default_float == DType::f32];
  return recording.builder().type(value());
}

std::vector<Expr> record_all(const Primitive& primitive, std::span<const Expr> operands, const Attributes& attributes,
                             Site site) {
  Recording& recording = Recording::current();
  if (!site || recording.fixed_site) site = recording.site;
  std::vector<ValueId> values;
  std::vector<Type> types;
  for (const Expr& e : operands) {
    values.push_back(recording.value(e, site));
    types.push_back(recording.builder().type(values.back()));
  }
  std::vector<Type> results;
  try {
    if (primitive.arity != Primitive::any_arity && static_cast<size_t>(primitive.arity) != operands.size())
      throw UsageError("W121", fmt::format("{} takes {} operands, {} were given", primitive.name, primitive.arity, operands.size()), {},
                       operands.size() < static_cast<size_t>(primitive.arity)
                           ? fmt::format("give {} more", static_cast<size_t>(primitive.arity) - operands.size())
                           : fmt::format("leave out {}, or split the call", operands.size() - static_cast<size_t>(primitive.arity)));
    results = primitive.result_types({primitive, types, attributes});
  } catch (const Error& error) {
    std::string where = to_string(site);
    where += fmt::format("{}{}", where.empty() ? "" : ", ", primitive.name);
    for (ValueId v : values) where += fmt::format(" %{}", index(v));
    error.rethrow_at(where + fmt::format(" in program \"{}\"", recording.builder().view().name()));
  }
  const ValueId first = recording.builder().append_typed(primitive, values, attributes, results, site);
  std::vector<Expr> exprs;
  for (uint32_t k = 0; k < results.size(); ++k) exprs.push_back(recording.expr(ValueId{static_cast<uint32_t>(first) + k}));
  return exprs;
}

Expr record(const Primitive& primitive, std::initializer_list<Expr> operands, const Attributes& attributes, Site site) {
  return record_all(primitive, std::span(operands.begin(), operands.size()), attributes, site)[0];
}

namespace {

[[noreturn]] void unfit_input(const Program& program, ValueId input, const Type& found) {
  const Type& expected = program.type(input);
  throw ShapeError("W207",
                   fmt::format("input {} of program \"{}\" is {}, found {}", index(input), program.name(), to_string(expected), to_string(found)),
                   to_string(Recording::current().site), remedy_for(expected, found));
}

}  // namespace

std::vector<Expr> replay_lines(const Program& program, std::span<const Expr> inputs) {
  Recording& recording = Recording::current();
  if (inputs.size() != program.inputs())
    throw ShapeError("W207", fmt::format("program \"{}\" has {} inputs, {} were given", program.name(), program.inputs(), inputs.size()),
                     to_string(recording.site), fmt::format("give {}", listed_inputs(program)));
  std::vector<ValueId> values(program.size());
  std::vector<ValueId> operands;
  std::vector<Type> types;
  for (uint32_t i = 0; i < program.size();) {
    const Instruction line = program[ValueId{i}];
    if (program.is_input(line.value)) {
      values[i] = recording.value(inputs[i]);
      if (recording.builder().type(values[i]) != program.type(line.value))
        unfit_input(program, line.value, recording.builder().type(values[i]));
    } else if (program.is_constant(line.value)) {
      values[i] = recording.builder().constant(program.constant(line.value));
    } else {
      operands.clear();
      types.clear();
      for (ValueId v : line.operands) operands.push_back(values[index(v)]);
      for (int k = 0; k < line.results; ++k) types.push_back(program.type(ValueId{i + static_cast<uint32_t>(k)}));
      const ValueId first = recording.builder().append_typed(line.primitive, operands, line.attributes, types, program.site(line.value));
      for (int k = 0; k < line.results; ++k) values[i + static_cast<size_t>(k)] = ValueId{static_cast<uint32_t>(first) + static_cast<uint32_t>(k)};
    }
    i += static_cast<uint32_t>(line.results);
  }
  std::vector<Expr> lines;
  for (ValueId v : values) lines.push_back(recording.expr(v));
  return lines;
}

std::vector<Expr> replay(const Program& program, std::span<const Expr> inputs) {
  const auto lines = replay_lines(program, inputs);
  std::vector<Expr> outputs;
  for (ValueId v : program.outputs()) outputs.push_back(lines[index(v)]);
  return outputs;
}

Expr constant(const Array& value) {
  Recording& recording = Recording::current();
  return recording.expr(recording.builder().constant(value));
}

Expr zeros(const Type& type) {
  Recording& recording = Recording::current();
  if (type.is_scalar() && is_float(type.dtype)) return recording.expr(recording.builder().literal(0, type.dtype));
  return constant(Array(type));
}

}  // namespace wengert
