// SPDX-License-Identifier: Apache-2.0
#include "wengert/ad/partials.h"

#include "wengert/primitives/arithmetic.h"

namespace wengert {

EliminationCost& EliminationCost::operator+=(const EliminationCost& other) {
  multiplications += other.multiplications;
  unit_multiplications += other.unit_multiplications;
  additions += other.additions;
  number_multiplications += other.number_multiplications;
  number_additions += other.number_additions;
  return *this;
}

Coefficient coefficient(const Expr& e) {
  if (e.is_literal()) return {no_value, e.literal()};
  return {e.value(), 1};
}

Expr expr(const Coefficient& c) { return c.is_number() ? Expr(c.number) : Recording::current().expr(c.value); }

/// A number by its line, where it has one or needs one: two literals would be multiplied in the default float.
Expr PartialArithmetic::operand(const Partial& partial) const {
  if (partial.line != no_value) return Recording::current().expr(partial.line);
  if (!partial.is_number() || written_ == Counting::numbers_folded) return expr(partial);
  return constant(Array(partial.number).as(dtype_));
}

Partial PartialArithmetic::product(const Partial& a, const Partial& b, EliminationCost& cost) const {
  const bool unit = a.is_unit() || b.is_unit(), numbers = a.is_number() && b.is_number();
  ++cost.multiplications;
  cost.unit_multiplications += unit;
  cost.number_multiplications += numbers && !unit;
  Partial result{numbers ? Coefficient{no_value, a.number * b.number} : Coefficient{ValueId{0}, 1}};
  const bool is_line = written_ == Counting::all || (!unit && (written_ == Counting::units_free || !numbers));
  if (!is_line) {  // one of them is a unit, or both are numbers
    const auto& [one, other] = a.is_unit() ? std::pair(a, b) : std::pair(b, a);
    if (unit && one.number == 1) return other;
    if (mode_ == EliminationMode::count || (numbers && other.line == no_value)) return result;
    const Coefficient negated = coefficient(-operand(other));
    return numbers ? Partial{result, negated.value} : Partial{negated};
  }
  if (mode_ == EliminationMode::count) return result;
  const ValueId line = (operand(a) * operand(b)).value();
  return numbers ? Partial{result, line} : Partial{{line, 1}};
}

Partial PartialArithmetic::sum(const Partial& a, const Partial& b, EliminationCost& cost) const {
  const bool numbers = a.is_number() && b.is_number();
  ++cost.additions;
  cost.number_additions += numbers;
  const Partial result{numbers ? Coefficient{no_value, a.number + b.number} : Coefficient{ValueId{0}, 1}};
  if (mode_ == EliminationMode::count || (numbers && written_ == Counting::numbers_folded)) return result;
  const ValueId line = (operand(a) + operand(b)).value();
  return numbers ? Partial{result, line} : Partial{{line, 1}};
}

}  // namespace wengert
