// SPDX-License-Identifier: Apache-2.0
#include "wengert/ad/pushforward.h"

#include <algorithm>

#include "wengert/ad/bodies.h"
#include "wengert/ad/derived_recording.h"
#include "wengert/primitives/arithmetic.h"
#include "wengert/primitives/control.h"

namespace wengert {

Residuals here() {
  return [](ValueId v) { return Recording::current().expr(v); };
}

Expr scale(const Coefficient& coefficient, const Expr& t, const Residuals& residual) {
  if (coefficient.is_number()) {
    if (t.is_literal()) return coefficient.number * t.literal();
    if (coefficient.number == 1) return t;
    if (coefficient.number == -1) return -t;
    return t * coefficient.number;
  }
  const Expr c = residual(coefficient.value);
  if (t.is_literal() && t.literal() == 1) return c;
  if (t.is_literal() && t.literal() == -1) return -c;
  return t * c;
}

void add_to(std::optional<Expr>& sum, const Expr& term) {
  if (!sum) sum = term;
  else if (sum->is_literal() && term.is_literal()) sum = Expr(sum->literal() + term.literal());
  else sum = *sum + term;
}

namespace {

/// The tangents that go into an instruction, at their operands' places; nothing elsewhere.
Tangents operand_tangents(const LinearEdge& edge, const Tangents& tangents) {
  Tangents at(edge.operands.size());
  size_t next = 0;
  for (size_t k = 0; k < at.size(); ++k) {
    if (edge.operands[k] != no_value) continue;
    at[k] = tangents[index(edge.from[next++])];
    if (at[k] && at[k]->is_literal()) at[k] = constant(Array::filled(edge.operand_types[k], at[k]->literal()));
  }
  return at;
}

/// A tangent that is not there is not passed as zeros into a body, where all would be computed with them: the body, linear
/// in its tangents, is its own derivative by those that are there.
bool leaves_tangents_out(const LinearEdge& edge, const Tangents& at) {
  if (edge.primitive != &map_p && edge.primitive != &call_p) return false;
  for (size_t k = 0; k < at.size(); ++k)
    if (edge.operands[k] == no_value && !at[k]) return true;
  return false;
}

void apply(const LinearEdge& edge, Tangents& tangents, const Residuals& residual) {
  const SiteScope scope(edge.site);
  if (edge.is_diagonal()) {
    if (const auto& t = tangents[index(edge.from[0])]) add_to(tangents[index(edge.to[0])], scale(edge.diagonal, *t, residual));
    return;
  }
  const Tangents at = operand_tangents(edge, tangents);
  if (std::none_of(at.begin(), at.end(), [](const auto& t) { return t.has_value(); })) return;
  std::vector<Expr> operands;
  for (size_t k = 0; k < at.size(); ++k)
    operands.push_back(edge.operands[k] != no_value ? residual(edge.operands[k]) : at[k] ? *at[k] : zeros(edge.operand_types[k]));
  Tangents results;
  if (leaves_tangents_out(edge, at)) {
    results = edge.primitive->jvp(JvpRule{operands, {}, {}, edge.attributes, at, body_transforms()});
  } else {
    for (const Expr& e : record_all(*edge.primitive, operands, edge.attributes)) results.emplace_back(e);
  }
  for (size_t k = 0; k < edge.to.size(); ++k)
    if (const auto& result = results[edge.result_of[k]]) add_to(tangents[index(edge.to[k])], *result);
}

}  // namespace

Tangents pushforward(const LinearGraph& graph, std::span<const std::optional<Expr>> x_dot, const Residuals& residual) {
  Tangents tangents(graph.vertices());
  for (size_t k = 0; k < graph.inputs.size(); ++k)
    if (graph.inputs[k]) tangents[index(*graph.inputs[k])] = x_dot[k];
  for (const LinearEdge& edge : graph.edges()) apply(edge, tangents, residual);
  Tangents y_dot;
  for (const auto& output : graph.outputs) y_dot.push_back(output ? tangents[index(*output)] : std::nullopt);
  return y_dot;
}

}  // namespace wengert
