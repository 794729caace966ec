// SPDX-License-Identifier: Apache-2.0
#include "wengert/ad/masks.h"

#include <algorithm>
#include <iterator>

#include "wengert/ad/derived_recording.h"
#include "wengert/primitives/primitives.h"

namespace wengert {
namespace {

/// Under which condition a vertex has any influence: unknown yet, always, or where `mask` is true.
struct Influence {
  enum { none, masked, always } kind = none;
  Expr mask = Expr(0);
};

Influence either(const Influence& a, const Influence& b) {
  if (a.kind == Influence::none) return b;
  if (b.kind == Influence::none) return a;
  if (a.kind == Influence::always || b.kind == Influence::always) return {Influence::always};
  if (a.mask.value() == b.mask.value()) return a;
  if (!(a.mask.shape() == b.mask.shape())) return {Influence::always};
  return {Influence::masked, logical_or(a.mask, b.mask)};
}

/// The scalar that was stretched to this mask, or the mask itself.
Expr narrowed(Expr mask) {
  Recording& recording = Recording::current();
  const Program& lines = recording.builder().view();
  if (&lines.primitive(mask.value()) != &broadcast_p) return mask;
  const ValueId scalar = lines.operands(mask.value())[0];
  return lines.type(scalar).is_scalar() ? recording.expr(scalar) : mask;
}

/// Influence of the operand at place `k` of a select whose result has influence `result`.
Influence through_select(const LinearEdge& edge, size_t k, const Influence& result) {
  Recording& recording = Recording::current();
  Expr mask = recording.expr(edge.operands[0]);
  if (k == 2) mask = logical_not(mask);
  if (result.kind == Influence::masked) mask = logical_and(mask, broadcast_to(result.mask, mask.shape()));
  return {Influence::masked, mask};
}

/// The mask as one of the operand `place`: a scalar stretched, or a flag a step for what a map slices.
std::optional<Expr> mask_of_operand(const LinearEdge& edge, size_t place, const Expr& mask) {
  const Shape& shape = edge.operand_types[place].shape;
  if (mask.rank() == 0) return broadcast_to(mask, shape);
  const bool a_flag_a_step = edge.primitive == &map_p && mask.rank() == 1 && edge.attributes.integers("mapped")[place] != 0;
  if (!a_flag_a_step) return std::nullopt;
  std::vector<int64_t> column(static_cast<size_t>(shape.rank()), 1);
  column[0] = shape[0];
  return broadcast_to(reshape(mask, Shape(column)), shape);
}

/// An edge u -> u': select(mask, u_dot, 0). What comes back along it is exactly 0 where the mask is false, NaN or not.
LinearEdge gate(VertexId from, VertexId to, const Type& type, const Expr& mask) {
  return {.from = {from}, .to = {to}, .primitive = &select_p, .operands = {mask.value(), no_value, zeros(type).value()},
          .operand_types = {mask.type(), type, type}, .result_types = {type}, .result_of = {0}, .site = Recording::current().site};
}

/// Influence of the operand at `place`, the k-th with a tangent. Instructions that multiply by residuals get a gate.
Influence through_instruction(LinearGraph& graph, LinearEdge& edge, size_t place, size_t k, const Influence& result, std::vector<LinearEdge>& gates) {
  if (result.kind != Influence::masked) return result;
  const Expr narrow = narrowed(result.mask);
  const auto mask = mask_of_operand(edge, place, narrow);
  if (!mask) return {Influence::always};
  if (edge.primitive->family != Family::linear) {
    const VertexId gated = graph.add_vertex(edge.operand_types[place]);
    gates.push_back(gate(edge.from[k], gated, edge.operand_types[place], *mask));
    edge.from[k] = gated;
  }
  return {Influence::masked, narrow.rank() == 0 ? narrow : *mask};
}

Influence through_diagonal(LinearEdge& edge, const Influence& result, const Type& type) {
  if (result.kind == Influence::masked && !edge.diagonal.is_number())
    edge.diagonal.value = select(broadcast_to(result.mask, type.shape), Recording::current().expr(edge.diagonal.value), 0).value();
  return result;
}

}  // namespace

void mask_dead_branches(LinearGraph& graph) {
  const auto is_select = [](const LinearEdge& edge) { return edge.primitive == &select_p; };
  if (std::none_of(graph.edges().begin(), graph.edges().end(), is_select)) return;
  std::vector<Influence> influence(graph.vertices());
  for (const auto& output : graph.outputs)
    if (output) influence[index(*output)] = {Influence::always};
  std::vector<LinearEdge> backwards;  // the edges with their gates, last first
  for (auto edge = graph.edges().rbegin(); edge != graph.edges().rend(); ++edge) {
    const SiteScope scope(edge->site);
    Influence result;
    for (VertexId v : edge->to) result = either(result, influence[index(v)]);
    std::vector<LinearEdge> gates;
    const auto from = edge->from;
    size_t next = 0;
    for (size_t place = 0; place < (edge->is_diagonal() ? 1 : edge->operands.size()) && result.kind != Influence::none; ++place) {
      if (!edge->is_diagonal() && edge->operands[place] != no_value) continue;
      const size_t k = next++;
      const Influence through = edge->is_diagonal()  ? through_diagonal(*edge, result, graph.type(edge->to[0]))
                                : is_select(*edge) ? through_select(*edge, place, result)
                                                     : through_instruction(graph, *edge, place, k, result, gates);
      influence[index(from[k])] = either(influence[index(from[k])], through);
    }
    backwards.push_back(std::move(*edge));
    std::move(gates.begin(), gates.end(), std::back_inserter(backwards));
  }
  graph.edges().assign(std::make_move_iterator(backwards.rbegin()), std::make_move_iterator(backwards.rend()));
}

}  // namespace wengert
