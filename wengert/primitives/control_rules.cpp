// SPDX-License-Identifier: Apache-2.0
#include "wengert/primitives/control_rules.h"

#include <fmt/format.h>

#include "wengert/base/error.h"
#include "wengert/ir/remedy.h"

namespace wengert {

Flags flags(const Attributes& attributes, std::string_view name) {
  const auto& list = attributes.integers(name);
  return {list.begin(), list.end()};
}

std::vector<int64_t> as_integers(const Flags& flags) { return {flags.begin(), flags.end()}; }

Flags negated(Flags flags) {
  flags.flip();
  return flags;
}

Flags chosen(const Flags& flags, const Flags& which) {
  Flags result;
  for (size_t k = 0; k < flags.size(); ++k)
    if (which[k]) result.push_back(flags[k]);
  return result;
}

void append(Flags& flags, const Flags& more) { flags.insert(flags.end(), more.begin(), more.end()); }

Flags active_operands(const JvpRule& rule) {
  Flags active;
  for (const auto& tangent : rule.tangents) active.push_back(tangent.has_value());
  return active;
}

Flags linear_operands(const TransposeRule& rule) {
  Flags linear;
  for (const auto& operand : rule.operands) linear.push_back(!operand);
  return linear;
}

Flags given_cotangents(const TransposeRule& rule) {
  Flags given;
  for (const auto& cotangent : rule.cotangents) given.push_back(cotangent.has_value());
  return given;
}

std::vector<Expr> with_tangents(const JvpRule& rule) {
  std::vector<Expr> all(rule.operands.begin(), rule.operands.end());
  for (const auto& tangent : rule.tangents)
    if (tangent) all.push_back(*tangent);
  return all;
}

std::vector<Expr> with_cotangents(const TransposeRule& rule) {
  std::vector<Expr> all;
  for (const auto& operand : rule.operands)
    if (operand) all.push_back(*operand);
  for (const auto& cotangent : rule.cotangents)
    if (cotangent) all.push_back(*cotangent);
  return all;
}

Tangents spread(const std::vector<Expr>& values, const Flags& places) {
  Tangents all(places.size());
  size_t next = 0;
  for (size_t k = 0; k < places.size(); ++k)
    if (places[k]) all[k] = values[next++];
  return all;
}

namespace {

/// An operand whose `mapped` flag is the wrong way round, or one of another type.
std::string operand_remedy(size_t k, bool mapped, const Type& slice, const Type& expected, const Type& found) {
  const bool has_steps = found.shape.rank() > 0 && found.shape.without(0) == slice.shape;
  if (!mapped && has_steps) return fmt::format("mapped[{}] = true gives each step one entry of it", k);
  if (mapped && found == slice) return fmt::format("mapped[{}] = false gives each step all of it", k);
  return remedy_for(expected, found);
}

}  // namespace

void check_loop_operands(const Signature& s, const std::vector<Type>& body_inputs, const Flags& mapped, int64_t length) {
  s.require(mapped.size() == s.operands.size() && body_inputs.size() == s.operands.size(),
            fmt::format("the {} operands of its body, with a `mapped` flag each", body_inputs.size()),
            "give one operand for each input of the body, the carries of a scan first");
  for (size_t k = 0; k < mapped.size(); ++k) {
    Type expected = body_inputs[k];
    if (mapped[k]) expected.shape = expected.shape.with(0, length);
    if (s.operands[k] != expected)
      s.refuse(fmt::format("{} as operand {}", to_string(expected), k), operand_remedy(k, mapped[k], body_inputs[k], expected, s.operands[k]));
  }
}

int64_t loop_length(std::span<const Expr> operands, const Flags& mapped, int64_t length) {
  for (size_t k = 0; k < operands.size() && k < mapped.size(); ++k) {
    if (!mapped[k]) continue;
    if (operands[k].rank() == 0)
      throw ShapeError("W206", fmt::format("a loop needs a leading axis on operand {}; found {}", k, to_string(operands[k].type())),
                       to_string(Recording::current().site),
                       fmt::format("pass the values of all steps as one array, or mapped[{}] = false to use one in every step", k));
    return operands[k].shape()[0];
  }
  if (length < 0) throw UsageError("W122", "a loop without mapped operands needs a length", {}, "give `length`");
  return length;
}

template <class V> std::vector<V> slices(std::span<const V> views, const Flags& sliced, int64_t at) {
  std::vector<V> result(views.begin(), views.end());
  for (size_t k = 0; k < result.size(); ++k)
    if (sliced[k]) result[k].type.shape = result[k].type.shape.without(0);
  advance(result, sliced, at);
  return result;
}

template <class V> void advance(std::vector<V>& views, const Flags& sliced, int64_t by) {
  for (size_t k = 0; k < views.size(); ++k)
    if (sliced[k]) views[k].data = (char*)views[k].data + by * static_cast<int64_t>(views[k].type.bytes());
}

template std::vector<ConstView> slices(std::span<const ConstView>, const Flags&, int64_t);
template std::vector<View> slices(std::span<const View>, const Flags&, int64_t);
template void advance(std::vector<ConstView>&, const Flags&, int64_t);
template void advance(std::vector<View>&, const Flags&, int64_t);

}  // namespace wengert
