// SPDX-License-Identifier: Apache-2.0
#include "wengert/passes/rewrite.h"

namespace wengert {
namespace {

/// A constant line of `from` again; scalars without making an Array.
ValueId constant_again(const Program& from, ValueId old, ProgramBuilder& to) {
  const Type& type = from.type(old);
  return type.is_scalar() && is_float(type.dtype) ? to.literal(from.literal(old), type.dtype)
                                                  : to.constant(from.constant(old));
}

/// Appends line `old` of `from` on other operands; the types of its results stay.
ValueId append_again(const Program& from, ValueId old, std::span<const ValueId> operands, const Attributes& attributes,
                     ProgramBuilder& to) {
  const Instruction line = from[old];
  if (line.results == 1)
    return to.append_typed(line.primitive, operands, attributes, {&from.type(old), 1}, from.site(old));
  std::vector<Type> types;
  for (int k = 0; k < line.results; ++k)
    types.push_back(from.type(ValueId{static_cast<uint32_t>(old) + static_cast<uint32_t>(k)}));
  return to.append_typed(line.primitive, operands, attributes, types, from.site(old));
}

}  // namespace

Rewriter::Rewriter(const Program& from, std::span<const std::optional<Array>> fixed)
    : from_(from), to_(from.name()), now_(from.size(), no_value) {
  for (uint32_t k = 0; k < from.inputs(); ++k)
    if (k >= fixed.size() || !fixed[k])
      now_[k] = to_.input(from.type(ValueId{k}), std::string(from.value_name(ValueId{k})));
  for (uint32_t k = 0; k < fixed.size(); ++k)
    if (fixed[k]) now_[k] = to_.constant(*fixed[k]);
}

std::span<const ValueId> Rewriter::operands(ValueId old) {
  operands_.clear();
  for (ValueId operand : from_.operands(old)) operands_.push_back(now_[index(operand)]);
  return operands_;
}

void Rewriter::set(ValueId old, ValueId now) {
  now_[index(old)] = now;
  const auto name = from_.value_name(old);
  if (!name.empty() && to_.view().value_name(now).empty() && !to_.view().is_constant(now))
    to_.name_value(now, std::string(name));
}

void Rewriter::set_all(ValueId old, int results, ValueId now) {
  for (uint32_t k = 0; k < static_cast<uint32_t>(results); ++k)
    set(ValueId{static_cast<uint32_t>(old) + k}, ValueId{static_cast<uint32_t>(now) + k});
}

ValueId Rewriter::copy(ValueId old) { return copy(old, from_.attributes(old)); }

ValueId Rewriter::copy(ValueId old, const Attributes& attributes) {
  if (from_.is_constant(old)) {
    const ValueId now = constant_again(from_, old, to_);
    set(old, now);
    return now;
  }
  const ValueId now = append_again(from_, old, operands(old), attributes, to_);
  set_all(old, from_[old].results, now);
  return now;
}

Program Rewriter::finish() {
  std::vector<ValueId> outputs;
  for (ValueId v : from_.outputs()) outputs.push_back(now_[index(v)]);
  return to_.finish(outputs);
}

std::vector<ValueId> append_lines(const Program& body, std::span<const ValueId> inputs, ProgramBuilder& to) {
  std::vector<ValueId> now(body.size(), no_value), operands, outputs;
  std::copy(inputs.begin(), inputs.end(), now.begin());
  for_each_instruction(body, [&](ValueId v) {
    operands.clear();
    for (ValueId operand : body.operands(v)) operands.push_back(now[index(operand)]);
    const ValueId first =
        body.is_constant(v) ? constant_again(body, v, to) : append_again(body, v, operands, body.attributes(v), to);
    for (uint32_t k = 0; k < static_cast<uint32_t>(body[v].results); ++k)
      now[index(v) + k] = ValueId{static_cast<uint32_t>(first) + k};
  });
  for (ValueId v : body.outputs()) outputs.push_back(now[index(v)]);
  return outputs;
}

Program with_outputs(const Program& p, std::span<const ValueId> outputs) {
  Rewriter rewriter(p);
  for_each_instruction(p, [&](ValueId v) { rewriter.copy(v); });
  std::vector<ValueId> now;
  for (ValueId v : outputs) now.push_back(rewriter[v]);
  return rewriter.to().finish(now);
}

bool has_guards(const Program& p) {
  for (uint32_t i = 0; i < p.size(); ++i) {
    if (p.primitive(ValueId{i}).is_guard()) return true;
    for (const auto& [name, value] : p.attributes(ValueId{i}))
      if (const auto* body = std::get_if<NestedProgram>(&value); body != nullptr && has_guards(**body)) return true;
  }
  return false;
}

const Attributes& BodyRewriter::operator()(const Attributes& attributes) {
  bool changed = false;
  for (const auto& [name, value] : attributes) {
    const auto* nested = std::get_if<NestedProgram>(&value);
    if (nested == nullptr) continue;
    if (!changed) changed_ = attributes;
    changed = true;
    const Program* const body = &**nested;
    auto known = known_.find(body);
    if (known == known_.end()) known = known_.emplace(body, NestedProgram(pass_(*body))).first;
    changed_.set(name, known->second);
  }
  return changed ? changed_ : attributes;
}

}  // namespace wengert
