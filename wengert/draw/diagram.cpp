// SPDX-License-Identifier: Apache-2.0
#include "wengert/draw/diagram.h"

#include <algorithm>

#include <fmt/format.h>

#include "wengert/draw/formula.h"
#include "wengert/ir/primitive.h"

namespace wengert {
namespace {

constexpr size_t no_vertex = static_cast<size_t>(-1);

std::string entry(const std::vector<std::string>& texts, size_t k) {
  return k < texts.size() ? texts[k] : std::string();
}

/// Numbers are written where they are used, unless they are results.
bool is_written_in(const Program& p, ValueId v) {
  return written_number(p, v) && std::ranges::find(p.outputs(), v) == p.outputs().end();
}

DiagramVertex vertex(const Program& p, ValueId v, const Annotations& notes) {
  using Kind = DiagramVertex::Kind;
  DiagramVertex box;
  const bool is_output = std::ranges::find(p.outputs(), v) != p.outputs().end();
  box.kind = p.is_input(v)      ? Kind::input
             : is_output        ? Kind::output
             : p.is_constant(v) ? Kind::constant
                                : Kind::operation;
  box.name = value_label(p, v);
  box.formula = p.is_input(v) && p.type(v).is_scalar() ? "" : line_formula(p, v);
  if (!p.is_input(v) && !p.type(v).is_scalar() && !p.is_constant(v)) box.formula += ": " + to_string(p.type(v));
  box.operation = p.primitive(v).name;
  box.value = entry(notes.values, index(v));
  box.adjoint = entry(notes.adjoints, index(v));
  box.hint = fmt::format("{} = {}: {}", box.name, line_formula(p, v), to_string(p.type(v)));
  if (const Site site = p.site(v)) box.hint += ", " + to_string(site);
  return box;
}

}  // namespace

Diagram make_diagram(const Program& p, const Annotations& notes, size_t most) {
  Diagram d;
  d.title = fmt::format("{}: {} line{}, {} input{}, {} output{}", p.name(), p.size(), p.size() == 1 ? "" : "s",
                        p.inputs(), p.inputs() == 1 ? "" : "s", p.outputs().size(), p.outputs().size() == 1 ? "" : "s");
  std::vector<size_t> place(p.size(), no_vertex);
  for (uint32_t i = 0; i < p.size(); ++i) {
    const ValueId v{i};
    if (is_written_in(p, v)) continue;
    place[i] = d.vertices.size();
    d.vertices.push_back(vertex(p, v, notes));
    const auto operands = p.operands(v);
    for (size_t k = 0; k < operands.size(); ++k) {
      const size_t from = place[index(operands[k])];
      if (from == no_vertex) continue;
      d.edges.push_back({from, place[i], i < notes.partials.size() ? entry(notes.partials[i], k) : ""});
    }
  }
  return d.vertices.size() > most ? folded(d, most) : d;
}

}  // namespace wengert
