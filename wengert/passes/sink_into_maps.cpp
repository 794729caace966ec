// SPDX-License-Identifier: Apache-2.0
#include "wengert/passes/sink_into_maps.h"

#include <bit>
#include <optional>

#include "wengert/passes/rewrite.h"
#include "wengert/passes/trim_loops.h"
#include "wengert/primitives/control.h"
#include "wengert/primitives/rearrange.h"

namespace wengert {
namespace {

using Extents = std::vector<int64_t>;

Extents extents_of(const Shape& shape) { return {shape.begin(), shape.end()}; }

/// One part of a concatenation as its map's body has it: a result, or a number repeated.
struct Part {
  ValueId map = no_value;
  size_t result = 0;
  std::optional<double> number = {};
  Type slice;  ///< of one point
};

/// The number that all elements of a float value are, by the look of its line.
std::optional<double> repeated_number(const Program& p, ValueId v) {
  while (&p.primitive(v) == &broadcast_p || &p.primitive(v) == &reshape_p) v = p.operands(v)[0];
  if (!p.is_constant(v) || !is_float(p.type(v).dtype)) return {};
  const Array value = p.constant(v);
  if (value.elements() == 0) return {};
  for (int64_t i = 1; i < value.elements(); ++i)
    if (std::bit_cast<uint64_t>(value[i]) != std::bit_cast<uint64_t>(value[0])) return {};  // 0 is not -0
  return value[0];
}

std::optional<Part> part_of(const Program& p, ValueId v) {
  Type slice = p.type(v);
  if (slice.shape.rank() == 0) return {};
  const int64_t length = slice.shape[0];
  slice.shape = slice.shape.without(0);
  if (const auto number = repeated_number(p, v)) return Part{.number = *number, .slice = slice};
  while (&p.primitive(v) == &reshape_p) v = p.operands(v)[0];
  const ValueId map = &p.primitive(v) == &result_p ? p.operands(v)[0] : v;
  if (&p.primitive(map) != &map_p || p.attributes(map).integer("length") != length) return {};
  const size_t result = index(v) - index(map);
  if (p.attributes(map).integers("summed")[result] != 0) return {};
  return Part{.map = map, .result = result, .slice = slice};
}

/// The parts of a concatenation that one map can do; empty if there are others.
std::vector<Part> movable_parts(const Program& p, ValueId v) {
  if (&p.primitive(v) != &concatenate_p || p.attributes(v).integer("axis") == 0) return {};
  std::vector<Part> parts;
  ValueId map = no_value;
  for (ValueId operand : p.operands(v)) {
    const auto part = part_of(p, operand);
    if (!part || (map != no_value && part->map != no_value && part->map != map)) return {};
    if (part->map != no_value) map = part->map;
    parts.push_back(*part);
  }
  for (Part& part : parts) part.map = map;
  return map == no_value ? std::vector<Part>{} : parts;
}

/// The attributes of the map with the concatenation as one more result.
Attributes with_concatenation(const Attributes& old, std::span<const Part> parts, int64_t axis) {
  const Program& body = old.program("body");
  ProgramBuilder to(body.name());
  std::vector<ValueId> inputs, joined;
  for (const Type& type : body.input_types()) inputs.push_back(to.input(type));
  auto outputs = append_lines(body, inputs, to);
  for (const Part& part : parts) {
    const ValueId value = part.number ? to.constant(Array::filled(part.slice, *part.number)) : outputs[part.result];
    const bool same = to.type(value).shape == part.slice.shape;
    joined.push_back(same ? value : to.append(reshape_p, {&value, 1}, {{"shape", extents_of(part.slice.shape)}}));
  }
  outputs.push_back(to.append(concatenate_p, joined, {{"axis", axis}}));
  Attributes attributes = old;
  Extents summed = old.integers("summed");
  summed.push_back(0);
  attributes.set("body", NestedProgram(to.finish(outputs)));
  attributes.set("summed", summed);
  return attributes;
}

Program moved(const Program& p, ValueId concatenation, std::span<const Part> parts) {
  const ValueId map = parts[0].map;
  Rewriter rewriter(p);
  ValueId result = no_value;
  for_each_instruction(p, [&](ValueId v) {
    if (v == concatenation) return rewriter.set(v, result);
    if (v != map) return void(rewriter.copy(v));
    const std::vector<ValueId> operands(rewriter.operands(v).begin(), rewriter.operands(v).end());
    const auto attributes = with_concatenation(p.attributes(v), parts, p.attributes(concatenation).integer("axis") - 1);
    const ValueId now = rewriter.to().append(map_p, operands, attributes, p.site(v));
    rewriter.set_all(v, p[v].results, now);
    result = ValueId{static_cast<uint32_t>(index(now) + static_cast<size_t>(p[v].results))};
  });
  return rewriter.finish();
}

Program with_sunk_bodies(const Program& p) {
  Rewriter rewriter(p);
  BodyRewriter bodies(sink_into_maps);
  for_each_instruction(p, [&](ValueId v) { rewriter.copy(v, bodies(p.attributes(v))); });
  return rewriter.finish();
}

}  // namespace

Program sink_into_maps(const Program& p) {
  Program sunk = with_sunk_bodies(p);
  for (uint32_t i = 0; i < sunk.size(); ++i) {
    const auto parts = movable_parts(sunk, ValueId{i});
    if (!parts.empty()) sunk = moved(sunk, ValueId{i}, parts);  // what stood at i stands further on now
  }
  return trim_loops(sunk);
}

}  // namespace wengert
