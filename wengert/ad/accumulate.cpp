// SPDX-License-Identifier: Apache-2.0
#include "wengert/ad/accumulate.h"

#include <fmt/format.h>

#include "wengert/ad/derived_recording.h"
#include "wengert/ad/linearize.h"
#include "wengert/ad/seeds.h"
#include "wengert/passes/simplify.h"
#include "wengert/primitives/convert.h"

namespace wengert {
namespace {

Expr entry(const EliminationGraph& g, const std::optional<VertexId>& row, const std::optional<VertexId>& column, const Type& type) {
  if (!row || !column) return zeros(type);
  const auto& into = g.predecessors(*row);
  const auto found = into.find(*column);
  if (found == into.end()) return zeros(type);
  const Coefficient& c = found->second;
  if (c.is_number()) return filled(Expr(c.number), type);
  return convert(Recording::current().expr(c.value), type.dtype);
}

}  // namespace

Accumulation accumulate(const Program& p, std::span<const VertexId> order) {
  DerivedRecording recording(p.name() + "_jacobian");
  std::vector<Expr> inputs;
  for (uint32_t k = 0; k < p.inputs(); ++k) inputs.push_back(recording.input(p.type(ValueId{k}), std::string(p.value_name(ValueId{k}))));
  const auto linearized = linearize(p, inputs, all_active(p));
  EliminationGraph g(linearized.graph, EliminationGraph::Mode::record);
  Accumulation result;
  for (VertexId v : order) result.cost += g.eliminate(v);
  if (const auto left = g.intermediates(); !left.empty())
    throw UsageError("W132", fmt::format("the order leaves out vertex {}", index(left[0])), {}, "give each intermediate vertex once");
  std::vector<Expr> entries;
  for (size_t i = 0; i < g.outputs().size(); ++i) {
    if (!is_float(linearized.outputs[i].type().dtype)) continue;
    for (size_t j = 0; j < g.inputs().size(); ++j)
      if (is_float(inputs[j].type().dtype)) entries.push_back(entry(g, g.outputs()[i], g.inputs()[j], linearized.outputs[i].type()));
  }
  result.program = simplify(recording.finish(entries));
  return result;
}

}  // namespace wengert
