// SPDX-License-Identifier: Apache-2.0
//
// Rules for parts of arrays. The cotangent of an array of which parts were used is a sum of padded parts, each as large
// as the whole; where parts lie side by side it is their concatenation.
#include <algorithm>
#include <array>

#include "wengert/passes/simplify_rules.h"
#include "wengert/primitives/arithmetic.h"
#include "wengert/primitives/rearrange.h"
#include "wengert/primitives/slice.h"

namespace wengert {
namespace {

using List = std::vector<int64_t>;

bool all_zero(const List& list) { return std::ranges::all_of(list, [](int64_t count) { return count == 0; }); }

bool has_interior(const Attributes& attributes) { return attributes.has("interior") && !all_zero(attributes.integers("interior")); }

/// pad(x) with nothing around it is x
ValueId pad_by_nothing(Simplifier&, const PendingLine& line) {
  const bool nothing = all_zero(line.attributes.integers("low")) && all_zero(line.attributes.integers("high"));
  return nothing && !has_interior(line.attributes) ? line[0] : no_value;
}

/// The one axis along which `a` ends where `b` begins, all else being equal; -1: there is none.
int meeting_axis(const List& low_a, const List& high_a, const List& low_b, const List& high_b, const Shape& shape, const Shape& a) {
  int axis = -1;
  for (int k = 0; k < shape.rank(); ++k) {
    const auto at = static_cast<size_t>(k);
    if (low_a[at] == low_b[at] && high_a[at] == high_b[at]) continue;
    if (axis >= 0 || low_a[at] + a[k] != low_b[at]) return -1;
    axis = k;
  }
  return axis;
}

/// pad(x) + pad(y) of neighbours is pad(concatenate(x, y))
ValueId add_neighbours(Simplifier& s, const PendingLine& line) {
  if (!s.is(line[0], pad_p) || !s.is(line[1], pad_p)) return no_value;
  for (const auto& [first, second] : {std::pair(line[0], line[1]), std::pair(line[1], line[0])}) {
    const Attributes a = s.attributes(first), b = s.attributes(second);
    if (has_interior(a) || has_interior(b)) return no_value;
    const ValueId x = s.operand(first), y = s.operand(second);
    const int axis = meeting_axis(a.integers("low"), a.integers("high"), b.integers("low"), b.integers("high"), s.type(first).shape, s.type(x).shape);
    if (axis < 0) continue;
    List high = a.integers("high");
    high[static_cast<size_t>(axis)] = b.integers("high")[static_cast<size_t>(axis)];
    const ValueId both = s.make(concatenate_p, {x, y}, {{"axis", int64_t{axis}}});
    return s.make(pad_p, {both}, {{"low", a.integers("low")}, {"high", high}});
  }
  return no_value;
}

/// concatenate(concatenate(x, y), z) along one axis is concatenate(x, y, z)
ValueId concatenate_flat(Simplifier& s, const PendingLine& line) {
  const int64_t axis = line.attributes.integer("axis");
  if (line.operands.size() == 1) return line[0];
  std::vector<ValueId> parts;
  bool flat = true;
  for (ValueId v : line.operands) {
    const bool nested = s.is(v, concatenate_p) && s.attributes(v).integer("axis") == axis;
    flat = flat && !nested;
    for (size_t k = 0; nested && k < s.operands(v).size(); ++k) parts.push_back(s.operand(v, k));
    if (!nested) parts.push_back(v);
  }
  return flat ? no_value : s.make(concatenate_p, parts, line.attributes);
}

}  // namespace

std::span<const RuleFor> part_rules() {
  static const std::array rules{
      RuleFor{pad_p, pad_by_nothing},
      RuleFor{add_p, add_neighbours},
      RuleFor{concatenate_p, concatenate_flat},
  };
  return rules;
}

}  // namespace wengert
