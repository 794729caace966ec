// SPDX-License-Identifier: Apache-2.0
#include "wengert/cli/talk_example.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "wengert/ad/accumulate.h"
#include "wengert/ad/linearize.h"
#include "wengert/cli/annotate.h"
#include "wengert/cli/explanation.h"
#include "wengert/cli/output.h"
#include "wengert/cli/table.h"
#include "wengert/draw/formula.h"
#include "wengert/draw/svg.h"
#include "wengert/exec/interpreter.h"
#include "wengert/ir/text.h"
#include "wengert/plan/elimination_order.h"

namespace wengert::cli {
namespace {

constexpr std::string_view example = R"(program talk(x1, x2) {
  v1 = x1 * x2
  v2 = sin(v1)
  v3 = v1 * v2
  v4 = cos(v3)
  v5 = exp(v3)
  return v4, v5
})";

std::string order_text(const Program& p, const LinearGraph& graph, const EliminationOrder& order) {
  std::vector<std::string> names;
  for (VertexId v : order)
    for (uint32_t i = 0; i < p.size(); ++i)
      if (graph.lines[i] == v) names.push_back(value_label(p, ValueId{i}));
  return fmt::format("{}", fmt::join(names, " "));
}

void show_orders(Context& context, const Program& p) {
  const LinearGraph graph = linearize(p).graph;
  const auto best = enumerated_order(graph);
  size_t orders = 1;
  for (size_t k = 2; k <= best.choice.size(); ++k) orders *= k;
  const std::vector<std::pair<std::string, EliminationOrder>> rows{
      {"forward", forward_order(graph)},
      {"reverse", reverse_order(graph)},
      {"markowitz", markowitz_order(graph)},
      {fmt::format("best of all {}", orders), best.choice}};
  Table table({{.title = "order"},
               {.title = "multiplications", .align = Align::right},
               {.title = "additions", .align = Align::right},
               {.title = "eliminates"}});
  auto& json = context.document()["orders"] = nlohmann::ordered_json::array();
  for (const auto& [name, order] : rows) {
    const EliminationCost cost = elimination_cost(graph, order);
    const std::string text = order_text(p, graph, order);
    table.add({name, std::to_string(cost.multiplications), std::to_string(cost.additions), text});
    json.push_back({{"order", name},
                    {"multiplications", cost.multiplications},
                    {"additions", cost.additions},
                    {"eliminates", text}});
  }
  context.print(table.str(terminal_width(), context.palette()));
}

void show_jacobian(Context& context, const Program& p, std::span<const Array> x) {
  const auto plan = enumerated_order(linearize(p).graph);
  const auto entries = evaluate(accumulate(p, plan.choice).program, x);
  Table table({{.title = "Jacobian", .paint = &Palette::cyan},
               {.title = "/dx1", .align = Align::right},
               {.title = "/dx2", .align = Align::right}});
  for (size_t i = 0; i < 2; ++i)
    table.add({i == 0 ? "dv4" : "dv5", shortest(entries[2 * i].item()), shortest(entries[2 * i + 1].item())});
  context.print(table.str(terminal_width(), context.palette()));
  context.document()["jacobian"] = {{to_json(entries[0]), to_json(entries[1])},
                                    {to_json(entries[2]), to_json(entries[3])}};
}

}  // namespace

std::string explain_talk_example(Context& context) {
  const Program p = parse(example);
  const std::vector<Array> x{Array(1.5), Array(0.8)};
  context.print(print(p));
  Explanation e{p, line_values(p, x), {}, {}, 6};
  e.partials = local_partials(p, e.values);
  for (size_t k = 0; k < p.outputs().size(); ++k) {
    std::vector<std::optional<Array>> seeds(p.outputs().size());
    seeds[k] = Array(1.0);
    auto adjoints = line_adjoints(p, x, {0, 1}, seeds);
    e.sweeps.push_back({value_label(p, p.outputs()[k]), std::move(seeds), std::move(adjoints)});
  }
  context.print(explanation_text(e, terminal_width(), context.palette()) + "\n");
  context.document()["lines"] = rows_json(e);
  show_jacobian(context, p, x);
  show_orders(context, p);
  return svg(make_diagram(p, annotations(p, e.values, e.partials)));
}

}  // namespace wengert::cli
