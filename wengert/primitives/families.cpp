// SPDX-License-Identifier: Apache-2.0
#include "wengert/primitives/families.h"

#include <algorithm>
#include <fmt/format.h>

#include "wengert/primitives/arithmetic.h"
#include "wengert/primitives/rearrange.h"

namespace wengert {

std::vector<Expr> align(const Primitive& primitive, std::span<const Expr> operands, Site site) {
  Recording& recording = Recording::current();
  std::optional<DType> dtype;
  Shape shape;
  for (const Expr& e : operands) {
    if (e.is_literal()) continue;
    const Type& type = recording.builder().type(recording.value(e, site));
    if (dtype && *dtype != type.dtype)
      throw ShapeError("W205", fmt::format("{} needs operands of one dtype; found {} and {}", primitive.name, to_string(*dtype), to_string(type.dtype)),
                       to_string(site), "convert one of them: convert(x, DType::...)");
    dtype = type.dtype;
    shape = broadcast(shape, type.shape);
  }
  std::vector<Expr> aligned;
  for (const Expr& e : operands) {
    const Expr value = e.is_literal() ? recording.expr(recording.builder().literal(e.literal(), dtype.value_or(recording.default_float))) : e;
    aligned.push_back(broadcast_to({value, site}, shape));
  }
  return aligned;
}

std::vector<Expr> align(const Primitive& primitive, std::initializer_list<Expr> operands, Site site) {
  return align(primitive, std::span(operands.begin(), operands.size()), site);
}

std::vector<Expr> with_leading_axis(const BatchRule& rule) {
  std::vector<Expr> operands(rule.operands.begin(), rule.operands.end());
  for (size_t k = 0; k < operands.size(); ++k)
    if (!rule.batched[k]) operands[k] = broadcast_to(operands[k], operands[k].shape().with(0, rule.size));
  return operands;
}

std::vector<Type> ElementwisePrimitive::infer(const Signature& s) const {
  const auto same = [&](const Type& type) { return type == s.operands[0]; };
  const bool floats = std::ranges::all_of(s.operands, [](const Type& type) { return is_float(type.dtype); });
  s.require(!s.operands.empty() && floats, "float operands of one type", "cast integers and truth values to f64 or f32 first");
  s.require(std::ranges::all_of(s.operands, same), "float operands of one type", "broadcast or convert them to one type first");
  return {s.operands[0]};
}

std::vector<Expr> ElementwisePrimitive::batch(const BatchRule& rule) const {
  return record_all(*this, with_leading_axis(rule));
}

Tangents ElementwisePrimitive::transpose(const TransposeRule&) const {
  // Reached only if a rule recorded an elementwise instruction that is not linear where it should be.
  throw InternalError("W902", fmt::format("{} is elementwise and has no transpose of its own", name));
}

Expr ArrayPrimitive::operator()(Sited first, std::initializer_list<Expr> rest, const Attributes& attributes) const {
  std::vector<Expr> operands{first.expr};
  operands.insert(operands.end(), rest.begin(), rest.end());
  return record_all(*this, operands, attributes, first.site)[0];
}

Tangents Linear::jvp(const JvpRule& rule) const {
  std::vector<Expr> operands(rule.operands.begin(), rule.operands.end());
  for (size_t k = 0; k < operands.size(); ++k)
    if (is_float(operands[k].type().dtype)) operands[k] = rule.tangent(static_cast<int>(k));
  const auto results = record_all(*this, operands, rule.attributes);
  return {results.begin(), results.end()};
}

Tangents Bilinear::jvp(const JvpRule& rule) const {
  std::optional<Expr> sum;
  for (int k = 0; k < 2; ++k) {
    if (!rule.active(k)) continue;
    std::vector<Expr> operands(rule.operands.begin(), rule.operands.end());
    operands[static_cast<size_t>(k)] = rule.tangent(k);
    const Expr term = record_all(*this, operands, rule.attributes)[0];
    sum = sum ? *sum + term : term;
  }
  return {sum};
}

}  // namespace wengert
