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

/// An Expr that may be a number, as a coefficient of the current recording.
Coefficient coefficient(const Expr& e) {
  if (e.is_literal()) return {no_value, e.literal()};
  return {e.value(), 1};
}

Expr expr(const Coefficient& c) { return c.is_number() ? Expr(c.number) : Recording::current().expr(c.value); }

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

EliminationCost& EliminationCost::operator+=(const EliminationCost& other) {
  multiplications += other.multiplications;
  unit_multiplications += other.unit_multiplications;
  additions += other.additions;
  return *this;
}

EliminationGraph::EliminationGraph(const LinearGraph& graph, Mode mode)
    : mode_(mode), successors_(graph.vertices()), predecessors_(graph.vertices()),
      roles_(graph.vertices(), Role::intermediate), inputs_(graph.inputs), outputs_(graph.outputs), sites_(graph.vertices()) {
  for (uint32_t v = 0; v < graph.vertices(); ++v)
    if (graph.type(VertexId{v}).dtype == DType::f64) dtype_ = DType::f64;
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
  connect(edge.from[0], edge.to[0], in_one_dtype(edge.diagonal), merging);
}

void EliminationGraph::add_instruction(const LinearEdge& edge) {
  if (!between_scalars(edge))
    throw ShapeError("W211", fmt::format("elimination needs scalar partials; found the instruction {}", edge.primitive->name), {},
                     "scalarize the Program first, or use forward or reverse mode");
  EliminationCost merging;
  for (size_t k = 0; k < edge.to.size(); ++k) {
    if (mode_ == Mode::count) {
      for (VertexId from : edge.from) connect(from, edge.to[k], {ValueId{0}, 1}, merging);
      continue;
    }
    const auto partials = scalar_partials(edge, k);
    for (size_t j = 0; j < edge.from.size(); ++j) connect(edge.from[j], edge.to[k], in_one_dtype(coefficient(partials[j].value_or(0.0))), merging);
  }
}

Coefficient EliminationGraph::in_one_dtype(const Coefficient& c) const {
  if (c.is_number() || mode_ == Mode::count) return c;
  return {convert(expr(c), dtype_).value(), 1};
}

VertexId EliminationGraph::copy_of(VertexId v) {
  const VertexId copy{static_cast<uint32_t>(vertices())};
  successors_.emplace_back();
  predecessors_.emplace_back();
  roles_.push_back(Role::output);
  EliminationCost none;
  connect(v, copy, {no_value, 1}, none);
  return copy;
}

std::vector<VertexId> EliminationGraph::intermediates() const {
  std::vector<VertexId> result;
  for (uint32_t v = 0; v < vertices(); ++v)
    if (roles_[v] == Role::intermediate) result.push_back(VertexId{v});
  return result;
}

Coefficient EliminationGraph::product(const Coefficient& a, const Coefficient& b) {
  if (a.is_number() && b.is_number()) return {no_value, a.number * b.number};
  if (a.is_number() && a.number == 1) return b;
  if (b.is_number() && b.number == 1) return a;
  if (mode_ == Mode::count) return {ValueId{0}, 1};
  const auto& [number, other] = a.is_number() ? std::pair(a, b) : std::pair(b, a);
  if (number.is_number() && number.number == -1) return coefficient(-expr(other));
  return coefficient(expr(a) * expr(b));
}

void EliminationGraph::connect(VertexId from, VertexId to, const Coefficient& c, EliminationCost& cost) {
  const auto [place, added] = successors_[index(from)].try_emplace(to, c);
  if (!added) {
    ++cost.additions;
    const Coefficient& old = place->second;
    if (old.is_number() && c.is_number()) place->second.number += c.number;
    else place->second = mode_ == Mode::count ? Coefficient{ValueId{0}, 1} : coefficient(expr(old) + expr(c));
  }
  predecessors_[index(to)][from] = place->second;
}

EliminationCost EliminationGraph::eliminate(VertexId v) {
  if (index(v) >= vertices() || roles_[index(v)] != Role::intermediate)
    throw UsageError("W132", fmt::format("vertex {} is no intermediate vertex, or was eliminated before", index(v)), {},
                     "give each intermediate vertex once");
  EliminationCost cost;
  std::optional<SiteScope> scope;
  if (mode_ == Mode::record) scope.emplace(sites_[index(v)]);
  for (const auto& [u, c_uv] : predecessors_[index(v)])
    for (const auto& [w, c_vw] : successors_[index(v)]) {
      ++cost.multiplications;
      cost.unit_multiplications += c_uv.is_unit() || c_vw.is_unit();
      connect(u, w, product(c_vw, c_uv), cost);
    }
  for (const auto& [u, c] : predecessors_[index(v)]) successors_[index(u)].erase(v);
  for (const auto& [w, c] : successors_[index(v)]) predecessors_[index(w)].erase(v);
  predecessors_[index(v)].clear();
  successors_[index(v)].clear();
  roles_[index(v)] = Role::gone;
  return cost;
}

EliminationCost elimination_cost(const LinearGraph& graph, std::span<const VertexId> order) {
  EliminationGraph g(graph, EliminationGraph::Mode::count);
  EliminationCost total;
  for (VertexId v : order) total += g.eliminate(v);
  if (const auto left = g.intermediates(); !left.empty())
    throw UsageError("W132", fmt::format("the order leaves out vertex {}", index(left[0])), {}, "give each intermediate vertex once");
  return total;
}

}  // namespace wengert
