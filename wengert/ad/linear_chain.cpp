// SPDX-License-Identifier: Apache-2.0
#include "wengert/ad/linear_chain.h"

#include <algorithm>
#include <numeric>

#include "wengert/primitives/rearrange.h"

namespace wengert {
namespace {

using Flags = std::vector<bool>;

bool any(const std::vector<VertexId>& vertices, const Flags& flags) {
  return std::ranges::any_of(vertices, [&](VertexId v) { return flags[index(v)]; });
}

/// Vertices on a path from an input to an output.
Flags on_paths(const LinearGraph& graph) {
  Flags reached(graph.vertices()), needed(graph.vertices());
  for (const auto& v : graph.inputs)
    if (v) reached[index(*v)] = true;
  for (const auto& v : graph.outputs)
    if (v) needed[index(*v)] = true;
  for (const LinearEdge& edge : graph.edges())
    if (any(edge.from, reached))
      for (const VertexId v : edge.to) reached[index(v)] = true;
  for (auto edge = graph.edges().rbegin(); edge != graph.edges().rend(); ++edge)
    if (any(edge->to, needed))
      for (const VertexId v : edge->from) needed[index(v)] = true;
  for (size_t v = 0; v < reached.size(); ++v) reached[v] = reached[v] && needed[v];
  return reached;
}

/// Without results that lead nowhere.
LinearEdge towards(const LinearEdge& edge, const Flags& kept) {
  LinearEdge result = edge;
  result.to.clear(), result.result_of.clear();
  for (size_t k = 0; k < edge.to.size(); ++k) {
    if (!kept[index(edge.to[k])]) continue;
    result.to.push_back(edge.to[k]);
    if (!edge.is_diagonal()) result.result_of.push_back(edge.result_of[k]);
  }
  return result;
}

LinearGraph without_dead_ends(const LinearGraph& graph) {
  const Flags kept = on_paths(graph);
  LinearGraph result;
  for (size_t v = 0; v < graph.vertices(); ++v) result.add_vertex(graph.type(VertexId{static_cast<uint32_t>(v)}));
  for (const LinearEdge& edge : graph.edges())
    if (any(edge.from, kept) && any(edge.to, kept)) result.add_edge(towards(edge, kept));
  for (auto places : {&LinearGraph::inputs, &LinearGraph::outputs})
    for (const auto& v : graph.*places) (result.*places).push_back(v && kept[index(*v)] ? v : std::nullopt);
  return result;
}

std::vector<VertexId> distinct(const std::vector<std::optional<VertexId>>& places) {
  std::vector<VertexId> result;
  for (const auto& v : places)
    if (v && std::ranges::find(result, *v) == result.end()) result.push_back(*v);
  return result;
}

}  // namespace

/// When a vertex is there and when it is last used, in edges: complete after its last edge from before, in use until
/// every vertex that it has an edge to is complete. A cut after that many edges goes through what is complete and in
/// use.
struct LinearChain::Lives {
  std::vector<size_t> complete, until;

  explicit Lives(const LinearGraph& graph) : complete(graph.vertices(), 0), until(graph.vertices(), 0) {
    const auto& edges = graph.edges();
    for (size_t e = 0; e < edges.size(); ++e)
      for (const VertexId v : edges[e].to) complete[index(v)] = e + 1;
    for (const LinearEdge& edge : edges)
      for (const VertexId v : edge.from)
        for (const VertexId w : edge.to) until[index(v)] = std::max(until[index(v)], complete[index(w)]);
    for (const auto& v : graph.outputs)
      if (v) until[index(*v)] = edges.size() + 1;
  }
  bool live(size_t v, size_t cut) const { return complete[v] <= cut && cut < until[v]; }
};

namespace {

/// What a cut after each number of edges goes through.
struct Widths {
  std::vector<int64_t> vertices, elements;
  std::vector<int64_t> barred;  ///< an instruction has some results before and some behind

  template <class Lives>
  Widths(const LinearGraph& graph, const Lives& lives, const Flags& counted, const Flags& mixed)
      : vertices(graph.edges().size() + 2), elements(vertices), barred(vertices) {
    for (size_t v = 0; v < graph.vertices(); ++v) {
      if (!counted[v] || lives.complete[v] >= lives.until[v]) continue;
      spread(vertices, lives.complete[v], lives.until[v], 1);
      spread(elements, lives.complete[v], lives.until[v], graph.type(VertexId{static_cast<uint32_t>(v)}).elements());
      if (mixed[v]) spread(barred, lives.complete[v], lives.until[v], 1);
    }
    for (const LinearEdge& edge : graph.edges()) {
      const auto [first, last] = std::ranges::minmax(edge.to, {}, [&](VertexId v) { return lives.complete[index(v)]; });
      spread(barred, lives.complete[index(first)], lives.complete[index(last)], 1);
    }
    for (auto* sums : {&vertices, &elements, &barred}) std::partial_sum(sums->begin(), sums->end(), sums->begin());
  }

 private:
  static void spread(std::vector<int64_t>& changes, size_t from, size_t to, int64_t by) {
    changes[from] += by, changes[std::min(to, changes.size() - 1)] -= by;
  }
};

}  // namespace

LinearChain::LinearChain(const LinearGraph& graph, const WaistLimits& limits) : graph_(without_dead_ends(graph)) {
  states_ = {distinct(graph_.inputs), distinct(graph_.outputs)};
  segment_of_.assign(graph_.edges().size(), 0);
  if (states_[0].empty() || states_[1].empty()) return;
  dtype_ = type(states_[0][0]).dtype;
  for (const auto& state : states_)
    for (const VertexId v : state)
      if (type(v).dtype != type(states_[0][0]).dtype) dtype_.reset();
  if (dtype_) find_waists(limits);
}

void LinearChain::find_waists(const WaistLimits& limits) {
  const Lives lives(graph_);
  Flags mixed(graph_.vertices());
  for (size_t v = 0; v < mixed.size(); ++v) mixed[v] = type(VertexId{static_cast<uint32_t>(v)}).dtype != *dtype_;
  const Widths widths(graph_, lives, on_paths(graph_), mixed);
  Flags completes(graph_.edges().size() + 2);
  for (const size_t cut : lives.complete) completes[cut] = true;
  std::vector<size_t> cuts;
  for (size_t cut = 1; cut < graph_.edges().size(); ++cut)
    if (completes[cut] && widths.barred[cut] == 0 && widths.vertices[cut] <= static_cast<int64_t>(limits.widest))
      cuts.push_back(cut);
  drop_alike(cuts, lives);
  if (cuts.size() > limits.most) {
    std::ranges::stable_sort(cuts, {}, [&](size_t cut) { return widths.elements[cut]; });
    cuts.resize(limits.most);
    std::ranges::sort(cuts);
  }
  keep_states(cuts);
}

/// Of cuts with nothing but reshapes between them the last is kept: the others would make the chain longer and no plan
/// better.
void LinearChain::drop_alike(std::vector<size_t>& cuts, const Lives& lives) const {
  const auto& edges = graph_.edges();
  std::vector<size_t> work(edges.size() + 2);  // edges up to a cut that are no reshapes
  for (const LinearEdge& edge : edges)
    if (edge.primitive != &reshape_p) ++work[lives.complete[index(edge.to[0])]];
  std::partial_sum(work.begin(), work.end(), work.begin());
  std::vector<size_t> kept;
  for (size_t k = 0; k < cuts.size(); ++k) {
    const size_t next = k + 1 < cuts.size() ? cuts[k + 1] : edges.size();
    if (work[cuts[k]] > 0 && work[cuts[k]] < work[next]) kept.push_back(cuts[k]);
  }
  cuts = kept;
}

void LinearChain::keep_states(const std::vector<size_t>& cuts) {
  const Lives lives(graph_);
  const Flags kept = on_paths(graph_);
  const auto outputs = states_.back();
  states_.pop_back();
  for (const size_t cut : cuts) {
    auto& state = states_.emplace_back();
    for (uint32_t v = 0; v < graph_.vertices(); ++v)
      if (kept[v] && lives.live(v, cut)) state.push_back(VertexId{v});
  }
  states_.push_back(outputs);
  for (size_t e = 0; e < segment_of_.size(); ++e) {
    const size_t complete = lives.complete[index(graph_.edges()[e].to[0])];
    segment_of_[e] = static_cast<size_t>(std::ranges::lower_bound(cuts, complete) - cuts.begin());
  }
}

LinearGraph LinearChain::between(size_t first, size_t last) const {
  LinearGraph result;
  for (uint32_t v = 0; v < graph_.vertices(); ++v) result.add_vertex(type(VertexId{v}));
  for (size_t e = 0; e < segment_of_.size(); ++e)
    if (first <= segment_of_[e] && segment_of_[e] < last) result.add_edge(graph_.edges()[e]);
  result.inputs.assign(states_[first].begin(), states_[first].end());
  result.outputs.assign(states_[last].begin(), states_[last].end());
  return result;
}

}  // namespace wengert
