// SPDX-License-Identifier: Apache-2.0
//
// wengert primitives: the operations, and one of them with its derivative.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "wengert/ad/derivatives.h"
#include "wengert/base/error.h"
#include "wengert/cli/output.h"
#include "wengert/cli/primitive_page.h"
#include "wengert/cli/table.h"
#include "wengert/cli/verbs.h"
#include "wengert/draw/formula.h"
#include "wengert/ir/registry.h"
#include "wengert/ir/text_lexer.h"
#include "wengert/passes/simplify.h"

namespace wengert::cli {
namespace {

using Json = nlohmann::ordered_json;

Json entry(const Primitive& p) {
  Json json{{"name", p.name}, {"family", to_string(p.family)}};
  json["arity"] = p.arity == Primitive::any_arity ? Json("any") : Json(p.arity);
  auto& attributes = json["attributes"] = Json::array();
  for (const AttributeField& a : p.attributes()) {
    Json field{{"name", a.name}, {"type", to_string(a.kind)}, {"meaning", a.meaning}};
    if (!a.initial.empty()) field["default"] = a.initial;
    attributes.push_back(std::move(field));
  }
  json["note"] = p.note;
  json["source"] = p.source;
  return json;
}

int list(Context& context, const std::string& family) {
  Table table({{.title = "name", .paint = &Palette::cyan},
               {.title = "family"},
               {.title = "operands", .align = Align::right},
               {.title = "note", .wraps = true},
               {.title = "source", .wraps = true}});
  auto& json = context.document()["primitives"] = Json::array();
  size_t count = 0;
  for (const Primitive* p : operations()) {
    if (!family.empty() && family != to_string(p->family)) continue;
    ++count;
    json.push_back(entry(*p));
    table.add({std::string(p->name), std::string(to_string(p->family)), arity_text(*p), std::string(p->note),
               std::string(p->source)});
  }
  context.print(table.str(terminal_width(), context.palette()) +
                fmt::format("{} primitives; wengert primitives NAME shows one with its derivative", count));
  return exit_ok;
}

const Primitive& named(const std::string& name) {
  std::vector<std::string_view> names;
  for (const Primitive* p : operations()) {
    if (p->name == name) return *p;
    names.push_back(p->name);
  }
  const std::string hint = text::did_you_mean(name, names);
  throw UsageError("W614", fmt::format("there is no primitive \"{}\"", name), {},
                   hint.empty() ? "wengert primitives lists them" : hint);
}

void show_examples(Context& context, const Primitive& p) {
  auto& json = context.document()["known"] = Json::array();
  for (const wengert::Example& example : p.examples()) {
    if (example.results.empty() || !example.attributes.empty()) continue;
    std::vector<std::string> operands, results;
    Json given = Json::array(), found = Json::array();
    for (const Array& x : example.operands) {
      operands.push_back(to_string(x, 16));
      given.push_back(to_json(x));
    }
    for (const Array& y : example.results) {
      results.push_back(to_string(y, 16));
      found.push_back(to_json(y));
    }
    context.print(fmt::format("  {}({}) = {}", p.name, fmt::join(operands, ", "), fmt::join(results, ", ")));
    json.push_back({{"operands", given}, {"results", found}});
  }
}

void show_partials(Context& context, const Primitive& p) {
  const auto names = operand_names(p.arity);
  const auto formulas = partial_formulas(p);
  auto& json = context.document()["partials"] = Json::object();
  for (size_t k = 0; k < formulas.size(); ++k) {
    context.print(fmt::format("  d/d{} = {}", names[k], formulas[k]));
    json[names[k]] = formulas[k];
  }
  for (const StatedPartials& edge : p.edges())
    context.print(fmt::format("  chosen at ({}): {}", fmt::join(edge.at, ", "), fmt::join(edge.partials, ", ")));
}

/// JVP and VJP of the operation on the operands of its example.
void show_derivative_programs(Context& context, const Primitive& p) {
  const auto sample = sample_program(p);
  if (!sample) return;
  bool differentiable = false;
  for (size_t k = 0; k < sample->inputs(); ++k)
    differentiable |= p.differentiable(static_cast<int>(k)) && is_float(sample->input_types()[k].dtype);
  if (!differentiable || !is_float(sample->output_types()[0].dtype)) return;
  context.print("");
  show_program(context, "jvp", simplify(jvp(*sample)));
  context.print("");
  show_program(context, "vjp", simplify(vjp(*sample)));
}

int details(Context& context, const Primitive& p) {
  const Palette& palette = context.palette();
  context.document().update(entry(p));
  context.print(fmt::format("{}: {}, operands: {}", palette.bold(p.name), to_string(p.family), arity_text(p)));
  if (!p.note.empty()) context.print(fmt::format("  {}", p.note));
  if (!p.source.empty()) context.print(fmt::format("  source: {}", p.source));
  for (const AttributeField& a : p.attributes())
    context.print(
        fmt::format("  attribute {}: {}; {}, {}", palette.cyan(a.name), a.meaning, to_string(a.kind), default_text(a)));
  show_examples(context, p);
  if (p.family == Family::elementwise) show_partials(context, p);
  show_derivative_programs(context, p);
  return exit_ok;
}

int run(Context& context) {
  const Arguments& a = context.arguments();
  if (a.has("names")) {
    auto& names = context.document()["names"] = Json::array();
    for (const Primitive* p : operations()) {
      context.print(p->name);
      names.push_back(p->name);
    }
    return exit_ok;
  }
  if (a.has("markdown")) {
    const std::string page = primitives_markdown();
    context.document()["markdown"] = page;
    if (!context.json()) write_output(page);
    return exit_ok;
  }
  return context.stage("show", [&] {
    return a.has("NAME") ? details(context, named(a.text("NAME"))) : list(context, a.text("family"));
  });
}

}  // namespace

Verb primitives_verb() {
  return {.name = "primitives",
          .summary = "List the operations, or show one with its derivative",
          .options = {{.names = "NAME", .help = "The operation to be shown", .completes = Completes::primitives},
                      {.names = "--family",
                       .value = "FAMILY",
                       .help = "Only this family",
                       .choices = {"elementwise", "linear", "bilinear", "composite", "control", "nondifferentiable"}},
                      {.names = "--names", .help = "Only names, one a line"},
                      {.names = "--markdown", .help = "The reference page docs/primitives.md"}},
          .examples = {{"wengert primitives", "All of them"},
                       {"wengert primitives atan2", "One with its partials and derivative Programs"}},
          .run = run};
}

}  // namespace wengert::cli
