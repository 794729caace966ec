// SPDX-License-Identifier: Apache-2.0
//
// Diagram: what is drawn of a Program, before it has places: a box a line and an arrow an operand, with numbers where a
// point is known. A large one is folded: neighbouring lines become one box that says how many and what they are.
#pragma once

#include <string>
#include <vector>

#include "wengert/ir/program.h"

namespace wengert {

/// Numbers of a Program at a point, as texts; empty texts and empty lists are left out of the picture.
struct Annotations {
  std::vector<std::string> values, adjoints;       ///< of each line
  std::vector<std::vector<std::string>> partials;  ///< of each line by each operand
};

struct DiagramVertex {
  enum class Kind { input, constant, operation, output, group };
  Kind kind = Kind::operation;
  std::string name;       ///< "v1"; of a group "412 lines"
  std::string formula;    ///< "x * y"; of a group what it holds
  std::string operation;  ///< the primitive's name; empty for a group
  std::string value, adjoint;
  std::string hint;  ///< shown on hovering
  size_t lines = 1;  ///< of the Program
};

struct DiagramEdge {
  size_t from = 0, to = 0;
  std::string label;
  size_t operands = 1;  ///< arrows that were folded into this one
};

struct Diagram {
  std::string title;
  std::string remark;  ///< what was left out or folded; may be empty
  std::vector<DiagramVertex> vertices;
  std::vector<DiagramEdge> edges;
};

/// The largest picture that is drawn line by line.
inline constexpr size_t most_vertices_drawn = 200;

/// A vertex for every line that is no scalar constant (those are written into the formulas).
///
/// most : with more vertices, lines are folded until at most some `most` / 3 boxes are left
Diagram make_diagram(const Program& p, const Annotations& annotations = {}, size_t most = most_vertices_drawn);

/// `d` with neighbouring operations folded. Chains first; then bands of layers, whose connected parts become boxes.
Diagram folded(const Diagram& d, size_t most);

}  // namespace wengert
