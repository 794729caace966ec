// SPDX-License-Identifier: Apache-2.0
#include "wengert/ad/pullback.h"

#include "wengert/ad/bodies.h"
#include "wengert/ad/derived_recording.h"
#include "wengert/ad/rule_types.h"

namespace wengert {
namespace {

void apply_transposed(const LinearEdge& edge, const LinearGraph& graph, Tangents& cotangents, const Residuals& residual) {
  const SiteScope scope(edge.site);
  if (edge.is_diagonal()) {
    if (const auto& bar = cotangents[index(edge.to[0])]) add_to(cotangents[index(edge.from[0])], scale(edge.diagonal, *bar, residual));
    return;
  }
  Tangents given(edge.result_types.size()), operands;
  bool any = false;
  for (size_t k = 0; k < edge.to.size(); ++k) {
    auto& bar = cotangents[index(edge.to[k])];
    if (!bar) continue;
    any = true;
    given[edge.result_of[k]] = bar->is_literal() ? constant(Array::filled(graph.type(edge.to[k]), bar->literal())) : *bar;
  }
  if (!any) return;
  for (ValueId v : edge.operands) operands.push_back(v == no_value ? std::nullopt : std::optional(residual(v)));
  const auto bars = edge.primitive->transpose(
      TransposeRule{operands, edge.operand_types, edge.result_types, given, edge.attributes, body_transforms()});
  check_cotangents(*edge.primitive, edge.operand_types, bars);
  size_t next = 0;
  for (size_t k = 0; k < edge.operands.size(); ++k) {
    if (edge.operands[k] != no_value) continue;
    const VertexId from = edge.from[next++];
    if (bars[k]) add_to(cotangents[index(from)], *bars[k]);
  }
}

}  // namespace

Tangents pullback(const LinearGraph& graph, std::span<const std::optional<Expr>> y_bar, const Residuals& residual) {
  Tangents cotangents(graph.vertices());
  for (size_t k = 0; k < graph.outputs.size(); ++k)
    if (graph.outputs[k] && y_bar[k]) add_to(cotangents[index(*graph.outputs[k])], *y_bar[k]);
  for (auto edge = graph.edges().rbegin(); edge != graph.edges().rend(); ++edge)
    apply_transposed(*edge, graph, cotangents, residual);
  Tangents x_bar;
  for (const auto& input : graph.inputs) x_bar.push_back(input ? cotangents[index(*input)] : std::nullopt);
  return x_bar;
}

}  // namespace wengert
