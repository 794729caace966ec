// SPDX-License-Identifier: Apache-2.0
//
// Vertex and edge elimination on a LinearGraph (GW08 sec. 9.2 and 9.3; Naumann 2004): to eliminate v, every path
// u -> v -> w is replaced by an edge u -> w with the product of the two partials, added to the edge u -> w if there is
// one. To eliminate an edge is to do so for the paths through it only: front elimination of u -> v leads it on to the
// successors of v, back elimination of v -> w back to the predecessors of v. When only inputs and outputs are left, the
// edges are the Jacobian. Forward mode, reverse mode and everything between are orders; which order is cheap is for
// plan/ to say. Face elimination, the finest of the three, is in face_elimination.h.
#pragma once

#include <map>

#include "wengert/ad/partials.h"

namespace wengert {

/// One step of an elimination: a vertex, or an edge at one of its ends.
struct EliminationStep {
  enum class Kind : uint8_t { vertex, front, back };
  Kind kind = Kind::vertex;
  VertexId from = {}, to = {};  ///< the edge; of a vertex, both are it

  static EliminationStep vertex(VertexId v) { return {Kind::vertex, v, v}; }
  static EliminationStep front(VertexId from, VertexId to) { return {Kind::front, from, to}; }
  static EliminationStep back(VertexId from, VertexId to) { return {Kind::back, from, to}; }
  friend bool operator==(const EliminationStep&, const EliminationStep&) = default;
};

/// A LinearGraph of diagonal edges between vertices of one shape, prepared for elimination: parallel edges are merged,
/// and an output that is used further (or is an input) gets a copy vertex, so that inputs, intermediates and outputs are
/// three disjoint sets. A linear instruction between scalars (select, convert) is an edge from each of its operands, with
/// the partial that its transpose has at 1. Where dtypes are mixed the coefficients are f64.
class EliminationGraph {
 public:
  using Mode = EliminationMode;

  /// throws : ShapeError W211 if an edge is an instruction on arrays or vertices differ in shape: scalarize the Program first
  explicit EliminationGraph(const LinearGraph& graph, Mode mode, Counting written = Counting::numbers_folded);

  size_t vertices() const { return successors_.size(); }
  const std::map<VertexId, Partial>& successors(VertexId v) const { return successors_[index(v)]; }
  const std::map<VertexId, Partial>& predecessors(VertexId v) const { return predecessors_[index(v)]; }
  /// Neither input nor output and not yet eliminated, in topological order.
  std::vector<VertexId> intermediates() const;
  bool is_intermediate(VertexId v) const { return index(v) < vertices() && roles_[index(v)] == Role::intermediate; }
  const std::vector<std::optional<VertexId>>& inputs() const { return inputs_; }
  const std::vector<std::optional<VertexId>>& outputs() const { return outputs_; }
  Site site(VertexId v) const { return index(v) < sites_.size() ? sites_[index(v)] : Site{}; }
  const PartialArithmetic& arithmetic() const { return arithmetic_; }

  /// On the edge from -> to; none where there is no edge.
  std::optional<Partial> partial(VertexId from, VertexId to) const;

  /// cost: |predecessors| * |successors| multiplications. throws : UsageError W132 unless v is an intermediate
  EliminationCost eliminate(VertexId v);
  /// The edge from -> to is replaced by edges from `from` to every successor of `to`, which vanishes with its last
  /// predecessor. cost: |successors of to| multiplications. throws : UsageError W717 without that edge, or if `to` is an
  /// output
  EliminationCost eliminate_front(VertexId from, VertexId to);
  /// The edge from -> to is replaced by edges from every predecessor of `from` to `to`; `from` vanishes with its last
  /// successor. cost: |predecessors of from| multiplications. throws : UsageError W717 without that edge, or if `from`
  /// is an input
  EliminationCost eliminate_back(VertexId from, VertexId to);
  EliminationCost eliminate(const EliminationStep& step);
  int64_t markowitz_degree(VertexId v) const {
    return static_cast<int64_t>(predecessors(v).size() * successors(v).size());
  }

 private:
  enum class Role : uint8_t { input, intermediate, output, gone };
  void add_diagonal(const LinearEdge& edge, const LinearGraph& graph);
  void add_instruction(const LinearEdge& edge);
  Coefficient in_one_dtype(const Coefficient& c) const;
  void connect(VertexId from, VertexId to, const Partial& c, EliminationCost& cost);
  void disconnect(VertexId from, VertexId to);
  void remove(VertexId v);
  void require_edge(VertexId from, VertexId to, VertexId through, const char* how) const;
  VertexId copy_of(VertexId v);

  PartialArithmetic arithmetic_;
  std::vector<std::map<VertexId, Partial>> successors_, predecessors_;
  std::vector<Role> roles_;
  std::vector<std::optional<VertexId>> inputs_, outputs_;
  std::vector<Site> sites_;  ///< of the lines that the vertices are tangents of
};

/// Cost of an order without recording anything. throws : UsageError W132 unless `order` is a permutation of the
/// intermediates
EliminationCost elimination_cost(const LinearGraph& graph, std::span<const VertexId> order);
/// Of a sequence of vertices and edges. throws : UsageError W132 or W717 for what is not there to be eliminated; W718 if
/// intermediates are left
EliminationCost steps_cost(const LinearGraph& graph, std::span<const EliminationStep> steps);

/// throws : UsageError W132 or W718 if intermediates are left
void require_no_vertices_left(const EliminationGraph& graph);
void require_no_edges_left(const EliminationGraph& graph);

}  // namespace wengert
