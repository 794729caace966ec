// SPDX-License-Identifier: Apache-2.0
//
// wengert plan: the order in which a Jacobian is accumulated with the fewest multiplications, and how sure that is.
#include <chrono>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "wengert/ad/linearize.h"
#include "wengert/base/error.h"
#include "wengert/cli/interrupt.h"
#include "wengert/cli/job.h"
#include "wengert/cli/plan_file.h"
#include "wengert/cli/program_source.h"
#include "wengert/cli/table.h"
#include "wengert/cli/verbs.h"
#include "wengert/ir/text.h"
#include "wengert/passes/scalarize.h"
#include "wengert/passes/simplify.h"
#include "wengert/plan/certificate.h"

namespace wengert::cli {
namespace {

/// What is planned: the Program as it stands, or as scalars if it has arrays.
Program planned_program(const Context& context, const Program& p) {
  bool scalars = true;
  for (uint32_t v = 0; v < p.size(); ++v) scalars = scalars && p.type(ValueId{v}).is_scalar();
  const Program flat = scalars ? p : scalarize(p).program;
  return context.arguments().has("as-written") ? flat : simplify(flat);
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
    return plan_elimination(graph,
                            {.counting = counting_of(context.arguments().text("count")), .rounds = 12, .stop = stop});
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

/// Checks a file's claims about the Program, which is prepared as it was when the file was written.
int verify(Context& context, const Program& p) {
  const std::string path = context.arguments().text("verify");
  const Certificate certificate = read_certificate(path);
  if (print(certificate.program) != print(p))
    throw UsageError("W726", fmt::format("{} is about another Program than {}", path, p.name()), {},
                     "give the Program that it was written for, and --as-written if it was given then");
  const EliminationPlan& plan = certificate.plan;
  const auto wrong = context.stage("verify", [&] { return wrong_claims(linearize(p).graph, plan); });
  context.document()["program"] = p.name(), context.document()["holds"] = wrong.empty(),
  context.document()["wrong"] = wrong;
  for (const std::string& claim : wrong) context.print("wrong: " + claim);
  if (wrong.empty())
    context.print(fmt::format("holds: {} takes {} multiplications ({}) in this order, and no order takes fewer than {}",
                              p.name(), plan.cost, counting_name(plan.counting), plan.lower_bound));
  return wrong.empty() ? exit_ok : exit_negative;
}

int run(Context& context) {
  const Point point = load(context);
  const Program p = context.stage("prepare", [&] { return planned_program(context, point.program); });
  if (context.arguments().has("verify")) return verify(context, p);
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
  if (context.arguments().has("certificate")) write_certificate(context.arguments().text("certificate"), p, plan);
  return exit_ok;
}

std::vector<Option> plan_options() {
  return {{.names = "--count",
           .value = "WHICH",
           .help = "Multiplications that count: all; those without a factor 1 or -1; of those, not the ones of "
                   "two numbers",
           .initial = "all",
           .choices = {"all", "no-units", "no-numbers"}},
          {.names = "--as-written",
           .help = "Neither simplify the Program nor merge equal lines first, as published counts do not"},
          {.names = "--budget",
           .value = "SECONDS",
           .help = "Time for searching; it ends sooner with a proof",
           .initial = "5"},
          {.names = "--order", .help = "Print the order, too"},
          {.names = "--certificate",
           .value = "FILE",
           .help = "Write order, cost, bound and witness",
           .completes = Completes::files},
          {.names = "--verify",
           .value = "FILE",
           .help = "Check what such a file claims about the Program",
           .completes = Completes::files}};
}

}  // namespace

Verb plan_verb() {
  return {
      .name = "plan",
      .summary = "Find the order that accumulates a Jacobian with the fewest multiplications, and prove how few",
      .description =
          "Forward mode, reverse mode and everything between eliminate the intermediate values one by one, in some "
          "order; "
          "eliminating one takes a multiplication for each pair of a value before and a value after it. Which order is "
          "cheapest is a hard problem (NP-complete); it is searched within --budget, together with a lower bound on "
          "every "
          "order, so that what is printed is a cost, a bound and the gap. Programs with arrays are written out in "
          "scalars "
          "first.\n\nWith --certificate the bound's witness is written to a file; --verify checks such a file by other "
          "means "
          "than those that found it, and ends with exit code 1 if something in it is wrong.",
      .options = joined(program_options(), plan_options()),
      .examples = {{"wengert plan \"v=x*y*sin(x*y), cos(v), exp(v)\" --order", "7 multiplications, proven"},
                   {"wengert plan f.wl --certificate f.json && wengert plan f.wl --verify f.json",
                    "A proof to keep, and its check"},
                   {"wengert plan f.wl --count no-units --budget 60 --json", "What is really multiplied, as JSON"}},
      .run = run};
}

}  // namespace wengert::cli
