// SPDX-License-Identifier: Apache-2.0
//
// wengert plan: the order in which a Jacobian is accumulated with the fewest multiplications, and how sure that is.
#include <chrono>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "wengert/ad/linearize.h"
#include "wengert/cli/interrupt.h"
#include "wengert/cli/job.h"
#include "wengert/cli/program_source.h"
#include "wengert/cli/table.h"
#include "wengert/cli/verbs.h"
#include "wengert/passes/scalarize.h"
#include "wengert/passes/simplify.h"
#include "wengert/plan/elimination_plan.h"

namespace wengert::cli {
namespace {

/// What is planned: the Program as it stands, or as scalars if it has arrays.
Program planned_program(const Context& context, const Program& p) {
  bool scalars = true;
  for (uint32_t v = 0; v < p.size(); ++v) scalars = scalars && p.type(ValueId{v}).is_scalar();
  const Program flat = scalars ? p : scalarize(p).program;
  return context.arguments().has("as-written") ? flat : simplify(flat);
}

Counting counting_of(const Arguments& arguments) {
  const std::string name = arguments.text("count");
  return name == "all" ? Counting::all : name == "no-units" ? Counting::units_free : Counting::numbers_folded;
}

/// Names of the graph's vertices: those of the lines they are derivatives of; parts of a line have a number behind it.
std::vector<std::string> vertex_names(const Program& p, const LinearGraph& graph) {
  std::vector<std::string> names(graph.vertices());
  for (uint32_t v = 0; v < graph.lines.size(); ++v)
    if (graph.lines[v]) {
      const std::string_view name = p.value_name(ValueId{v});
      names[index(*graph.lines[v])] = name.empty() ? fmt::format("%{}", v) : std::string(name);
    }
  for (size_t v = 0; v < names.size(); ++v)
    if (names[v].empty()) names[v] = fmt::format("part{}", v);
  return names;
}

EliminationPlan plan_within(Context& context, const LinearGraph& graph) {
  const double budget_s = context.arguments().real("budget", 0, 1e6);
  const auto start = std::chrono::steady_clock::now();
  const Interrupt interrupt;
  Progress progress("plan", 1000);
  const auto stop = [&] {
    const double spent = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    progress.update(static_cast<size_t>(std::min(1.0, spent / budget_s) * 1000));
    return spent >= budget_s || interrupt.requested();
  };
  return context.stage("plan", [&] {
    return plan_elimination(graph, {.counting = counting_of(context.arguments()), .rounds = 12, .stop = stop});
  });
}

void show_table(Context& context, const EliminationPlan& plan) {
  Table table({{"order"}, {"multiplications", Align::right}, {"additions", Align::right}});
  for (const RivalOrder& rival : plan.rivals)
    table.add({rival.name, std::to_string(rival.cost.multiplications), std::to_string(rival.cost.additions)});
  table.add({"best found", std::to_string(plan.cost), std::to_string(plan.additions)});
  std::string text = table.str(terminal_width(), context.palette());
  text.pop_back();
  context.print(text);
  const std::string verdict =
      plan.proven ? "proven: no order takes fewer"
                  : fmt::format("no order takes fewer than {}; gap {:.1f}%", plan.lower_bound, 100 * plan.gap());
  context.print(fmt::format("{} ({})", verdict, duration_text(plan.wall_s)));
}

std::string words(const std::vector<VertexId>& vertices, const std::vector<std::string>& names) {
  std::string text;
  for (const VertexId v : vertices) text += (text.empty() ? "" : " ") + names[index(v)];
  return text;
}

void fill_document(nlohmann::ordered_json& document, const EliminationPlan& plan,
                   const std::vector<std::string>& names) {
  const auto list = [&](const std::vector<VertexId>& vertices) {
    auto all = nlohmann::ordered_json::array();
    for (const VertexId v : vertices) all.push_back(names[index(v)]);
    return all;
  };
  document["intermediates"] = plan.intermediates, document["inputs"] = plan.inputs, document["outputs"] = plan.outputs;
  auto& rivals = document["rivals"] = nlohmann::ordered_json::array();
  for (const RivalOrder& rival : plan.rivals)
    rivals.push_back(
        {{"name", rival.name}, {"multiplications", rival.cost.multiplications}, {"additions", rival.cost.additions}});
  document["order"] = list(plan.choice);
  document["multiplications"] = plan.cost, document["additions"] = plan.additions;
  document["lower_bound"] = plan.lower_bound, document["proven"] = plan.proven, document["gap"] = plan.gap();
  document["wall_s"] = plan.wall_s;
  auto& witness = document["witness"];
  witness["enumerated"] = plan.enumerated, witness["first"] = list(plan.first);
  auto& clusters = witness["clusters"] = nlohmann::ordered_json::array();
  for (const auto& [vertices, least] : plan.clusters)
    clusters.push_back({{"vertices", list(vertices)}, {"least", least}});
}

int run(Context& context) {
  const Point point = load(context);
  const Program p = context.stage("prepare", [&] { return planned_program(context, point.program); });
  const LinearGraph graph = linearize(p).graph;
  const EliminationPlan plan = plan_within(context, graph);
  const auto names = vertex_names(p, graph);
  context.print(fmt::format("{}: {} inputs, {} outputs, {} intermediate values",
                            context.palette().bold(std::string(p.name())), plan.inputs, plan.outputs,
                            plan.intermediates));
  show_table(context, plan);
  if (context.arguments().has("order")) context.print("order: " + words(plan.choice, names));
  context.document()["program"] = p.name(), context.document()["count"] = context.arguments().text("count");
  fill_document(context.document(), plan, names);
  return exit_ok;
}

}  // namespace

Verb plan_verb() {
  return {.name = "plan",
          .summary = "Find the order that accumulates a Jacobian with the fewest multiplications, and prove how few",
          .description =
              "Forward mode, reverse mode and everything between eliminate the intermediate values one by one, in some "
              "order; eliminating "
              "one takes a multiplication for each pair of a value before and a value after it. Which order is "
              "cheapest is a hard problem "
              "(NP-complete); it is searched within --budget, together with a lower bound on every order, so that what "
              "is printed is a "
              "cost, a bound and the gap. Programs with arrays are written out in scalars first.",
          .options = joined(program_options(),
                            {{.names = "--count",
                              .value = "WHICH",
                              .help = "Multiplications that count: all, those without a factor +-1, or of those the "
                                      "ones that are not between two numbers",
                              .initial = "all",
                              .choices = {"all", "no-units", "no-numbers"}},
                             {.names = "--as-written", .help = "Neither simplify the Program nor merge equal lines first, as published counts do not"},
                             {.names = "--budget",
                              .value = "SECONDS",
                              .help = "Time for searching; it ends sooner where the optimum is proven",
                              .initial = "5"},
                             {.names = "--order", .help = "Print the order, too"}}),
          .examples = {{"wengert plan \"v=x*y*sin(x*y), cos(v), exp(v)\" --order", "7 multiplications, proven"},
                       {"wengert plan f.wl --count no-units --budget 60 --json",
                        "What is really multiplied, within a minute, as JSON"}},
          .run = run};
}

}  // namespace wengert::cli
