// SPDX-License-Identifier: Apache-2.0
#include "wengert/ad/eliminate.h"

#include <algorithm>
#include <fmt/format.h>

#include "wengert/ad/derived_recording.h"
#include "wengert/ad/pullback.h"
#include "wengert/primitives/arithmetic.h"
#include "wengert/primitives/convert.h"

namespace wengert {
namespace {

DType widest(const LinearGraph& graph) {
  for (uint32_t v = 0; v < graph.vertices(); ++v)
    if (graph.type(VertexId{v}).dtype == DType::f64) return DType::f64;
  return DType::f32;
}

bool between_scalars(const LinearEdge& edge) {
  return std::ranges::all_of(edge.operand_types, &Type::is_scalar) && std::ranges::all_of(edge.result_types, &Type::is_scalar);
}

/// Partials of result `k` of a linear instruction between scalars by each of edge.from: its transpose at 1.
Tangents scalar_partials(const LinearEdge& edge, size_t k) {
  LinearGraph alone;
  LinearEdge copy = edge;
  size_t next = 0;
  for (size_t place = 0; place < edge.operands.size(); ++place)
    if (edge.operands[place] == no_value) alone.inputs.push_back(copy.from[next++] = alone.add_vertex(edge.operand_types[place]));
  for (VertexId& to : copy.to) alone.outputs.push_back(to = alone.add_vertex(edge.result_types[edge.result_of[alone.outputs.size()]]));
  alone.add_edge(copy);
  Tangents seeds(copy.to.size());
  seeds[k] = Expr(1.0);
  return pullback(alone, seeds);
}

}  // namespace

EliminationGraph::EliminationGraph(const LinearGraph& graph, Mode mode, Counting written)
    : arithmetic_(mode, written, widest(graph)), successors_(graph.vertices()), predecessors_(graph.vertices()),
      roles_(graph.vertices(), Role::intermediate), inputs_(graph.inputs), outputs_(graph.outputs), sites_(graph.vertices()) {
  for (const LinearEdge& edge : graph.edges()) {
    for (VertexId to : edge.to) sites_[index(to)] = edge.site;
    if (edge.is_diagonal()) add_diagonal(edge, graph);
    else add_instruction(edge);
  }
  for (const auto& input : inputs_)
    if (input) roles_[index(*input)] = Role::input;
  for (auto& output : outputs_) {
    if (!output || roles_[index(*output)] == Role::output) continue;  // none, or one value returned twice
    if (roles_[index(*output)] != Role::intermediate || !successors(*output).empty()) output = copy_of(*output);
    roles_[index(*output)] = Role::output;
  }
}

void EliminationGraph::add_diagonal(const LinearEdge& edge, const LinearGraph& graph) {
  if (!(graph.type(edge.from[0]).shape == graph.type(edge.to[0]).shape))
    throw ShapeError("W211", "elimination needs vertices of one shape", {}, "scalarize the Program first, or use forward or reverse mode");
  EliminationCost merging;  // x*x is one edge: merging it costs nothing in any convention
  connect(edge.from[0], edge.to[0], {in_one_dtype(edge.diagonal)}, merging);
}

void EliminationGraph::add_instruction(const LinearEdge& edge) {
  if (!between_scalars(edge))
    throw ShapeError("W211", fmt::format("elimination needs scalar partials; found the instruction {}", edge.primitive->name), {},
                     "scalarize the Program first, or use forward or reverse mode");
  EliminationCost merging;
  for (size_t k = 0; k < edge.to.size(); ++k) {
    if (arithmetic_.mode() == Mode::count) {
      for (VertexId from : edge.from) connect(from, edge.to[k], {{ValueId{0}, 1}}, merging);
      continue;
    }
    const auto partials = scalar_partials(edge, k);
    for (size_t j = 0; j < edge.from.size(); ++j) connect(edge.from[j], edge.to[k], {in_one_dtype(coefficient(partials[j].value_or(0.0)))}, merging);
  }
}

Coefficient EliminationGraph::in_one_dtype(const Coefficient& c) const {
  if (c.is_number() || arithmetic_.mode() == Mode::count) return c;
  return {convert(expr(c), arithmetic_.dtype()).value(), 1};
}

VertexId EliminationGraph::copy_of(VertexId v) {
  const VertexId copy{static_cast<uint32_t>(vertices())};
  successors_.emplace_back();
  predecessors_.emplace_back();
  roles_.push_back(Role::output);
  EliminationCost none;
  connect(v, copy, {{no_value, 1}}, none);
  return copy;
}

std::vector<VertexId> EliminationGraph::intermediates() const {
  std::vector<VertexId> result;
  for (uint32_t v = 0; v < vertices(); ++v)
    if (roles_[v] == Role::intermediate) result.push_back(VertexId{v});
  return result;
}

std::optional<Partial> EliminationGraph::partial(VertexId from, VertexId to) const {
  const auto& after = successors(from);
  const auto found = after.find(to);
  return found == after.end() ? std::nullopt : std::optional(found->second);
}

void EliminationGraph::connect(VertexId from, VertexId to, const Partial& c, EliminationCost& cost) {
  const auto [place, added] = successors_[index(from)].try_emplace(to, c);
  if (!added) place->second = arithmetic_.sum(place->second, c, cost);
  predecessors_[index(to)][from] = place->second;
}

void EliminationGraph::disconnect(VertexId from, VertexId to) {
  successors_[index(from)].erase(to);
  predecessors_[index(to)].erase(from);
}

void EliminationGraph::remove(VertexId v) {
  for (const auto& [u, c] : predecessors_[index(v)]) successors_[index(u)].erase(v);
  for (const auto& [w, c] : successors_[index(v)]) predecessors_[index(w)].erase(v);
  predecessors_[index(v)].clear();
  successors_[index(v)].clear();
  roles_[index(v)] = Role::gone;
}

namespace {

/// Lines that are recorded while it lives belong to the line that v is the tangent of.
struct AtVertex {
  std::optional<SiteScope> scope;
  AtVertex(const EliminationGraph& graph, VertexId v) {
    if (graph.arithmetic().mode() == EliminationMode::record) scope.emplace(graph.site(v));
  }
};

}  // namespace

EliminationCost EliminationGraph::eliminate(VertexId v) {
  if (!is_intermediate(v))
    throw UsageError("W132", fmt::format("vertex {} is no intermediate vertex, or was eliminated before", index(v)), {},
                     "give each intermediate vertex once");
  EliminationCost cost;
  const AtVertex at(*this, v);
  for (const auto& [u, c_uv] : predecessors_[index(v)])
    for (const auto& [w, c_vw] : successors_[index(v)]) connect(u, w, arithmetic_.product(c_vw, c_uv, cost), cost);
  remove(v);
  return cost;
}

void EliminationGraph::require_edge(VertexId from, VertexId to, VertexId through, const char* how) const {
  const bool exists = index(from) < vertices() && partial(from, to);
  if (exists && is_intermediate(through)) return;
  const std::string edge = fmt::format("the edge from vertex {} to vertex {}", index(from), index(to));
  throw UsageError("W717",
                   exists ? fmt::format("{} has no {} elimination: vertex {} is no intermediate vertex", edge, how, index(through))
                          : fmt::format("{} does not exist, or was eliminated before", edge),
                   {}, exists ? "eliminate edges into outputs at the back, edges out of inputs at the front"
                              : "eliminate edges that successors() has at that moment");
}

EliminationCost EliminationGraph::eliminate_front(VertexId from, VertexId to) {
  require_edge(from, to, to, "front");
  EliminationCost cost;
  const AtVertex at(*this, to);
  const Partial c = *partial(from, to);
  for (const auto& [w, c_w] : successors_[index(to)]) connect(from, w, arithmetic_.product(c_w, c, cost), cost);
  disconnect(from, to);
  if (predecessors(to).empty()) remove(to);
  return cost;
}

EliminationCost EliminationGraph::eliminate_back(VertexId from, VertexId to) {
  require_edge(from, to, from, "back");
  EliminationCost cost;
  const AtVertex at(*this, from);
  const Partial c = *partial(from, to);
  for (const auto& [u, c_u] : predecessors_[index(from)]) connect(u, to, arithmetic_.product(c, c_u, cost), cost);
  disconnect(from, to);
  if (successors(from).empty()) remove(from);
  return cost;
}

EliminationCost EliminationGraph::eliminate(const EliminationStep& step) {
  if (step.kind == EliminationStep::Kind::front) return eliminate_front(step.from, step.to);
  if (step.kind == EliminationStep::Kind::back) return eliminate_back(step.from, step.to);
  return eliminate(step.from);
}

void require_no_vertices_left(const EliminationGraph& graph) {
  if (const auto left = graph.intermediates(); !left.empty())
    throw UsageError("W132", fmt::format("the order leaves out vertex {}", index(left[0])), {}, "give each intermediate vertex once");
}

void require_no_edges_left(const EliminationGraph& graph) {
  for (const VertexId v : graph.intermediates())
    if (const auto &before = graph.predecessors(v), &after = graph.successors(v); !before.empty() || !after.empty()) {
      const auto [from, to] = before.empty() ? std::pair(v, after.begin()->first) : std::pair(before.begin()->first, v);
      throw UsageError("W718", fmt::format("the steps leave the edge from vertex {} to vertex {}", index(from), index(to)), {},
                       "go on until no intermediate vertex has edges: eliminating the vertices that are left ends it");
    }
}

EliminationCost elimination_cost(const LinearGraph& graph, std::span<const VertexId> order) {
  EliminationGraph g(graph, EliminationGraph::Mode::count);
  EliminationCost total;
  for (VertexId v : order) total += g.eliminate(v);
  require_no_vertices_left(g);
  return total;
}

EliminationCost steps_cost(const LinearGraph& graph, std::span<const EliminationStep> steps) {
  EliminationGraph g(graph, EliminationGraph::Mode::count);
  EliminationCost total;
  for (const EliminationStep& step : steps) total += g.eliminate(step);
  require_no_edges_left(g);
  return total;
}

}  // namespace wengert
