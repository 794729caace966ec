// SPDX-License-Identifier: Apache-2.0
//
// Face elimination (Naumann 2004; GW08 sec. 9.4) on the dual graph: its vertices are the edges of the linear graph, and
// a face leads from each edge into an intermediate vertex to each edge out of it. A face is a path of two edges. To
// eliminate it is one multiplication: the product of the two partials is a new edge, before which is what is before the
// first and after which is what is after the second; or it is added to the edge of which that is true already. Front
// elimination of an edge is to eliminate all faces behind it, vertex elimination all faces at the vertex; so whatever
// they reach, face elimination reaches for no more multiplications, and sometimes for fewer.
//
// Edges here are not told apart by their ends alone: two with the same ends may have other neighbours, until they have
// the same ones; then they are merged, an addition. An edge before or after which nothing is left says nothing more and
// is removed.
#pragma once

#include <set>

#include "wengert/ad/eliminate.h"

namespace wengert {

/// An edge of the linear graph, or one that an elimination made. In a new FaceGraph they are numbered from 0, by their
/// source and then by their target; each new one has the next number.
enum class EdgeId : uint32_t {};
inline size_t index(EdgeId e) { return static_cast<size_t>(e); }

/// A path of two edges through an intermediate vertex.
struct Face {
  EdgeId first, second;
  friend auto operator<=>(const Face&, const Face&) = default;
};

class FaceGraph {
 public:
  /// graph : prepared, and nothing eliminated; its mode and convention are used
  explicit FaceGraph(const EliminationGraph& graph);

  /// Those that are left, ascending.
  std::vector<Face> faces() const;
  bool has(Face face) const;
  /// Edges that are left, ascending.
  std::vector<EdgeId> edges() const;
  /// The vertices that an edge leads from and to.
  std::pair<VertexId, VertexId> ends(EdgeId e) const { return {at(e).from, at(e).to}; }

  /// cost: one multiplication; an addition for each edge that is merged. throws : UsageError W719 unless it is a face
  EliminationCost eliminate(Face face);
  /// Of an output by an input, once no face is left; none where it is 0.
  std::optional<Partial> partial(VertexId input, VertexId output) const;

 private:
  /// Neighbours: edges by their number; inputs and outputs by that of their vertex, with the highest bit set.
  using Neighbours = std::set<uint32_t>;
  struct Edge {
    Partial partial;
    VertexId from = {}, to = {};
    Neighbours before, after;
    bool exists = true;
  };

  const Edge& at(EdgeId e) const { return edges_[index(e)]; }
  uint32_t add(const Partial& partial, VertexId from, VertexId to);
  /// An edge with these neighbours other than `but`.
  std::optional<uint32_t> find(const Neighbours& before, const Neighbours& after, uint32_t but) const;
  Neighbours& after(uint32_t e);
  Neighbours& before(uint32_t e);
  void connect(uint32_t first, uint32_t second);
  void disconnect(uint32_t first, uint32_t second);
  void remove(uint32_t e, EliminationCost& cost);
  void tidy(uint32_t e, EliminationCost& cost);

  PartialArithmetic arithmetic_;
  std::vector<Edge> edges_;
  std::map<uint32_t, Neighbours> ends_;  ///< edges out of an input, into an output
  std::vector<Site> sites_;
};

/// Cost of a sequence without recording anything. throws : UsageError W719 for what is no face at its turn, or if faces
/// are left
EliminationCost faces_cost(const LinearGraph& graph, std::span<const Face> faces);

/// throws : UsageError W719 if faces are left
void require_no_faces_left(const FaceGraph& graph);

}  // namespace wengert
