// SPDX-License-Identifier: Apache-2.0
#include "wengert/ad/pushforward.h"

#include "wengert/ad/derived_recording.h"
#include "wengert/primitives/arithmetic.h"

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

void apply(const LinearEdge& edge, Tangents& tangents, const Residuals& residual) {
  const SiteScope scope(edge.site);
  if (edge.is_diagonal()) {
    if (const auto& t = tangents[index(edge.from[0])]) add_to(tangents[index(edge.to[0])], scale(edge.diagonal, *t, residual));
    return;
  }
  bool any = false;
  std::vector<Expr> operands;
  size_t next = 0;
  for (size_t k = 0; k < edge.operands.size(); ++k) {
    if (edge.operands[k] != no_value) {
      operands.push_back(residual(edge.operands[k]));
      continue;
    }
    const auto& t = tangents[index(edge.from[next++])];
    any |= t.has_value();
    operands.push_back(!t ? zeros(edge.operand_types[k]) : t->is_literal() ? constant(Array::filled(edge.operand_types[k], t->literal())) : *t);
  }
  if (!any) return;
  const auto results = record_all(*edge.primitive, operands, edge.attributes);
  for (size_t k = 0; k < edge.to.size(); ++k) add_to(tangents[index(edge.to[k])], results[edge.result_of[k]]);
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
