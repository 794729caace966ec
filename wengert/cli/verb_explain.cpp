// SPDX-License-Identifier: Apache-2.0
//
// wengert explain: the Wengert list row by row, with values, partials, adjoints, and the chain rule that made them.
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "wengert/ad/derivatives.h"
#include "wengert/base/error.h"
#include "wengert/cli/explanation.h"
#include "wengert/cli/output.h"
#include "wengert/cli/program_source.h"
#include "wengert/cli/verbs.h"

namespace wengert::cli {
namespace {

/// The outputs to be explained, by number. throws : UsageError W606
std::vector<size_t> chosen_outputs(const Context& context, const Program& p) {
  constexpr size_t most = 4;
  std::vector<std::string> names;
  std::vector<size_t> all;
  for (size_t k = 0; k < p.outputs().size(); ++k) {
    names.push_back(output_name(p, k));
    if (is_float(p.type(p.outputs()[k]).dtype)) all.push_back(k);
  }
  const std::string wanted = context.arguments().text("output");
  if (wanted.empty()) {
    if (all.size() > most) all.resize(most);
    return all;
  }
  const auto place = std::ranges::find(names, wanted);
  if (place == names.end()) unknown_name("--output", wanted, "output", names);
  const auto k = static_cast<size_t>(place - names.begin());
  if (!is_float(p.type(p.outputs()[k]).dtype))
    throw UsageError("W131",
                     fmt::format("output {} of program \"{}\" is {} and has no derivative", wanted, p.name(),
                                 to_string(p.type(p.outputs()[k]))),
                     {}, "choose an output of float dtype, or leave --output out");
  return {k};
}

using Seeds = std::vector<std::optional<Array>>;

/// The sweeps to be shown: a seed for each output alone, or the one that --seed gives.
std::vector<Sweep> sweeps(Context& context, const Point& point, const std::vector<Array>& inputs) {
  const Program& p = point.program;
  const auto wrt = varying_inputs(p, varying(context, p));
  std::vector<Sweep> all;
  const auto add = [&](std::string title, Seeds seeds) {
    auto adjoints = context.stage("differentiate", [&] { return line_adjoints(p, inputs, wrt, seeds); });
    all.push_back({std::move(title), std::move(seeds), std::move(adjoints)});
  };
  if (context.arguments().has("seed")) {
    std::vector<std::string> names;
    std::vector<Type> types;
    for (size_t k = 0; k < p.outputs().size(); ++k) {
      names.push_back(output_name(p, k));
      types.push_back(p.type(p.outputs()[k]));
    }
    Seeds seeds;
    for (Array& seed : vectors(context, "seed", names, types, false)) seeds.emplace_back(std::move(seed));
    add("the outputs weighted by --seed", std::move(seeds));
    return all;
  }
  for (size_t k : chosen_outputs(context, p)) {
    Seeds seeds(p.outputs().size());
    const Type& type = p.type(p.outputs()[k]);
    seeds[k] = Array::filled(type, 1);
    add(type.is_scalar() ? output_name(p, k) : "the sum of the elements of " + output_name(p, k), std::move(seeds));
  }
  return all;
}

/// Says which outputs have no adjoints in the table, and why.
void note_omitted(Context& context, const Program& p, size_t shown) {
  if (context.arguments().has("output") || context.arguments().has("seed")) return;
  note_without_derivative(context, p);
  size_t floats = 0;
  for (const Type& type : p.output_types()) floats += is_float(type.dtype);
  if (shown < floats) context.note(fmt::format("{} of {} outputs shown; --output NAME chooses another", shown, floats));
}

int run(Context& context) {
  const Point point = load(context);
  const auto inputs = point.inputs();
  const Program& p = point.program;
  Explanation e{p, {}, {}, {}, static_cast<int>(context.arguments().integer("digits", 1, 17))};
  e.values = context.stage("run", [&] { return line_values(p, inputs, context.arguments().has("trap-nan")); });
  e.partials = context.stage("partials", [&] { return local_partials(p, e.values); });
  e.sweeps = sweeps(context, point, inputs);
  if (context.json())
    context.document()["lines"] = rows_json(e);
  else
    context.print(explanation_text(e, terminal_width(), context.palette()));
  note_omitted(context, p, e.sweeps.size());
  return exit_ok;
}

}  // namespace

Verb explain_verb() {
  return {.name = "explain",
          .summary = "Show backpropagation row by row: values, partials, adjoints, and the chain rule with its numbers",
          .description =
              "The Wengert list from top to bottom: each line with its value and its partials by its operands. From "
              "bottom to top: each line's adjoint, the derivative of the output by that line, which is the sum over "
              "its uses of the user's adjoint times the user's partial. Arrays are shown by shape and norm.",
          .options = joined(
              program_options(),
              {wrt_option(),
               {.names = "--output",
                .value = "NAME",
                .help = "The output whose adjoints are shown; each of the first four otherwise"},
               {.names = "--seed", .value = "VALUES", .help = "Cotangents of the outputs, as for vjp", .repeats = true},
               {.names = "--digits", .value = "N", .help = "Significant digits", .initial = "6"},
               trap_nan_option()}),
          .examples = {{"wengert explain \"x1*x2 + sin(x1)\" --at x1=2,x2=3", "How the gradient comes about"},
                       {"wengert explain net.wl --at x=@x.npy --output loss", "One output of a larger Program"}},
          .run = run};
}

}  // namespace wengert::cli
