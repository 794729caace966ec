// SPDX-License-Identifier: Apache-2.0
//
// wengert plan: the order in which a Jacobian is accumulated with the fewest multiplications, and how sure that is.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "wengert/ad/linearize.h"
#include "wengert/base/error.h"
#include "wengert/cli/duration.h"
#include "wengert/cli/interrupt.h"
#include "wengert/cli/plan_chain.h"
#include "wengert/cli/plan_file.h"
#include "wengert/cli/plan_output.h"
#include "wengert/cli/plan_tasks.h"
#include "wengert/cli/plan_timed.h"
#include "wengert/cli/planned.h"
#include "wengert/cli/random_values.h"
#include "wengert/cli/table.h"
#include "wengert/cli/verbs.h"
#include "wengert/ir/text.h"
#include "wengert/plan/certificate.h"
#include "wengert/plan/order_profile.h"

namespace wengert::cli {
namespace {

EliminationPlan searched(Context& context, const LinearGraph& graph) {
  const Interrupt interrupt;
  Progress progress("plan", 1000);
  return context.stage("plan", [&] {
    return plan_within(graph, counting_of(context.arguments().text("count")), context.arguments().real("budget", 0, 1e6),
                       [&] { return interrupt.requested(); },
                       [&](double spent) { progress.update(static_cast<size_t>(spent * 1000)); });
  });
}

/// The most partials that an order holds at once.
int64_t held(const Planned& planned, const EliminationOrder& order) {
  return order_profile(planned.graph, order, planned.plan.counting).most_held();
}

void show_table(Context& context, const Planned& planned) {
  const EliminationPlan& plan = planned.plan;
  Table table({{"order"}, {"multiplications", Align::right}, {"additions", Align::right}, {"partials held", Align::right}});
  for (const RivalOrder& rival : plan.rivals)
    table.add({rival.name, std::to_string(rival.cost.multiplications), std::to_string(rival.cost.additions),
               std::to_string(held(planned, rival.order))});
  table.add({"best found", std::to_string(plan.cost), std::to_string(plan.additions),
             std::to_string(held(planned, plan.choice))});
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

void fill_document(nlohmann::ordered_json& document, const Planned& planned) {
  const EliminationPlan& plan = planned.plan;
  const auto list = [&](const std::vector<VertexId>& vertices) {
    auto all = nlohmann::ordered_json::array();
    for (const VertexId v : vertices) all.push_back(planned.names[index(v)]);
    return all;
  };
  document["intermediates"] = plan.intermediates, document["inputs"] = plan.inputs, document["outputs"] = plan.outputs;
  auto& rivals = document["rivals"] = nlohmann::ordered_json::array();
  for (const RivalOrder& rival : plan.rivals)
    rivals.push_back({{"name", rival.name},
                      {"multiplications", rival.cost.multiplications},
                      {"additions", rival.cost.additions},
                      {"held", held(planned, rival.order)}});
  document["order"] = list(plan.choice);
  document["multiplications"] = plan.cost, document["additions"] = plan.additions;
  document["held"] = held(planned, plan.choice);
  document["lower_bound"] = plan.lower_bound, document["proven"] = plan.proven, document["gap"] = plan.gap();
  document["wall_s"] = plan.wall_s;
  auto& witness = document["witness"];
  witness["enumerated"] = plan.enumerated, witness["searched"] = plan.searched, witness["first"] = list(plan.first);
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
  const Arguments& a = context.arguments();
  if (a.has("tasks")) return plan_tasks(context);
  if (!a.has("PROGRAM"))
    throw UsageError("W603", "plan needs PROGRAM, or --tasks", {}, "wengert plan --help lists what it takes");
  check_endings(a);
  Point point = load(context);
  if (is_planned_as_chain(context, point.program)) return plan_chain(context, point);
  fill_randomly(context, point);
  const Program p = context.stage("prepare", [&] { return planned_program(point.program, a.has("as-written")); });
  if (a.has("verify")) return verify(context, p);
  LinearGraph graph = linearize(p).graph;
  auto names = vertex_names(p, graph);
  EliminationPlan found = searched(context, graph);
  const Planned planned{p, std::move(graph), std::move(names), std::move(found)};
  const EliminationPlan& plan = planned.plan;
  context.print(fmt::format("{}: {} inputs, {} outputs, {} intermediate values",
                            context.palette().bold(std::string(p.name())), plan.inputs, plan.outputs,
                            plan.intermediates));
  show_table(context, planned);
  if (a.has("order")) context.print("order: " + words(plan.choice, planned.names));
  context.document()["program"] = p.name(), context.document()["count"] = a.text("count");
  fill_document(context.document(), planned);
  if (a.has("certificate")) write_certificate(a.text("certificate"), p, plan);
  if (a.has("draw")) draw_plan(context, planned);
  if (a.has("timed")) show_timed_ways(context, point);
  if (a.has("emit")) emit_plan(context, planned, point);
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
          {.names = "--draw",
           .value = "FILE",
           .help = "Write a picture (.svg): a small graph step by step; otherwise what the orders take and hold",
           .completes = Completes::files},
          {.names = "--emit",
           .value = "FILE",
           .help = "Write the Jacobian along the order found, as C (.c) or as a Program (.wl)",
           .completes = Completes::files},
          {.names = "--timed",
           .help = "Compile and time the 20 most promising ways to accumulate the Jacobian, at the point (--at, --random)"},
          {.names = "--certificate",
           .value = "FILE",
           .help = "Write order, cost, bound and witness",
           .completes = Completes::files},
          {.names = "--verify",
           .value = "FILE",
           .help = "Check what such a file claims about the Program",
           .completes = Completes::files},
          {.names = "--tasks",
           .help = "Plan many functions in every way of counting: those of the folder PROGRAM, or else published tasks "
                   "and ten other functions, which come with the tool"}};
}

std::vector<Option> all_options() {
  std::vector<Option> options = joined(joined(joined(program_options(), {random_option()}), plan_options()), chain_options());
  options[0].required = false;  // --tasks needs none
  return options;
}

}  // namespace

Verb plan_verb() {
  return {
      .name = "plan",
      .summary = "Find the order that accumulates a Jacobian with the fewest multiplications, and prove how few",
      .description =
          "Forward mode, reverse mode and everything between eliminate the intermediate values one by one, in some "
          "order; eliminating one takes a multiplication for each pair of a value before and a value after it. Which "
          "order is cheapest is a hard problem (NP-complete); it is searched within --budget, together with a lower "
          "bound on every order, so that what is printed is a cost, a bound and the gap; and how many partial "
          "derivatives an order holds at once. Programs with arrays are written out in scalars first.\n\n"
          "Where arrays are too large for that, or with --chain, the Jacobian is planned as a product of the Jacobians between "
          "values that all paths from the inputs to the outputs lead through: which products to form, and what to sweep "
          "forward or in reverse. The cheapest way, in operations, is printed beside both sweeps alone.\n\n"
          "With --certificate the bound's witness is written to a file; --verify checks such a file by other means "
          "than those that found it, and ends with exit code 1 if something in it is wrong, or would take too long to be checked.\n\n"
          "--tasks ends with exit code 1 if something that was found takes more multiplications than forward mode, "
          "reverse mode, Markowitz's rule or the published order; SIGINT shows what is there so far.",
      .options = all_options(),
      .examples = {{"wengert plan \"v=x*y*sin(x*y), cos(v), exp(v)\" --order", "7 multiplications, proven"},
                   {"wengert plan \"v=x*y*sin(x*y), cos(v), exp(v)\" --draw f.svg", "Its graph, step by step"},
                   {"wengert plan f.wl --emit f.c", "The Jacobian with those multiplications, as C"},
                   {"wengert plan f.wl --timed --random 1", "The best orders, compiled and timed"},
                   {"wengert plan f.wl --certificate f.json && wengert plan f.wl --verify f.json",
                    "A proof to keep, and its check"},
                   {"wengert plan f.wl --count no-units --budget 60 --json", "What is really multiplied, as JSON"},
                   {"wengert plan \"tanh(sum(x*y) * x)\" --types \"x=f64[50],y=f64[50]\" --chain --wrt x", "A product of Jacobians of arrays"},
                   {"wengert plan --tasks", "Published tasks beside their published counts, and other functions"}},
      .run = run};
}

}  // namespace wengert::cli
