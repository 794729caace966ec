// SPDX-License-Identifier: Apache-2.0
#include "wengert/cli/primitive_page.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "wengert/draw/formula.h"
#include "wengert/ir/registry.h"
#include "wengert/passes/simplify.h"

namespace wengert::cli {
namespace {

struct FamilyText {
  Family family;
  std::string_view title, text;
};

constexpr FamilyText families[] = {
    {Family::elementwise, "Elementwise",
     "A number for each element; the derivative is a factor for each element, written here as formulas."},
    {Family::linear, "Linear", "Their own derivative; the reverse sweep applies their transpose."},
    {Family::bilinear, "Bilinear", "Linear in each of two operands; the derivative follows by the product rule."},
    {Family::composite, "Composite",
     "Derivatives stated as a JVP made of other operations; the reverse sweep is its transpose."},
    {Family::control, "Control", "Programs inside a Program; their derivative is that of the Program inside."},
    {Family::nondifferentiable, "Without derivative",
     "The derivative is zero wherever it exists, or there is none: the note says which."}};

/// Text for a cell of a Markdown table.
std::string cell(std::string_view text) {
  std::string result;
  for (char c : text) {
    if (c == '|') result += '\\';
    result += c == '\n' ? ' ' : c;
  }
  return result;
}

std::string derivative_cell(const Primitive& primitive) {
  const auto formulas = partial_formulas(primitive);
  const auto names = operand_names(primitive.arity);
  std::vector<std::string> texts;
  for (size_t k = 0; k < formulas.size(); ++k)
    texts.push_back(formulas.size() == 1 ? fmt::format("`{}`", formulas[k])
                                         : fmt::format("`d/d{} = {}`", names[k], formulas[k]));
  return cell(fmt::format("{}", fmt::join(texts, ", ")));
}

std::string edges_text(const Primitive& primitive) {
  std::vector<std::string> texts;
  for (const StatedPartials& edge : primitive.edges()) {
    std::vector<std::string> at, partials;
    for (double x : edge.at) at.push_back(shortest(x));
    for (double x : edge.partials) partials.push_back(shortest(x));
    texts.push_back(fmt::format("at ({}): {}", fmt::join(at, ", "), fmt::join(partials, ", ")));
  }
  return fmt::format("{}", fmt::join(texts, "; "));
}

/// The table of the attributes of a family's operations, or nothing.
std::string attribute_table(const std::vector<const Primitive*>& all, Family family) {
  std::string rows;
  for (const Primitive* p : all)
    for (const AttributeField& a : p->attributes())
      if (p->family == family)
        rows += fmt::format("| `{}` | `{}` | {} | {} | {} |\n", p->name, a.name, to_string(a.kind), cell(a.meaning),
                            a.initial.empty() ? "" : cell(a.initial));
  return rows.empty() ? ""
                      : "\n| name | attribute | type | meaning | default in formulas |\n|---|---|---|---|---|\n" + rows;
}

std::string row(const Primitive& p) {
  const std::string name = fmt::format("`{}`", p.name);
  if (p.family != Family::elementwise)
    return fmt::format("| {} | {} | {} | {} |\n", name, arity_text(p), cell(p.note), cell(p.source));
  std::string note = cell(p.note);
  if (const std::string edges = edges_text(p); !edges.empty())
    note += (note.empty() ? "" : "; ") + cell("chosen " + edges);
  return fmt::format("| {} | {} | {} | {} | {} |\n", name, arity_text(p), derivative_cell(p), note, cell(p.source));
}

}  // namespace

std::vector<const Primitive*> operations() {
  std::vector<const Primitive*> all;
  for (const Primitive* p : primitives())
    if (p->family != Family::structure) all.push_back(p);
  const auto place = [](Family family) { return std::ranges::find(families, family, &FamilyText::family) - families; };
  std::ranges::sort(all, [&](const Primitive* a, const Primitive* b) {
    return std::pair(place(a->family), a->name) < std::pair(place(b->family), b->name);
  });
  return all;
}

std::vector<std::string> operand_names(int arity) {
  if (arity <= 3) {
    std::vector<std::string> names{"x", "y", "z"};
    names.resize(static_cast<size_t>(std::max(arity, 0)));
    return names;
  }
  std::vector<std::string> names;
  for (int k = 0; k < arity; ++k) names.push_back(fmt::format("x{}", k));
  return names;
}

std::vector<std::string> partial_formulas(const Primitive& primitive) {
  if (primitive.family != Family::elementwise) return {};
  Recording recording(std::string(primitive.name));
  std::vector<Expr> operands;
  for (const std::string& name : operand_names(primitive.arity)) operands.push_back(recording.input(f64(), name));
  const Expr result = record_all(primitive, operands)[0];
  auto exprs = primitive.partials(operands, result);
  for (Expr& e : exprs)
    if (e.is_literal()) e = constant(Array(e.literal()));
  const Program p = simplify(recording.finish(exprs));
  std::vector<std::string> formulas;
  for (ValueId v : p.outputs()) formulas.push_back(expanded_formula(p, v, 120));
  return formulas;
}

std::optional<Program> sample_program(const Primitive& primitive) {
  const auto examples = primitive.examples();
  if (examples.empty()) return {};
  ProgramBuilder builder{std::string(primitive.name)};
  std::vector<ValueId> operands;
  const auto names = operand_names(static_cast<int>(examples[0].operands.size()));
  for (size_t k = 0; k < names.size(); ++k) operands.push_back(builder.input(examples[0].operands[k].type(), names[k]));
  const ValueId first = builder.append(primitive, operands, examples[0].attributes);
  std::vector<ValueId> results;
  for (auto v = static_cast<uint32_t>(first); v < builder.size(); ++v) results.push_back(ValueId{v});
  return builder.finish(results);
}

std::string arity_text(const Primitive& primitive) {
  return primitive.arity == Primitive::any_arity ? "any" : std::to_string(primitive.arity);
}

std::string default_text(const AttributeField& attribute) {
  return attribute.initial.empty() ? "must be given" : fmt::format("default {}", attribute.initial);
}

std::string primitives_markdown() {
  const auto all = operations();
  std::string text = fmt::format(
      "# Primitives\n\nThe {} operations, from their records by `wengert primitives --markdown`; do not edit. `wengert "
      "primitives "
      "NAME` shows one with its derivative. Keys of sources are explained in sources.md.\n",
      all.size());
  for (const FamilyText& family : families) {
    const bool elementwise = family.family == Family::elementwise;
    text += fmt::format("\n## {}\n\n{}\n\n", family.title, family.text);
    text += elementwise ? "| name | operands | derivative | note | source |\n|---|---|---|---|---|\n"
                        : "| name | operands | note | source |\n|---|---|---|---|\n";
    for (const Primitive* p : all)
      if (p->family == family.family) text += row(*p);
    text += attribute_table(all, family.family);
  }
  return text;
}

}  // namespace wengert::cli
