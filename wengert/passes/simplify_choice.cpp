// SPDX-License-Identifier: Apache-2.0
//
// Rules of select, of logic, and of max, min and abs.
#include <array>

#include "wengert/passes/simplify_rules.h"
#include "wengert/primitives/arithmetic.h"
#include "wengert/primitives/select.h"

namespace wengert {
namespace {

// select(true, a, b) -> a, select(false, a, b) -> b
ValueId select_known(Simplifier& s, const PendingLine& line) {
  const auto condition = s.uniform(line[0]);
  return condition ? line[*condition != 0 ? 1 : 2] : no_value;
}

// select(c, a, a) -> a
ValueId select_equal(Simplifier&, const PendingLine& line) { return line[1] == line[2] ? line[1] : no_value; }

// select(not c, a, b) -> select(c, b, a)
ValueId select_not(Simplifier& s, const PendingLine& line) {
  return s.is(line[0], logical_not_p) ? s.make(select_p, {s.operand(line[0]), line[2], line[1]}) : no_value;
}

// select(c, select(c, a, b), d) -> select(c, a, d), select(c, a, select(c, b, d)) -> select(c, a, d)
ValueId select_again(Simplifier& s, const PendingLine& line) {
  std::array<ValueId, 3> operands{line[0], line[1], line[2]};
  for (size_t k : {1, 2})
    if (s.is(operands[k], select_p) && s.operand(operands[k]) == line[0]) operands[k] = s.operand(operands[k], k);
  return operands[1] == line[1] && operands[2] == line[2] ? no_value : s.make(select_p, operands);
}

// not not c -> c
ValueId not_not(Simplifier& s, const PendingLine& line) {
  return s.is(line[0], logical_not_p) ? s.operand(line[0]) : no_value;
}

/// Whether one operand is the other's negation.
bool are_opposite(const Simplifier& s, const PendingLine& line) {
  for (size_t k : {0, 1})
    if (s.is(line[k], logical_not_p) && s.operand(line[k]) == line[1 - k]) return true;
  return false;
}

// c and c -> c, c and not c -> false, c and true -> c, c and false -> false
ValueId known_and(Simplifier& s, const PendingLine& line) {
  if (line[0] == line[1]) return line[0];
  if (are_opposite(s, line)) return s.number(0, s.type(line[0]));
  for (size_t k : {0, 1})
    if (const auto known = s.uniform(line[k])) return line[*known != 0 ? 1 - k : k];
  return no_value;
}

// c or c -> c, c or not c -> true (the masks of both sides of a select), c or false -> c, c or true -> true
ValueId known_or(Simplifier& s, const PendingLine& line) {
  if (line[0] == line[1]) return line[0];
  if (are_opposite(s, line)) return s.number(1, s.type(line[0]));
  for (size_t k : {0, 1})
    if (const auto known = s.uniform(line[k])) return line[*known != 0 ? k : 1 - k];
  return no_value;
}

// max(x, x) -> x, min(x, x) -> x
ValueId extreme_of_one(Simplifier&, const PendingLine& line) { return line[0] == line[1] ? line[0] : no_value; }

// abs(-x) -> abs(x), abs(abs(x)) -> abs(x)
ValueId abs_of_sign(Simplifier& s, const PendingLine& line) {
  if (s.is(line[0], abs_p)) return line[0];
  return s.is(line[0], neg_p) ? s.make(abs_p, {s.operand(line[0])}) : no_value;
}

}  // namespace

std::span<const RuleFor> choice_rules() {
  static const std::array rules{
      RuleFor{select_p, select_known}, RuleFor{select_p, select_equal}, RuleFor{select_p, select_not},
      RuleFor{select_p, select_again}, RuleFor{logical_not_p, not_not}, RuleFor{logical_and_p, known_and},
      RuleFor{logical_or_p, known_or}, RuleFor{max_p, extreme_of_one},  RuleFor{min_p, extreme_of_one},
      RuleFor{abs_p, abs_of_sign},
  };
  return rules;
}

}  // namespace wengert
