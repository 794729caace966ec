// SPDX-License-Identifier: Apache-2.0
#include "wengert/passes/simplify.h"

#include "wengert/ir/registry.h"
#include "wengert/passes/dead_code.h"
#include "wengert/passes/rewrite.h"
#include "wengert/passes/simplify_rules.h"
#include "wengert/primitives/rearrange.h"

namespace wengert {
namespace {

/// The number that every element of a float or bool array is, by its bits.
std::optional<double> uniform_element(const Array& array) {
  if (array.dtype() == DType::i64 || array.elements() == 0) return {};
  const auto* bytes = static_cast<const std::byte*>(array.view().data);
  const size_t size = size_of(array.dtype());
  for (size_t at = size; at < array.type().bytes(); ++at)
    if (bytes[at] != bytes[at - size]) return {};
  return array[0];
}

}  // namespace

Simplifier::Simplifier(ProgramBuilder& to) : to_(to), table_(to.view()), rules_(primitives().size()) {
  for (const auto rules : {arithmetic_rules(), choice_rules(), array_rules(), part_rules()})
    for (const RuleFor& entry : rules) rules_[entry.primitive.id].push_back(entry.rule);
}

ValueId Simplifier::make(const Primitive& primitive, std::span<const ValueId> operands, const Attributes& attributes,
                         std::span<const Type> results) {
  const PendingLine line{primitive, operands, attributes};
  if (primitive.is_guard()) return to_.append(primitive, operands, attributes, site);
  if (const ValueId known = fold_constants(*this, line); known != no_value) return known;
  if (primitive.id < rules_.size())
    for (const Rule rule : rules_[primitive.id])
      if (const ValueId better = rule(*this, line); better != no_value) return better;
  if (const ValueId known = table_.find(primitive, operands, attributes); known != no_value) return known;
  const ValueId made = results.empty() ? to_.append(primitive, operands, attributes, site)
                                       : to_.append_typed(primitive, operands, attributes, results, site);
  table_.add(made);
  return made;
}

ValueId Simplifier::number(double value, const Type& type) {
  if (type.dtype == DType::boolean) return constant(Array::filled(type, value));
  const ValueId scalar = to_.literal(value, type.dtype);
  if (type.is_scalar()) return scalar;
  return make(broadcast_p, {scalar}, {{"shape", std::vector<int64_t>(type.shape.begin(), type.shape.end())}});
}

ValueId Simplifier::constant(const Array& value) {
  if (value.type().is_scalar() && is_float(value.dtype())) return to_.literal(value.item(), value.dtype());
  if (const ValueId known = table_.find(value); known != no_value) return known;
  const ValueId made = to_.constant(value);
  table_.add(made);
  uniform_arrays_[static_cast<uint32_t>(made)] = uniform_element(value);
  return made;
}

std::optional<double> Simplifier::uniform(ValueId v) const {
  while (is(v, broadcast_p) || is(v, reshape_p) || is(v, transpose_p)) v = operand(v);
  if (!is_constant(v)) return {};
  const auto array = uniform_arrays_.find(static_cast<uint32_t>(v));
  return array != uniform_arrays_.end() ? array->second : std::optional(lines().literal(v));
}

Program simplify(const Program& p) {
  Rewriter rewriter(p);
  BodyRewriter bodies(simplify);
  Simplifier simplifier(rewriter.to());
  std::vector<Type> types;
  for_each_instruction(p, [&](ValueId v) {
    simplifier.site = p.site(v);
    if (p.is_constant(v)) {
      const bool literal = p.type(v).is_scalar() && is_float(p.type(v).dtype);
      return literal ? void(rewriter.copy(v)) : rewriter.set(v, simplifier.constant(p.constant(v)));
    }
    const Instruction line = p[v];
    types.clear();
    for (int k = 0; k < line.results; ++k)
      types.push_back(p.type(ValueId{static_cast<uint32_t>(v) + static_cast<uint32_t>(k)}));
    rewriter.set_all(v, line.results,
                     simplifier.make(line.primitive, rewriter.operands(v), bodies(line.attributes), types));
  });
  return dead_code(rewriter.finish());
}

}  // namespace wengert
