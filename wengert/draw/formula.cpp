// SPDX-License-Identifier: Apache-2.0
#include "wengert/draw/formula.h"

#include <array>
#include <functional>

#include <fmt/format.h>

#include "wengert/ir/primitive.h"
#include "wengert/ir/text_values.h"
#include "wengert/primitives/rearrange.h"

namespace wengert {
namespace {

/// How tightly a text binds; an operand that binds less is put in parentheses.
enum Binding { comparison = 0, sum = 1, product = 2, sign = 3, power = 4, tightest = 5 };

struct Formula {
  std::string text;
  Binding binding = tightest;
};

/// Operations that are written as signs. left, right: what their operands must bind like.
struct Sign {
  std::string_view primitive, sign;
  Binding binding, left, right;
};
constexpr std::array<Sign, 8> signs{{{"add", " + ", sum, sum, product},
                                     {"sub", " - ", sum, sum, product},
                                     {"mul", " * ", product, product, sign},
                                     {"div", " / ", product, product, sign},
                                     {"pow", "^", power, tightest, power},
                                     {"less", " < ", comparison, sum, sum},
                                     {"less_equal", " <= ", comparison, sum, sum},
                                     {"equal", " == ", comparison, sum, sum}}};

std::string in_parentheses(const Formula& f, Binding least) { return f.binding < least ? "(" + f.text + ")" : f.text; }

std::string attribute_text(const Attributes& attributes) {
  text::NestedNames nested;
  for (const auto& [name, value] : attributes)
    if (const auto* program = std::get_if<NestedProgram>(&value))
      nested[text::identity(**program)] = (**program).name();
  std::string result;
  text::RepeatBudget budget;
  text::append_attributes(result, attributes, nested, budget);
  return result.size() <= 60 ? result : "{...}";
}

/// One line with `operand` giving the formula of each operand.
Formula applied(const Program& p, ValueId v, const std::function<Formula(ValueId)>& operand) {
  const Instruction line = p[v];
  const std::string_view name = line.primitive.name;
  for (const Sign& s : signs)
    if (name == s.primitive && line.operands.size() == 2)
      return {in_parentheses(operand(line.operands[0]), s.left) + std::string(s.sign) +
                  in_parentheses(operand(line.operands[1]), s.right),
              s.binding};
  if (name == "neg") return {"-" + in_parentheses(operand(line.operands[0]), sign), sum};
  std::string text = std::string(name) + attribute_text(line.attributes) + "(";
  for (size_t k = 0; k < line.operands.size(); ++k) text += (k ? ", " : "") + operand(line.operands[k]).text;
  return {text + ")"};
}

Formula number_formula(double value, DType dtype) {
  const std::string text = dtype == DType::f32 ? shortest(static_cast<float>(value)) : shortest(value);
  return {text, text.starts_with('-') ? sum : tightest};
}

Formula label(const Program& p, ValueId v) {
  if (const auto number = written_number(p, v)) return number_formula(*number, p.type(v).dtype);
  const auto name = p.value_name(v);
  return {name.empty() ? fmt::format("%{}", index(v)) : std::string(name)};
}

Formula expanded(const Program& p, ValueId v, size_t& left) {
  if (written_number(p, v) || p.is_input(v) || !p.value_name(v).empty() || p.is_constant(v)) return label(p, v);
  if (&p.primitive(v) == &result_p) return label(p, v);
  if (left == 0) return {"..."};
  const Formula f = applied(p, v, [&](ValueId operand) {
    left -= std::min<size_t>(left, 3);
    return expanded(p, operand, left);
  });
  return f;
}

}  // namespace

std::optional<double> written_number(const Program& p, ValueId v) {
  if (&p.primitive(v) == &broadcast_p && p.value_name(v).empty()) return written_number(p, p.operands(v)[0]);
  if (p.is_constant(v) && p.type(v).is_scalar() && is_float(p.type(v).dtype)) return p.literal(v);
  return {};
}

std::string value_label(const Program& p, ValueId v) { return label(p, v).text; }

std::string line_formula(const Program& p, ValueId v) {
  if (p.is_input(v)) return to_string(p.type(v));
  if (written_number(p, v)) return label(p, v).text;
  if (p.is_constant(v)) return to_string(p.type(v)) + " constant";
  if (&p.primitive(v) == &result_p) return "a further result of " + label(p, p.operands(v)[0]).text;
  return applied(p, v, [&](ValueId operand) { return label(p, operand); }).text;
}

std::string expanded_formula(const Program& p, ValueId v, size_t most) {
  size_t left = most;
  return expanded(p, v, left).text;
}

}  // namespace wengert
