// SPDX-License-Identifier: Apache-2.0
//
// The printer of ir/text.h: two passes over the lines, one that finds the constants that can be written in place (those
// that the reader would put where they are), one that writes.
#include <cmath>
#include <map>
#include <set>

#include "wengert/ir/primitive.h"
#include "wengert/ir/registry.h"
#include "wengert/ir/text.h"
#include "wengert/ir/text_reader.h"

namespace wengert {
namespace text {
namespace {

/// Writes one Program.
class Printer {
 public:
  Printer(const Program& program, const NestedNames& nested, RepeatBudget& budget)
      : program_(program), nested_(nested), budget_(budget), in_place_(program.size()) {
    choose_names();
    choose_constants();
  }

  /// "(inputs) {...}", without the name in front.
  std::string write();

 private:
  void choose_names();
  void choose_constants();
  void choose_constants_before(uint32_t line, std::span<const ValueId> operands, std::vector<bool>& used);
  bool can_stand_in_place(ValueId v) const;
  void append_value(ValueId v);
  void append_line(const Instruction& instruction);
  void append_list(std::span<const ValueId> values);

  const Program& program_;
  const NestedNames& nested_;
  RepeatBudget& budget_;
  std::map<ValueId, std::string_view> names_;  // each name once
  std::vector<bool> in_place_;
  std::string text_;
};

void Printer::choose_names() {
  std::set<std::string_view> taken;
  for (uint32_t i = 0; i < program_.size(); ++i) {
    const std::string_view name = program_.value_name(ValueId{i});
    if (!name.empty() && taken.insert(name).second) names_.emplace_hint(names_.end(), ValueId{i}, name);
  }
}

bool Printer::can_stand_in_place(ValueId v) const {
  const Type& type = program_.type(v);
  if (!program_.is_constant(v) || !type.is_scalar() || !is_float(type.dtype) || names_.contains(v)) return false;
  return type.dtype == DType::f64 || std::isfinite(program_.literal(v));  // inf and nan take no suffix
}

/// The reader puts numbers that it has not seen right before the instruction, in the order of the operands: so the
/// longest run of lines before `line` that fits is written in place.
void Printer::choose_constants_before(uint32_t line, std::span<const ValueId> operands, std::vector<bool>& used) {
  std::vector<ValueId> fresh;
  for (ValueId v : operands) {
    if (index(v) >= used.size() || used[index(v)] || !program_.is_constant(v)) continue;
    used[index(v)] = true;
    fresh.push_back(v);
  }
  for (; !fresh.empty() && line > 0; fresh.pop_back()) {
    if (fresh.back() != ValueId{--line} || !can_stand_in_place(fresh.back())) return;
    in_place_[line] = true;
  }
}

void Printer::choose_constants() {
  std::vector<bool> used(program_.size());
  for (uint32_t i = 0; i < program_.size(); ++i) choose_constants_before(i, program_.operands(ValueId{i}), used);
  choose_constants_before(static_cast<uint32_t>(program_.size()), program_.outputs(), used);
}

void Printer::append_value(ValueId v) {
  if (index(v) < in_place_.size() && in_place_[index(v)]) {
    const bool single = program_.type(v).dtype == DType::f32;
    text_ += single ? real_text(static_cast<float>(program_.literal(v))) + "f32" : real_text(program_.literal(v));
    return;
  }
  const auto named = names_.find(v);
  if (named == names_.end())
    text_ += "%" + std::to_string(index(v));
  else
    text_ += name_text(named->second, operation(named->second) != nullptr);
}

void Printer::append_list(std::span<const ValueId> values) {
  const char* separator = "";
  for (ValueId v : values) {
    text_ += separator;
    append_value(v);
    separator = ", ";
  }
}

void Printer::append_line(const Instruction& instruction) {
  text_ += "  ";
  for (int k = 0; k < instruction.results; ++k) {
    if (k > 0) text_ += ", ";
    append_value(ValueId{static_cast<uint32_t>(instruction.value) + static_cast<uint32_t>(k)});
  }
  text_ += " = ";
  text_ += instruction.primitive.name;
  if (program_.is_constant(instruction.value)) {
    text_ += ' ';
    append_array(text_, program_.constant(instruction.value), budget_);
  }
  append_attributes(text_, instruction.attributes, nested_, budget_);
  for (ValueId v : instruction.operands) {
    text_ += ' ';
    append_value(v);
  }
  text_ += '\n';
}

std::string Printer::write() {
  text_ = "(";
  for (uint32_t i = 0; i < program_.inputs(); ++i) {
    if (i > 0) text_ += ", ";
    append_value(ValueId{i});
    text_ += ": " + to_string(program_.type(ValueId{i}));
  }
  text_ += ") {\n";
  for (auto i = static_cast<uint32_t>(program_.inputs()); i < program_.size();) {
    const Instruction instruction = program_[ValueId{i}];
    if (!in_place_[i]) append_line(instruction);
    i += static_cast<uint32_t>(instruction.results);
  }
  text_ += program_.outputs().empty() ? "  return" : "  return ";
  append_list(program_.outputs());
  text_ += "\n}\n";
  return std::move(text_);
}

/// A Program and all that are nested in it, innermost first; each list once, and equal texts of one name once.
class Collection {
 public:
  explicit Collection(const Program& program) {
    taken_.insert(program.name());
    write_nested(program);
    text_ += "program " + program_name(program.name()) + Printer(program, names_, budget_).write();
  }
  std::string take() { return std::move(text_); }

 private:
  static std::string program_name(const std::string& name) { return name_text(name, means_function(name)); }
  void write_nested(const Program& program);
  void write(const Program& program);
  std::string unused(const std::string& name);

  NestedNames names_;
  std::map<std::string, std::string> written_;  // text, with the name it had -> name it got
  std::map<std::string, int> count_;
  std::set<std::string> taken_;
  RepeatBudget budget_;
  std::string text_;
};

void Collection::write_nested(const Program& program) {
  for (uint32_t i = 0; i < program.size(); ++i)
    for (const auto& [name, value] : program.attributes(ValueId{i}))
      if (const auto* nested = std::get_if<NestedProgram>(&value)) write(**nested);
}

void Collection::write(const Program& program) {
  if (names_.contains(identity(program))) return;
  write_nested(program);
  RepeatBudget budget = budget_;
  std::string body = Printer(program, names_, budget).write();
  const auto [place, added] = written_.try_emplace(program.name() + "\n" + body);
  if (added) {
    budget_ = budget;
    place->second = unused(program.name());
    text_ += "program " + program_name(place->second) + body + "\n";
  }
  names_.emplace(identity(program), place->second);
}

std::string Collection::unused(const std::string& name) {
  std::string candidate = name;
  while (!taken_.insert(candidate).second)
    candidate = name + "_" + std::to_string(++count_.try_emplace(name, 1).first->second);
  return candidate;
}

}  // namespace
}  // namespace text

std::string print(const Program& program) { return text::Collection(program).take(); }

std::string print_file(const Program& program) { return "wengert 1\n\n" + print(program); }

}  // namespace wengert
