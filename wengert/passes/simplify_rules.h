// SPDX-License-Identifier: Apache-2.0
//
// The workings of simplify: a rule looks at an instruction about to be recorded, whose operands are simple already, and
// returns the value to use in its place. So one walk forwards reaches the fixed point. A rule makes new instructions
// through the Simplifier, which applies the rules to them in turn; every rule leads to something smaller.
#pragma once

#include <optional>
#include <unordered_map>

#include "wengert/passes/value_table.h"

namespace wengert {

/// An instruction about to be recorded, on operands of the new Program.
struct PendingLine {
  const Primitive& primitive;
  std::span<const ValueId> operands;
  const Attributes& attributes;
  ValueId operator[](size_t k) const { return operands[k]; }
};

class Simplifier;

/// The value to use instead, or no_value where the rule does not apply.
using Rule = ValueId (*)(Simplifier& s, const PendingLine& line);

/// A rule and the primitive it looks at.
struct RuleFor {
  const Primitive& primitive;
  Rule rule;
};

std::span<const RuleFor> arithmetic_rules();  ///< sums, products, powers
std::span<const RuleFor> choice_rules();      ///< select, logic, max, min, abs
std::span<const RuleFor> part_rules();        ///< pad, concatenate
std::span<const RuleFor> array_rules();       ///< broadcast, reshape, transpose, sum
/// Whatever the primitive: constant operands give a constant, elementwise operations on one number repeated give one
/// number repeated.
ValueId fold_constants(Simplifier& s, const PendingLine& line);

/// Records instructions after simplification; shared by simplify and scalarize.
class Simplifier {
 public:
  explicit Simplifier(ProgramBuilder& to);

  Site site;  ///< of the lines made from now on

  /// The (first) result of an instruction: by a rule, or an equal line that is there already, or recorded now.
  /// results: its types where the caller knows them; otherwise they are inferred.
  ValueId make(const Primitive& primitive, std::span<const ValueId> operands, const Attributes& attributes = {},
               std::span<const Type> results = {});
  ValueId make(const Primitive& primitive, std::initializer_list<ValueId> operands, const Attributes& attributes = {}) {
    return make(primitive, std::span(operands.begin(), operands.size()), attributes);
  }
  /// One number in every element; a literal, broadcast where `type` is not a scalar.
  ValueId number(double value, const Type& type);
  ValueId constant(const Array& value);

  // What rules look at.
  bool is(ValueId v, const Primitive& primitive) const { return &lines().primitive(v) == &primitive; }
  Type type(ValueId v) const { return lines().type(v); }
  ValueId operand(ValueId v, size_t k = 0) const { return lines().operands(v)[k]; }
  std::span<const ValueId> operands(ValueId v) const { return lines().operands(v); }
  const Attributes& attributes(ValueId v) const { return lines().attributes(v); }
  /// The float (or 0 or 1 of a bool) that every element is known to be.
  std::optional<double> uniform(ValueId v) const;
  /// Whether every element is known to be this number; 0 stands for -0 too.
  bool is_number(ValueId v, double number) const { return uniform(v) == number; }
  bool is_constant(ValueId v) const { return lines().is_constant(v); }
  Array constant_value(ValueId v) const { return lines().constant(v); }

 private:
  const Program& lines() const { return to_.view(); }

  ProgramBuilder& to_;
  ValueTable table_;
  std::vector<std::vector<Rule>> rules_;                                // by number of the primitive
  std::unordered_map<uint32_t, std::optional<double>> uniform_arrays_;  // of constant lines that are arrays
};

}  // namespace wengert
