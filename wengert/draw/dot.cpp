// SPDX-License-Identifier: Apache-2.0
#include "wengert/draw/dot.h"

#include <fmt/format.h>

namespace wengert {
namespace {

using Kind = DiagramVertex::Kind;

/// Inside the quotes of DOT; line ends become its \n.
std::string in_quotes(std::string_view text) {
  std::string result = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    if (c == '\n')
      result += "\\n";
    else if (static_cast<unsigned char>(c) >= 0x20)
      result += c;
  }
  return result + "\"";
}

std::string_view style(Kind kind) {
  switch (kind) {
    case Kind::input: return "shape=ellipse, style=filled, fillcolor=\"#d7e8f7\"";
    case Kind::constant: return "shape=ellipse, style=filled, fillcolor=\"#eeeeee\"";
    case Kind::output: return "shape=box, style=\"rounded,filled\", fillcolor=\"#fbe3c8\"";
    case Kind::group: return "shape=box3d, style=filled, fillcolor=\"#f3f3f3\"";
    case Kind::operation: break;
  }
  return "shape=box, style=\"rounded,filled\", fillcolor=\"#ffffff\"";
}

std::string label(const DiagramVertex& v) {
  std::string text = v.name;
  if (!v.formula.empty()) text += (v.kind == Kind::input ? ": " : v.kind == Kind::group ? "\n" : " = ") + v.formula;
  if (!v.value.empty()) text += "\n" + v.value;
  if (!v.adjoint.empty()) text += "\nadjoint " + v.adjoint;
  return text;
}

}  // namespace

std::string dot(const Diagram& d) {
  std::string text =
      "digraph " + in_quotes(d.title) + " {\n  label=" + in_quotes(d.title + (d.remark.empty() ? "" : "\n" + d.remark)) +
      "; labelloc=t;\n  node [fontname=\"Helvetica\", fontsize=11];\n  edge [fontname=\"Helvetica\", fontsize=9];\n";
  for (size_t v = 0; v < d.vertices.size(); ++v)
    text += fmt::format("  v{} [label={}, {}];\n", v, in_quotes(label(d.vertices[v])), style(d.vertices[v].kind));
  for (const DiagramEdge& e : d.edges) {
    text += fmt::format("  v{} -> v{}", e.from, e.to);
    if (!e.label.empty())
      text += fmt::format(" [label={}]", in_quotes(e.label));
    else if (e.operands > 1)
      text += fmt::format(" [label={}]", in_quotes(fmt::format("{}×", e.operands)));
    text += ";\n";
  }
  return text + "}\n";
}

}  // namespace wengert
