// SPDX-License-Identifier: Apache-2.0
//
// Rules of sums, products, quotients and powers. "Exact" is not said again: what is not exact is listed in simplify.h.
#include <array>
#include <cmath>

#include "wengert/passes/simplify_rules.h"
#include "wengert/primitives/arithmetic.h"

namespace wengert {
namespace {

// x + 0 -> x
ValueId add_zero(Simplifier& s, const PendingLine& line) {
  for (size_t k : {0, 1})
    if (s.is_number(line[k], 0)) return line[1 - k];
  return no_value;
}

// x + -y -> x - y
ValueId add_negated(Simplifier& s, const PendingLine& line) {
  for (size_t k : {1, 0})
    if (s.is(line[k], neg_p)) return s.make(sub_p, {line[1 - k], s.operand(line[k])});
  return no_value;
}

// x - 0 -> x
ValueId subtract_zero(Simplifier& s, const PendingLine& line) { return s.is_number(line[1], 0) ? line[0] : no_value; }

// 0 - x -> -x
ValueId subtract_from_zero(Simplifier& s, const PendingLine& line) {
  return s.is_number(line[0], 0) ? s.make(neg_p, {line[1]}) : no_value;
}

// x - -y -> x + y
ValueId subtract_negated(Simplifier& s, const PendingLine& line) {
  return s.is(line[1], neg_p) ? s.make(add_p, {line[0], s.operand(line[1])}) : no_value;
}

// x * 1 -> x
ValueId multiply_by_one(Simplifier& s, const PendingLine& line) {
  for (size_t k : {0, 1})
    if (s.is_number(line[k], 1)) return line[1 - k];
  return no_value;
}

// x * -1 -> -x
ValueId multiply_by_minus_one(Simplifier& s, const PendingLine& line) {
  for (size_t k : {0, 1})
    if (s.is_number(line[k], -1)) return s.make(neg_p, {line[1 - k]});
  return no_value;
}

// -x * -y -> x * y, -x * c -> x * -c
ValueId multiply_negated(Simplifier& s, const PendingLine& line) {
  for (size_t k : {0, 1}) {
    if (!s.is(line[k], neg_p)) continue;
    const ValueId other = line[1 - k];
    if (s.is(other, neg_p)) return s.make(mul_p, {s.operand(line[0]), s.operand(line[1])});
    if (const auto c = s.uniform(other)) return s.make(mul_p, {s.operand(line[k]), s.number(-*c, s.type(other))});
  }
  return no_value;
}

// x / 1 -> x, x / -1 -> -x
ValueId divide_by_one(Simplifier& s, const PendingLine& line) {
  if (s.is_number(line[1], 1)) return line[0];
  return s.is_number(line[1], -1) ? s.make(neg_p, {line[0]}) : no_value;
}

// x / 2^k -> x * 2^-k, where 2^-k is a normal number of both float types
ValueId divide_by_power_of_two(Simplifier& s, const PendingLine& line) {
  const auto c = s.uniform(line[1]);
  int exponent = 0;
  if (!c || std::abs(std::frexp(*c, &exponent)) != 0.5 || std::abs(exponent) > 120) return no_value;
  return s.make(mul_p, {line[0], s.number(1 / *c, s.type(line[1]))});
}

// -x / -y -> x / y
ValueId divide_negated(Simplifier& s, const PendingLine& line) {
  return s.is(line[0], neg_p) && s.is(line[1], neg_p) ? s.make(div_p, {s.operand(line[0]), s.operand(line[1])})
                                                      : no_value;
}

// --x -> x
ValueId negate_negated(Simplifier& s, const PendingLine& line) { return s.is(line[0], neg_p) ? s.operand(line[0]) : no_value; }

// -(a - b) -> b - a
ValueId negate_difference(Simplifier& s, const PendingLine& line) {
  return s.is(line[0], sub_p) ? s.make(sub_p, {s.operand(line[0], 1), s.operand(line[0], 0)}) : no_value;
}

// -(x * c) -> x * -c
ValueId negate_multiple(Simplifier& s, const PendingLine& line) {
  if (!s.is(line[0], mul_p)) return no_value;
  for (size_t k : {0, 1}) {
    const ValueId factor = s.operand(line[0], k), other = s.operand(line[0], 1 - k);
    if (const auto c = s.uniform(factor)) return s.make(mul_p, {other, s.number(-*c, s.type(factor))});
  }
  return no_value;
}

// x^0 -> 1 (also for NaN, as IEEE 754 has it), x^1 -> x, x^2 -> x * x, x^-1 -> 1 / x
ValueId small_power(Simplifier& s, const PendingLine& line) {
  const auto power = s.uniform(line[1]);
  if (!power) return no_value;
  if (*power == 0) return s.number(1, s.type(line[0]));
  if (*power == 1) return line[0];
  if (*power == 2) return s.make(mul_p, {line[0], line[0]});
  return *power == -1 ? s.make(div_p, {s.number(1, s.type(line[0])), line[0]}) : no_value;
}

// fma(a, b, 0) -> a * b, fma(1, b, c) -> b + c
ValueId small_fma(Simplifier& s, const PendingLine& line) {
  if (s.is_number(line[2], 0)) return s.make(mul_p, {line[0], line[1]});
  for (size_t k : {0, 1})
    if (s.is_number(line[k], 1)) return s.make(add_p, {line[1 - k], line[2]});
  return no_value;
}

}  // namespace

std::span<const RuleFor> arithmetic_rules() {
  static const std::array rules{
      RuleFor{add_p, add_zero},
      RuleFor{add_p, add_negated},
      RuleFor{sub_p, subtract_zero},
      RuleFor{sub_p, subtract_from_zero},
      RuleFor{sub_p, subtract_negated},
      RuleFor{mul_p, multiply_by_one},
      RuleFor{mul_p, multiply_by_minus_one},
      RuleFor{mul_p, multiply_negated},
      RuleFor{div_p, divide_by_one},
      RuleFor{div_p, divide_by_power_of_two},
      RuleFor{div_p, divide_negated},
      RuleFor{neg_p, negate_negated},
      RuleFor{neg_p, negate_difference},
      RuleFor{neg_p, negate_multiple},
      RuleFor{pow_p, small_power},
      RuleFor{fma_p, small_fma},
  };
  return rules;
}

}  // namespace wengert
