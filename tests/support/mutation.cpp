// SPDX-License-Identifier: Apache-2.0
#include "mutation.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "wengert/passes/rewrite.h"
#include "wengert/primitives/primitives.h"

namespace wengert {
namespace {

constexpr std::array changes_of_value{Mutation::negate, Mutation::scale_a_little, Mutation::scale_by_two, Mutation::drop, Mutation::add_one};

Expr changed_value(Mutation::Kind kind, const Expr& e) {
  switch (kind) {
    case Mutation::negate: return -e;
    case Mutation::scale_a_little: return e * 1.001;
    case Mutation::scale_by_two: return e * 2;
    case Mutation::drop: return e * 0;
    case Mutation::add_one: return e + 1;
    default: return e;
  }
}

bool changes_value(Mutation::Kind kind) { return std::ranges::find(changes_of_value, kind) != changes_of_value.end(); }

/// Attributes that hold a nested Program, or a flag, in order.
std::vector<std::string> names_of_programs(const Attributes& attributes) {
  std::vector<std::string> names;
  for (const auto& [name, value] : attributes)
    if (std::holds_alternative<NestedProgram>(value)) names.push_back(name);
  return names;
}

std::vector<std::string> names_of_flags(const Attributes& attributes) {
  std::vector<std::string> names;
  for (const auto& [name, value] : attributes)
    if (std::holds_alternative<bool>(value)) names.push_back(name);
  return names;
}

/// Recording of a rule again, with the change made on the way.
class Mutating {
 public:
  Mutating(const Program& rule, const Mutation& m) : rule_(rule), m_(m), recording_(rule.name()) {
    for (const Type& type : rule.input_types()) {
      values_.push_back(recording_.input(type));
      if (is_float(type.dtype)) recording_.default_float = type.dtype;
    }
  }

  Program operator()() {
    if (m_.kind == Mutation::move_input && m_.line < values_.size()) values_[m_.line] = values_[m_.line] * 1.25;
    for (uint32_t i = static_cast<uint32_t>(rule_.inputs()); i < rule_.size();) {
      const Instruction line = rule_[ValueId{i}];
      if (rule_.is_constant(line.value)) values_.push_back(constant(rule_.constant(line.value)));
      else for (const Expr& e : instruction(line)) values_.push_back(e);
      if (is_target(i) && is_float(values_[i].type().dtype)) values_[i] = changed_value(m_.kind, values_[i]);
      i += static_cast<uint32_t>(line.results);
    }
    return recording_.finish(outputs());
  }

 private:
  bool is_target(size_t line) const { return !m_.at_output && m_.path.empty() && m_.line == line; }

  std::vector<Expr> instruction(const Instruction& line) {
    std::vector<Expr> operands;
    for (ValueId v : line.operands) operands.push_back(values_[index(v)]);
    Attributes attributes = line.attributes;
    if (is_target(index(line.value))) {  // another trace of the rule may have another line here
      if (m_.kind == Mutation::swap_operands && m_.place + 1 < operands.size()) std::swap(operands[m_.place], operands[m_.place + 1]);
      if (m_.kind == Mutation::pass_operand && line.results == 1 && m_.place < operands.size()) return {operands[m_.place]};
      if (const auto names = names_of_flags(attributes); m_.kind == Mutation::flip_flag && m_.place < names.size())
        attributes.set(names[m_.place], !attributes.flag(names[m_.place]));
    }
    if (!m_.path.empty() && m_.path[0] == index(line.value)) {
      Mutation inside = m_;
      inside.path.erase(inside.path.begin());
      for (const auto& name : names_of_programs(attributes)) attributes.set(name, NestedProgram(mutated(attributes.program(name), inside)));
    }
    return record_all(line.primitive, operands, attributes);
  }

  std::vector<Expr> outputs() {
    std::vector<Expr> results;
    for (ValueId v : rule_.outputs()) results.push_back(values_[index(v)]);
    if (!m_.at_output || !m_.path.empty()) return results;
    if (m_.kind == Mutation::swap_outputs && m_.place + 1 < results.size()) std::swap(results[m_.place], results[m_.place + 1]);
    else if (changes_value(m_.kind) && m_.place < results.size()) results[m_.place] = changed_value(m_.kind, results[m_.place]);
    return results;
  }

  const Program& rule_;
  const Mutation& m_;
  Recording recording_;
  std::vector<Expr> values_;
};

void append_mutations_of_line(const Program& rule, ValueId v, std::vector<Mutation>& all) {
  const size_t line = index(v);
  if (is_float(rule.type(v).dtype))
    for (const auto kind : changes_of_value) all.push_back({kind, line});
  if (rule.is_constant(v)) return;
  const auto operands = rule.operands(v);
  for (size_t k = 0; k < operands.size(); ++k) {
    const bool same_as_next = k + 1 < operands.size() && rule.type(operands[k]) == rule.type(operands[k + 1]);
    if (same_as_next && operands[k] != operands[k + 1]) all.push_back({Mutation::swap_operands, line, k});
    if (rule.type(operands[k]) == rule.type(v) && rule[v].results == 1) all.push_back({Mutation::pass_operand, line, k});
  }
  for (size_t k = 0; k < names_of_flags(rule.attributes(v)).size(); ++k) all.push_back({Mutation::flip_flag, line, k});
  for (const auto& name : names_of_programs(rule.attributes(v)))
    for (Mutation inside : mutations_of(rule.attributes(v).program(name))) {
      inside.path.insert(inside.path.begin(), line);
      all.push_back(inside);
    }
}

}  // namespace

std::string to_string(const Mutation& m) {
  static constexpr const char* names[] = {"none",          "negate",       "times 1.001", "times 2",   "drop",        "plus 1",
                                          "swap operands", "pass operand", "move input",  "flip flag", "swap outputs"};
  std::string where;
  for (size_t line : m.path) where += fmt::format("%{} / ", line);
  where += m.at_output ? fmt::format("output {}", m.place) : fmt::format("%{}, place {}", m.line, m.place);
  return fmt::format("{} at {}", names[m.kind], where);
}

std::vector<Mutation> mutations_of(const Program& rule) {
  std::vector<Mutation> all;
  for (size_t k = 0; k < rule.inputs(); ++k)
    if (is_float(rule.type(ValueId{static_cast<uint32_t>(k)}).dtype)) all.push_back({Mutation::move_input, k});
  for_each_instruction(rule, [&](ValueId v) { append_mutations_of_line(rule, v, all); });
  const auto outputs = rule.outputs();
  for (size_t k = 0; k < outputs.size(); ++k) {
    const bool input = rule.is_input(outputs[k]);
    if (input && is_float(rule.type(outputs[k]).dtype))
      for (const auto kind : changes_of_value) all.push_back({kind, 0, k, true});
    if (k + 1 < outputs.size() && rule.type(outputs[k]) == rule.type(outputs[k + 1]) && outputs[k] != outputs[k + 1])
      all.push_back({Mutation::swap_outputs, 0, k, true});
  }
  return all;
}

Program mutated(const Program& rule, const Mutation& mutation) { return Mutating(rule, mutation)(); }

Program with_record(const Program& p, const Primitive& from, const Primitive& to) {
  Recording recording(p.name());
  std::vector<Expr> values;
  for (const Type& type : p.input_types()) values.push_back(recording.input(type));
  BodyRewriter bodies([&](const Program& body) { return with_record(body, from, to); });
  for_each_instruction(p, [&](ValueId v) {
    const Instruction line = p[v];
    std::vector<Expr> operands;
    for (ValueId operand : line.operands) operands.push_back(values[index(operand)]);
    if (p.is_constant(v)) values.push_back(constant(p.constant(v)));
    else for (const Expr& e : record_all(&line.primitive == &from ? to : line.primitive, operands, bodies(line.attributes))) values.push_back(e);
  });
  std::vector<Expr> outputs;
  for (ValueId v : p.outputs()) outputs.push_back(values[index(v)]);
  return recording.finish(outputs);
}

}  // namespace wengert
