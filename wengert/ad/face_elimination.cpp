// SPDX-License-Identifier: Apache-2.0
#include "wengert/ad/face_elimination.h"

#include <algorithm>
#include <fmt/format.h>

#include "wengert/ad/derived_recording.h"

namespace wengert {
namespace {

constexpr uint32_t end_bit = 0x80000000;
bool is_end(uint32_t e) { return (e & end_bit) != 0; }
uint32_t end_at(VertexId v) { return static_cast<uint32_t>(v) | end_bit; }

std::string name_of(Face face) { return fmt::format("of edges {} and {}", index(face.first), index(face.second)); }

}  // namespace

FaceGraph::FaceGraph(const EliminationGraph& graph) : arithmetic_(graph.arithmetic()), sites_(graph.vertices()) {
  std::vector<std::vector<uint32_t>> into(graph.vertices()), out_of(graph.vertices());
  for (uint32_t v = 0; v < graph.vertices(); ++v) {
    sites_[v] = graph.site(VertexId{v});
    for (const auto& [to, partial] : graph.successors(VertexId{v})) {
      const uint32_t e = add(partial, VertexId{v}, to);
      out_of[v].push_back(e), into[index(to)].push_back(e);
    }
  }
  for (uint32_t v = 0; v < graph.vertices(); ++v) {
    if (!graph.is_intermediate(VertexId{v})) {
      for (const uint32_t e : out_of[v]) connect(end_at(VertexId{v}), e);
      for (const uint32_t e : into[v]) connect(e, end_at(VertexId{v}));
      continue;
    }
    for (const uint32_t e : into[v])
      for (const uint32_t f : out_of[v]) connect(e, f);
  }
  EliminationCost none;  // no two edges have the same neighbours yet; some may have none
  for (uint32_t e = 0; e < edges_.size(); ++e) tidy(e, none);
}

uint32_t FaceGraph::add(const Partial& partial, VertexId from, VertexId to) {
  edges_.push_back({partial, from, to, {}, {}});
  return static_cast<uint32_t>(edges_.size() - 1);
}

FaceGraph::Neighbours& FaceGraph::after(uint32_t e) { return is_end(e) ? ends_[e] : edges_[e].after; }
FaceGraph::Neighbours& FaceGraph::before(uint32_t e) { return is_end(e) ? ends_[e] : edges_[e].before; }

void FaceGraph::connect(uint32_t first, uint32_t second) { after(first).insert(second), before(second).insert(first); }
void FaceGraph::disconnect(uint32_t first, uint32_t second) { after(first).erase(second), before(second).erase(first); }

std::vector<EdgeId> FaceGraph::edges() const {
  std::vector<EdgeId> result;
  for (uint32_t e = 0; e < edges_.size(); ++e)
    if (edges_[e].exists) result.push_back(EdgeId{e});
  return result;
}

std::vector<Face> FaceGraph::faces() const {
  std::vector<Face> result;
  for (const EdgeId e : edges())
    for (const uint32_t f : at(e).after)
      if (!is_end(f)) result.push_back({e, EdgeId{f}});
  return result;
}

bool FaceGraph::has(Face face) const {
  return index(face.first) < edges_.size() && !is_end(static_cast<uint32_t>(face.second)) &&
         at(face.first).after.contains(static_cast<uint32_t>(face.second));
}

std::optional<uint32_t> FaceGraph::find(const Neighbours& before, const Neighbours& after, uint32_t but) const {
  const uint32_t one = *before.begin();
  const Neighbours& candidates = is_end(one) ? ends_.at(one) : edges_[one].after;
  for (const uint32_t e : candidates)
    if (!is_end(e) && e != but && edges_[e].before == before && edges_[e].after == after) return e;
  return std::nullopt;
}

void FaceGraph::remove(uint32_t e, EliminationCost& cost) {
  edges_[e].exists = false;
  const Neighbours first = edges_[e].before, second = edges_[e].after;
  for (const uint32_t u : first) disconnect(u, e);
  for (const uint32_t w : second) disconnect(e, w);
  for (const Neighbours* all : {&first, &second})
    for (const uint32_t n : *all)
      if (!is_end(n)) tidy(n, cost);
}

/// To be called whenever an edge has lost a neighbour: only then can it be the same as another one.
void FaceGraph::tidy(uint32_t e, EliminationCost& cost) {
  const Edge& edge = edges_[e];
  if (!edge.exists) return;
  if (edge.before.empty() || edge.after.empty()) return remove(e, cost);
  const auto twin = find(edge.before, edge.after, e);
  if (!twin) return;
  const auto [kept, dropped] = std::minmax(e, *twin);
  edges_[kept].partial = arithmetic_.sum(edges_[kept].partial, edges_[dropped].partial, cost);
  remove(dropped, cost);
}

EliminationCost FaceGraph::eliminate(Face face) {
  if (!has(face))
    throw UsageError("W719", fmt::format("there is no face {}, or it was eliminated before", name_of(face)), {},
                     "eliminate faces that faces() has at that moment");
  EliminationCost cost;
  std::optional<SiteScope> scope;
  const auto e = static_cast<uint32_t>(face.first), f = static_cast<uint32_t>(face.second);
  if (arithmetic_.mode() == EliminationMode::record) scope.emplace(sites_[index(edges_[e].to)]);
  const Partial product = arithmetic_.product(edges_[f].partial, edges_[e].partial, cost);
  const Neighbours first = edges_[e].before, second = edges_[f].after;
  if (const auto same = find(first, second, f)) {
    edges_[*same].partial = arithmetic_.sum(edges_[*same].partial, product, cost);
  } else {
    const uint32_t made = add(product, edges_[e].from, edges_[f].to);
    for (const uint32_t u : first) connect(u, made);
    for (const uint32_t w : second) connect(made, w);
  }
  disconnect(e, f);
  tidy(e, cost);
  tidy(f, cost);
  return cost;
}

std::optional<Partial> FaceGraph::partial(VertexId input, VertexId output) const {
  const auto found = ends_.find(end_at(input));
  if (found != ends_.end())
    for (const uint32_t e : found->second)
      if (!is_end(e) && edges_[e].before.contains(end_at(input)) && edges_[e].after.contains(end_at(output)))
        return edges_[e].partial;
  return std::nullopt;
}

void require_no_faces_left(const FaceGraph& graph) {
  if (const auto left = graph.faces(); !left.empty())
    throw UsageError("W719", fmt::format("the sequence leaves out the face {}", name_of(left[0])), {},
                     "go on until faces() has none");
}

EliminationCost faces_cost(const LinearGraph& graph, std::span<const Face> faces) {
  FaceGraph g(EliminationGraph(graph, EliminationGraph::Mode::count));
  EliminationCost total;
  for (const Face face : faces) total += g.eliminate(face);
  require_no_faces_left(g);
  return total;
}

}  // namespace wengert
