// SPDX-License-Identifier: Apache-2.0
#include "wengert/cli/planned.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "wengert/passes/scalarize.h"
#include "wengert/passes/simplify.h"

namespace wengert::cli {

Program planned_program(const Program& p, bool as_written) {
  bool scalars = true;
  for (uint32_t v = 0; v < p.size(); ++v) scalars = scalars && p.type(ValueId{v}).is_scalar();
  const Program flat = scalars ? p : scalarize(p).program;
  return as_written ? flat : simplify(flat);
}

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

EliminationPlan plan_within(const LinearGraph& graph, Counting counting, double budget_s,
                            const std::function<bool()>& interrupted, const std::function<void(double)>& spent) {
  const auto start = std::chrono::steady_clock::now();
  const auto stop = [&] {
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (spent) spent(std::min(1.0, seconds / budget_s));
    return seconds >= budget_s || interrupted();
  };
  return plan_elimination(graph, {.counting = counting, .rounds = 12, .stop = stop});
}

OrderCost rival_cost(const EliminationPlan& plan, std::string_view name) {
  OrderCost least{INT64_MAX, 0};
  for (const RivalOrder& rival : plan.rivals)
    if (rival.name.starts_with(name)) least = std::min(least, rival.cost);
  return least;
}

}  // namespace wengert::cli
