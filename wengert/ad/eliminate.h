// SPDX-License-Identifier: Apache-2.0
//
// Vertex elimination on a LinearGraph (GW08 sec. 9.2; Naumann 2004): to eliminate v, every path u -> v -> w is replaced
// by an edge u -> w with the product of the two partials, added to the edge u -> w if there is one. When only inputs and
// outputs are left, the edges are the Jacobian. Forward mode, reverse mode and everything between are orders; which
// order is cheap is for plan/ to say.
#pragma once

#include <map>

#include "wengert/ad/pushforward.h"

namespace wengert {

/// Conventions of counting: one multiplication a pair (u, w), products with +-1 counted too and listed beside; one
/// addition wherever an edge was there already.
struct EliminationCost {
  int64_t multiplications = 0;
  int64_t unit_multiplications = 0;  ///< of those, how many have a factor that is the constant +1 or -1
  int64_t additions = 0;

  EliminationCost& operator+=(const EliminationCost& other);
  friend bool operator==(const EliminationCost&, const EliminationCost&) = default;
};

/// A LinearGraph of diagonal edges between vertices of one shape, prepared for elimination: parallel edges are merged,
/// and an output that is used further (or is an input) gets a copy vertex, so that inputs, intermediates and outputs are
/// three disjoint sets. A linear instruction between scalars (select, convert) is an edge from each of its operands, with
/// the partial that its transpose has at 1. Where dtypes are mixed the coefficients are f64.
class EliminationGraph {
 public:
  /// Whether products are recorded into the current recording, or only counted.
  enum class Mode { count, record };

  /// throws : ShapeError W211 if an edge is an instruction on arrays or vertices differ in shape: scalarize the Program first
  explicit EliminationGraph(const LinearGraph& graph, Mode mode);

  size_t vertices() const { return successors_.size(); }
  const std::map<VertexId, Coefficient>& successors(VertexId v) const { return successors_[index(v)]; }
  const std::map<VertexId, Coefficient>& predecessors(VertexId v) const { return predecessors_[index(v)]; }
  /// Neither input nor output and not yet eliminated, in topological order.
  std::vector<VertexId> intermediates() const;
  const std::vector<std::optional<VertexId>>& inputs() const { return inputs_; }
  const std::vector<std::optional<VertexId>>& outputs() const { return outputs_; }

  /// cost: |predecessors| * |successors| multiplications. throws : UsageError W132 unless v is an intermediate
  EliminationCost eliminate(VertexId v);
  int64_t markowitz_degree(VertexId v) const {
    return static_cast<int64_t>(predecessors(v).size() * successors(v).size());
  }

 private:
  enum class Role : uint8_t { input, intermediate, output, gone };
  void add_diagonal(const LinearEdge& edge, const LinearGraph& graph);
  void add_instruction(const LinearEdge& edge);
  Coefficient in_one_dtype(const Coefficient& c) const;
  void connect(VertexId from, VertexId to, const Coefficient& c, EliminationCost& cost);
  Coefficient product(const Coefficient& a, const Coefficient& b);
  VertexId copy_of(VertexId v);

  Mode mode_;
  DType dtype_ = DType::f32;  ///< of the coefficients
  std::vector<std::map<VertexId, Coefficient>> successors_, predecessors_;
  std::vector<Role> roles_;
  std::vector<std::optional<VertexId>> inputs_, outputs_;
  std::vector<Site> sites_;  ///< of the lines that the vertices are tangents of
};

/// Cost of an order without recording anything. throws : UsageError W132 unless `order` is a permutation of the
/// intermediates
EliminationCost elimination_cost(const LinearGraph& graph, std::span<const VertexId> order);

}  // namespace wengert
