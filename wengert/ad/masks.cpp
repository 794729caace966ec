// SPDX-License-Identifier: Apache-2.0
#include "wengert/ad/masks.h"

#include <algorithm>

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

/// Masks the residuals that cotangents are multiplied with on the way through a linear instruction.
Influence through_instruction(LinearEdge& edge, const Influence& result) {
  if (result.kind != Influence::masked) return result;
  const Expr mask = narrowed(result.mask);
  if (mask.rank() != 0) return {Influence::always};
  Recording& recording = Recording::current();
  if (edge.primitive->family == Family::bilinear)
    for (size_t k = 0; k < edge.operands.size(); ++k)
      if (edge.operands[k] != no_value && is_float(edge.operand_types[k].dtype))
        edge.operands[k] = select(mask, recording.expr(edge.operands[k]), 0).value();
  return {Influence::masked, mask};
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
  for (auto edge = graph.edges().rbegin(); edge != graph.edges().rend(); ++edge) {
    Influence result;
    for (VertexId v : edge->to) result = either(result, influence[index(v)]);
    if (result.kind == Influence::none) continue;
    size_t next = 0;
    const size_t places = edge->is_diagonal() ? 1 : edge->operands.size();
    Influence shared;
    if (edge->is_diagonal()) shared = through_diagonal(*edge, result, graph.type(edge->to[0]));
    else if (!is_select(*edge)) shared = through_instruction(*edge, result);
    for (size_t k = 0; k < places; ++k) {
      if (!edge->is_diagonal() && edge->operands[k] != no_value) continue;
      const Influence through = is_select(*edge) ? through_select(*edge, k, result) : shared;
      Influence& from = influence[index(edge->from[next++])];
      from = either(from, through);
    }
  }
}

}  // namespace wengert
