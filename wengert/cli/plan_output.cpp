// SPDX-License-Identifier: Apache-2.0
#include "wengert/cli/plan_output.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "wengert/ad/accumulate.h"
#include "wengert/ad/derivatives.h"
#include "wengert/base/error.h"
#include "wengert/cli/emitted.h"
#include "wengert/draw/elimination_steps.h"
#include "wengert/draw/plot.h"
#include "wengert/io/file.h"
#include "wengert/ir/text.h"
#include "wengert/passes/simplify.h"
#include "wengert/plan/order_profile.h"

namespace wengert::cli {
namespace {

void check_ending(const Arguments& a, const char* option, const std::vector<std::string>& endings) {
  if (!a.has(option)) return;
  const std::string path = a.text(option);
  if (std::ranges::any_of(endings, [&](const std::string& ending) { return path.ends_with(ending); })) return;
  std::string list;
  for (const std::string& ending : endings) list += (list.empty() ? "" : " or ") + ending;
  throw UsageError("W729", fmt::format("--{} {}: a file that ends so cannot be written", option, path), {},
                   fmt::format("name it {}", list));
}

void write(Context& context, const std::string& path, const std::string& text, const char* member) {
  write_file_atomically(path, bytes_of(text));
  context.document()[member] = path;
  context.note("wrote " + path);
}

/// The orders of a chart: forward, reverse, the better Markowitz, and the best found.
std::vector<std::pair<std::string, EliminationOrder>> shown_orders(const EliminationPlan& plan) {
  std::vector<std::pair<std::string, EliminationOrder>> shown;
  const RivalOrder* markowitz = nullptr;
  for (const RivalOrder& rival : plan.rivals) {
    if (rival.name == "forward" || rival.name == "reverse") shown.emplace_back(rival.name, rival.order);
    if (rival.name.starts_with("Markowitz") && (markowitz == nullptr || rival.cost < markowitz->cost))
      markowitz = &rival;
  }
  if (markowitz != nullptr) shown.emplace_back("Markowitz", markowitz->order);
  shown.emplace_back("best found", plan.choice);
  return shown;
}

Series series(const std::string& name, const std::vector<double>& y) {
  Series s{name, {}, y};
  for (size_t k = 0; k < y.size(); ++k) s.x.push_back(static_cast<double>(k));
  return s;
}

std::string charts(const Planned& planned, const std::string& title) {
  LineChart cost{{},
                 {.title = title, .x_title = "eliminations", .y_title = "multiplications so far", .from_zero = true}};
  LineChart held{{}, {.x_title = "values computed", .y_title = "partials held", .from_zero = true, .height = 320}};
  for (const auto& [name, order] : shown_orders(planned.plan)) {
    const OrderProfile profile = order_profile(planned.graph, order, planned.plan.counting);
    std::vector<double> totals{0}, partials(profile.held.begin(), profile.held.end());
    for (const OrderCost& step : profile.steps)
      totals.push_back(totals.back() + static_cast<double>(step.multiplications));
    cost.series.push_back(series(fmt::format("{} ({})", name, profile.total().multiplications), totals));
    held.series.push_back(series(fmt::format("{} ({})", name, profile.most_held()), partials));
  }
  return stacked_charts({cost, held}, title);
}

}  // namespace

void check_endings(const Arguments& arguments) {
  check_ending(arguments, "draw", {".svg"});
  check_ending(arguments, "emit", {".c", ".wl"});
}

void draw_plan(Context& context, const Planned& planned) {
  const EliminationPlan& plan = planned.plan;
  const std::string title =
      fmt::format("{}: {} multiplications{}", planned.program.name(), plan.cost,
                  plan.proven ? ", no order takes fewer" : fmt::format(", at least {}", plan.lower_bound));
  const bool small = is_drawn_by_steps(planned.graph);
  const std::string text = context.stage("draw", [&] {
    return small ? elimination_steps(planned.graph, plan.choice, planned.names, title) : charts(planned, title);
  });
  write(context, context.arguments().text("draw"), text, "drawing");
}

void emit_plan(Context& context, const Planned& planned, const Point& point) {
  const Program& p = planned.program;
  const Program jacobian =
      context.stage("accumulate", [&] { return simplify(accumulate(p, planned.plan.choice).program); });
  const bool of_scalars = point.program.input_types() == p.input_types();
  emit_jacobian(context, jacobian, of_scalars ? point : Point{p, {}}, varying_inputs(p, {}));
}

void emit_jacobian(Context& context, const Program& jacobian, const Point& point, const std::vector<size_t>& wrt) {
  const std::string path = context.arguments().text("emit");
  if (path.ends_with(".wl")) return write(context, path, print(jacobian), "emitted");
  EmitCOptions options{.outputs = derivative_labels(point.program, wrt, "d{}/d{}")};
  options.test = self_test(point, jacobian, false);
  if (!options.test) note_no_self_test(context);
  const EmittedC c = context.stage("emit", [&] { return emit_c(jacobian, options); });
  context.document()["signature"] = c.signature;
  write(context, path, c.source, "emitted");
}

}  // namespace wengert::cli
