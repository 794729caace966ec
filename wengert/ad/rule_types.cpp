// SPDX-License-Identifier: Apache-2.0
#include "wengert/ad/rule_types.h"

#include <fmt/format.h>

namespace wengert {
namespace {

bool fits(const std::optional<Expr>& given, const Type& type) {
  if (!given) return true;
  return is_float(type.dtype) && (given->is_literal() || given->type() == type);
}

bool all_fit(const Tangents& given, std::span<const Type> types) {
  if (given.size() != types.size()) return false;
  for (size_t k = 0; k < types.size(); ++k)
    if (!fits(given[k], types[k])) return false;
  return true;
}

/// "(f64[3], none)".
std::string listed(const Tangents& given) {
  std::string text;
  for (const auto& e : given) text += (text.empty() ? "" : ", ") + (e ? to_string(e->type()) : std::string("none"));
  return "(" + text + ")";
}

std::string listed(std::span<const Type> types) {
  std::string text;
  for (const Type& type : types)
    text += (text.empty() ? "" : ", ") + (is_float(type.dtype) ? to_string(type) : std::string("none"));
  return "(" + text + ")";
}

}  // namespace

void check_tangents(const Program& p, ValueId v, const Tangents& tangents) {
  const Instruction line = p[v];
  std::vector<Type> results;
  for (size_t k = 0; k < static_cast<size_t>(line.results); ++k)
    results.push_back(p.type(ValueId{static_cast<uint32_t>(index(v) + k)}));
  if (all_fit(tangents, results)) return;
  throw ShapeError("W208",
                   fmt::format("the JVP of {} must give tangents like its results, {}; it gives {}",
                               line.primitive.name, listed(results), listed(tangents)),
                   p.where(v), "give each float result a tangent of its own type, or none where it does not vary");
}

void check_cotangents(const Primitive& primitive, std::span<const Type> operands, const Tangents& cotangents) {
  if (all_fit(cotangents, operands)) return;
  throw ShapeError("W208",
                   fmt::format("the transpose of {} must give cotangents like its operands, {}; it gives {}",
                               primitive.name, listed(operands), listed(cotangents)),
                   {},
                   "give each operand the record is linear in a cotangent of its own type, or none where it is zero");
}

}  // namespace wengert
