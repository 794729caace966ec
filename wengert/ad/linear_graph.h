// SPDX-License-Identifier: Apache-2.0
//
// LinearGraph: the linearization of a Program at a point, as a DAG. A vertex is a tangent (of an input, of a line, or
// inside a composite rule); an edge carries a linear map from tangents to tangents:
//
//   a diagonal     to_dot = c * from_dot elementwise (a scalar partial when the vertices are scalars), or
//   an instruction to_dot = primitive(..., from_dot, ...), with the other operands as its residual values.
//
// dy_i/dx_j is the sum over all paths from j to i of the products of the maps on the path (Bauer 1974; GW08 eq. (9.1)).
// Coefficients and residuals are values of the Program that linearize recorded.
#pragma once

#include <optional>
#include <vector>

#include "wengert/ir/primitive.h"

namespace wengert {

enum class VertexId : uint32_t {};
inline size_t index(VertexId v) { return static_cast<size_t>(v); }

/// A partial: a value of the linearized Program, or a number known beforehand (value == no_value).
struct Coefficient {
  ValueId value = no_value;
  double number = 1;

  bool is_number() const { return value == no_value; }
  bool is_unit() const { return is_number() && (number == 1 || number == -1); }
};

struct LinearEdge {
  std::vector<VertexId> from = {}, to = {};  ///< one each for a diagonal
  Coefficient diagonal = {};              ///< if primitive is null
  const Primitive* primitive = nullptr;
  Attributes attributes = {};
  std::vector<ValueId> operands = {};     ///< no_value where a tangent goes, in the order of `from`
  std::vector<Type> operand_types = {}, result_types = {};
  std::vector<size_t> result_of = {};     ///< to[k] is that result of the instruction
  Site site = {};                         ///< of the line it belongs to, for the lines that multiply by it

  bool is_diagonal() const { return primitive == nullptr; }
};

class LinearGraph {
 public:
  VertexId add_vertex(const Type& type) {
    types_.push_back(type);
    return VertexId{static_cast<uint32_t>(types_.size() - 1)};
  }
  /// Edges come in topological order: every edge into a vertex stands before every edge out of it.
  void add_edge(LinearEdge edge) { edges_.push_back(std::move(edge)); }

  size_t vertices() const { return types_.size(); }
  const Type& type(VertexId v) const { return types_[index(v)]; }
  const std::vector<LinearEdge>& edges() const { return edges_; }
  std::vector<LinearEdge>& edges() { return edges_; }

  std::vector<std::optional<VertexId>> inputs;   ///< of each input of the Program; none where it does not vary
  std::vector<std::optional<VertexId>> outputs;  ///< of each output; none where it does not depend on a varying input
  std::vector<std::optional<VertexId>> lines;    ///< of each line of the Program that was linearized

 private:
  std::vector<Type> types_;
  std::vector<LinearEdge> edges_;
};

}  // namespace wengert
