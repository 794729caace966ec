// SPDX-License-Identifier: Apache-2.0
//
// Rules of what moves elements, and constant folding.
#include <algorithm>
#include <array>
#include <numeric>

#include "wengert/kernel/interpret.h"
#include "wengert/passes/simplify_rules.h"
#include "wengert/primitives/rearrange.h"
#include "wengert/primitives/reduce.h"

namespace wengert {
namespace {

constexpr int64_t largest_folded_result = 64, largest_folded_operands = 4096;

Attributes shape_attribute(const Shape& shape) { return {{"shape", std::vector<int64_t>(shape.begin(), shape.end())}}; }

// broadcast to the shape that is there already -> x
ValueId broadcast_to_same(Simplifier& s, const PendingLine& line) {
  return s.type(line[0]).shape == line.attributes.shape("shape") ? line[0] : no_value;
}

// broadcast of broadcast -> broadcast
ValueId broadcast_twice(Simplifier& s, const PendingLine& line) {
  return s.is(line[0], broadcast_p) ? s.make(broadcast_p, {s.operand(line[0])}, line.attributes) : no_value;
}

// broadcast of reshape that only puts axes of extent 1 in front -> broadcast
ValueId broadcast_of_leading_ones(Simplifier& s, const PendingLine& line) {
  if (!s.is(line[0], reshape_p)) return no_value;
  const Shape inner = s.type(s.operand(line[0])).shape, outer = s.type(line[0]).shape;
  const int lead = outer.rank() - inner.rank();
  if (lead < 0 || !std::equal(inner.begin(), inner.end(), outer.begin() + lead)) return no_value;
  return s.make(broadcast_p, {s.operand(line[0])}, line.attributes);
}

// reshape or transpose of a number repeated -> the number repeated in the other shape
ValueId move_uniform(Simplifier& s, const PendingLine& line) {
  if (!s.is(line[0], broadcast_p) || !s.type(s.operand(line[0])).is_scalar()) return no_value;
  std::vector<int64_t> extents;
  const Shape shape = s.type(line[0]).shape;
  if (&line.primitive == &reshape_p) return s.make(broadcast_p, {s.operand(line[0])}, line.attributes);
  for (int64_t axis : line.attributes.integers("order")) extents.push_back(shape[static_cast<int>(axis)]);
  return s.make(broadcast_p, {s.operand(line[0])}, shape_attribute(Shape(extents)));
}

// reshape to the shape that is there already -> x
ValueId reshape_to_same(Simplifier& s, const PendingLine& line) { return broadcast_to_same(s, line); }

// reshape of reshape -> reshape
ValueId reshape_twice(Simplifier& s, const PendingLine& line) {
  return s.is(line[0], reshape_p) ? s.make(reshape_p, {s.operand(line[0])}, line.attributes) : no_value;
}

// transpose that leaves the axes as they are -> x
ValueId transpose_nothing(Simplifier&, const PendingLine& line) {
  return std::ranges::is_sorted(line.attributes.integers("order")) ? line[0] : no_value;
}

// transpose of transpose -> transpose
ValueId transpose_twice(Simplifier& s, const PendingLine& line) {
  if (!s.is(line[0], transpose_p)) return no_value;
  const auto& first = s.attributes(line[0]).integers("order");
  std::vector<int64_t> order;
  for (int64_t axis : line.attributes.integers("order")) order.push_back(first[static_cast<size_t>(axis)]);
  return s.make(transpose_p, {s.operand(line[0])}, {{"order", order}});
}

// sum over axes of extent 1, or over none -> reshape
ValueId sum_of_single_elements(Simplifier& s, const PendingLine& line) {
  Shape shape = s.type(line[0]).shape;
  std::vector<int64_t> axes = line.attributes.integers("axes");
  if (std::ranges::any_of(axes, [&](int64_t axis) { return shape[static_cast<int>(axis)] != 1; })) return no_value;
  std::ranges::sort(axes, std::greater());
  for (int64_t axis : axes) shape = shape.without(static_cast<int>(axis));
  return s.make(reshape_p, {line[0]}, shape_attribute(shape));
}

/// The result of running the record's native loop or kernel on numbers.
Array computed(const PendingLine& line, const Type& type, std::span<const Type> operand_types,
               std::span<const Array> operands) {
  Array result(type);
  std::vector<const void*> in;
  for (const Array& operand : operands) in.push_back(operand.view().data);
  if (const auto loop = line.primitive.native_loop(type.dtype); loop != nullptr && line.attributes.empty()) {
    loop(in.data(), result.mutable_view().data, type.elements());
    return result;
  }
  KernelBuilder builder(operand_types, {&type, 1});
  line.primitive.kernel(builder, line.attributes);
  std::vector<void*> buffers;
  for (const void* data : in) buffers.push_back(const_cast<void*>(data));  // operands are only read
  buffers.push_back(result.mutable_view().data);
  KernelInterpreter().run(builder.finish(), buffers);
  return result;
}

/// Whether all operands are known, and few enough numbers to compute with now.
bool foldable(Simplifier& s, const PendingLine& line) {
  if (line.operands.empty() || !line.primitive.has_kernel() || &line.primitive == &broadcast_p) return false;
  int64_t elements = 0;
  for (ValueId v : line.operands) {
    if (!s.is_constant(v) && !s.uniform(v)) return false;
    elements += s.type(v).elements();
  }
  return elements <= largest_folded_operands || line.primitive.family == Family::elementwise;
}

}  // namespace

ValueId fold_constants(Simplifier& s, const PendingLine& line) {
  if (!foldable(s, line)) return no_value;
  const bool repeated = line.primitive.family == Family::elementwise &&
                        std::ranges::all_of(line.operands, [&](ValueId v) { return s.uniform(v).has_value(); });
  std::vector<Type> types;
  std::vector<Array> operands;
  for (ValueId v : line.operands) {
    types.push_back(repeated ? Type{s.type(v).dtype, {}} : s.type(v));
    if (!repeated && types.back().elements() > largest_folded_operands) return no_value;
    operands.push_back(s.is_constant(v) && !repeated ? s.constant_value(v)
                                                     : Array::filled(types.back(), *s.uniform(v)));
  }
  const auto results = line.primitive.infer({line.primitive, types, line.attributes});
  if (results.size() != 1 || results[0].elements() > largest_folded_result) return no_value;
  const Array value = computed(line, results[0], types, operands);
  return repeated ? s.number(value.item(), s.type(line[0])) : s.constant(value);
}

std::span<const RuleFor> array_rules() {
  static const std::array rules{
      RuleFor{broadcast_p, broadcast_to_same},
      RuleFor{broadcast_p, broadcast_twice},
      RuleFor{broadcast_p, broadcast_of_leading_ones},
      RuleFor{reshape_p, reshape_to_same},
      RuleFor{reshape_p, reshape_twice},
      RuleFor{reshape_p, move_uniform},
      RuleFor{transpose_p, transpose_nothing},
      RuleFor{transpose_p, transpose_twice},
      RuleFor{transpose_p, move_uniform},
      RuleFor{sum_p, sum_of_single_elements},
  };
  return rules;
}

}  // namespace wengert
