// SPDX-License-Identifier: Apache-2.0
//
// LinearChain: a LinearGraph cut at its waists. A waist is a set of few vertices that every path from the inputs to the
// outputs goes through, so that between waists stand segments, and the Jacobian is the product of theirs:
//
//   J = J_k ... J_2 J_1,   J_s : tangents of states[s - 1] -> tangents of states[s]
//
// The states are the inputs, the waists in order, and the outputs. An input that is used late, or an output that is
// there early, passes through the segments between, whose Jacobians are the identity there. Values without a tangent
// are constants of the derivative and go wherever they are used.
#pragma once

#include "wengert/ad/linear_graph.h"

namespace wengert {

struct WaistLimits {
  size_t widest = 3;  ///< vertices of a waist
  size_t most = 64;   ///< waists; of more, those of the fewest elements are kept
};

class LinearChain {
 public:
  /// cost : linear in the edges, and in the vertices for each waist
  explicit LinearChain(const LinearGraph& graph, const WaistLimits& limits = {});

  size_t segments() const { return states_.size() - 1; }
  /// Vertices that are on a path from an input to an output, each once. The first state's are in the order of the
  /// inputs, the last state's in that of the outputs.
  const std::vector<VertexId>& state(size_t k) const { return states_[k]; }
  const Type& type(VertexId v) const { return graph_.type(v); }
  int64_t elements(VertexId v) const { return graph_.type(v).elements(); }
  size_t edges() const { return graph_.edges().size(); }
  /// Of inputs and outputs, and so of waists, which are of the same; none if they are of several.
  std::optional<DType> dtype() const { return dtype_; }

  /// The segments first .. last - 1 as a graph: its inputs are state(first), its outputs state(last).
  LinearGraph between(size_t first, size_t last) const;

 private:
  struct Lives;
  void find_waists(const WaistLimits& limits);
  void drop_alike(std::vector<size_t>& cuts, const Lives& lives) const;
  void keep_states(const std::vector<size_t>& cuts);

  LinearGraph graph_;  ///< only what is on a path from an input to an output
  std::vector<std::vector<VertexId>> states_;
  std::vector<size_t> segment_of_;  ///< of each edge
  std::optional<DType> dtype_;
};

}  // namespace wengert
