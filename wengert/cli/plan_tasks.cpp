// SPDX-License-Identifier: Apache-2.0
#include "wengert/cli/plan_tasks.h"

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "wengert/ad/linearize.h"
#include "wengert/base/error.h"
#include "wengert/cli/duration.h"
#include "wengert/cli/embedded_functions.h"
#include "wengert/cli/interrupt.h"
#include "wengert/cli/plan_file.h"
#include "wengert/cli/planned.h"
#include "wengert/cli/table.h"
#include "wengert/io/file.h"
#include "wengert/ir/text.h"

namespace wengert::cli {
namespace {

/// Counts that others have published for the very graph that the task's file is.
struct Published {
  std::string_view task;
  Counting counting;
  int64_t multiplications;
  std::string_view source;
};
constexpr std::string_view alphagrad = "Lohoff and Neftci 2024", naumann = "Naumann 2004";
constexpr Published published[] = {
    {"RoeFlux_1d", Counting::all, 320, alphagrad},
    {"RoeFlux_1d", Counting::units_free, 217, alphagrad},
    {"HumanHeartDipole", Counting::all, 148, alphagrad},
    {"PropaneCombustion", Counting::all, 88, alphagrad},
    {"talk", Counting::all, 7, naumann},
};

struct Task {
  std::string name;
  Program program;
  bool is_published = false;  ///< planned as written, as published counts are
};

/// A row of the table.
struct Row {
  const Task& task;
  Counting counting;
  EliminationPlan plan;
  const Published* known = nullptr;
  double cpu_s = 0;

  int64_t of(std::string_view rule) const { return rival_cost(plan, rule).multiplications; }
  bool is_good() const {
    return plan.cost <= std::min({of("forward"), of("reverse"), of("Markowitz")}) &&
           (known == nullptr || plan.cost <= known->multiplications);
  }
};

std::vector<Task> embedded_tasks() {
  std::vector<Task> tasks;
  for (const std::string_view folder : {"tasks", "functions"})
    for (const EmbeddedFunction& f : embedded_functions())
      if (f.folder == folder)
        tasks.push_back({std::string(f.name), planned_program(parse(f.text), folder == "tasks"), folder == "tasks"});
  return tasks;
}

std::vector<Task> tasks_of(const std::string& folder, bool as_written) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error))
    if (entry.path().extension() == ".wl") files.push_back(entry.path());
  if (files.empty())
    throw UsageError("W730", fmt::format("{} is no folder with .wl files", folder), {},
                     "name one, or leave it out for the functions that come with the tool");
  std::ranges::sort(files);
  std::vector<Task> tasks;
  for (const auto& file : files) {
    const auto programs = parse_programs(read_text(file.string()), file.string());
    tasks.push_back({file.stem().string(), planned_program(programs.back(), as_written)});
  }
  return tasks;
}

std::vector<Counting> countings(const Arguments& a) {
  if (a.has("count")) return {counting_of(a.text("count"))};
  return {Counting::all, Counting::units_free, Counting::numbers_folded};
}

/// What is published about a graph that is planned as published.
const Published* known_of(const Task& task, Counting counting) {
  const auto found = std::ranges::find_if(
      published, [&](const Published& p) { return p.task == task.name && p.counting == counting; });
  return task.is_published && found != std::end(published) ? &*found : nullptr;
}

std::vector<Row> planned(Context& context, const std::vector<Task>& tasks, const Interrupt& interrupt) {
  const double budget_s = context.arguments().real("budget", 0, 1e6);
  const auto ways = countings(context.arguments());
  std::vector<Row> rows;
  Progress progress("plan", 1000 * tasks.size() * ways.size());
  for (const Task& task : tasks) {
    const LinearGraph graph = linearize(task.program).graph;
    for (const Counting counting : ways) {
      if (interrupt.requested()) return rows;
      const std::clock_t start = std::clock();
      const auto tell = [&](double spent) {
        progress.update(1000 * rows.size() + static_cast<size_t>(spent * 1000), task.name);
      };
      EliminationPlan plan = plan_within(
          graph, counting, budget_s, [&] { return interrupt.requested(); }, tell);
      const double cpu_s = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
      rows.push_back({task, counting, std::move(plan), known_of(task, counting), cpu_s});
    }
  }
  return rows;
}

void show_rows(Context& context, const std::vector<Row>& rows, bool is_published, const char* title) {
  std::vector<Column> columns{{title}, {"count"}};
  for (const char* name : {"forward", "reverse", "Markowitz", "published", "found", "added", "bound", "gap", "CPU"})
    columns.push_back({name, Align::right});
  Table table(std::move(columns));
  bool any = false;
  for (const Row& row : rows) {
    if (row.task.is_published != is_published) continue;
    any = true;
    const EliminationPlan& plan = row.plan;
    const auto text = [](int64_t number) { return std::to_string(number); };
    table.add({row.task.name, counting_name(row.counting), text(row.of("forward")), text(row.of("reverse")),
               text(row.of("Markowitz")), row.known ? text(row.known->multiplications) : "", text(plan.cost),
               text(plan.additions), text(plan.lower_bound),
               plan.proven ? "proven" : fmt::format("{:.1f}%", 100 * plan.gap()), duration_text(row.cpu_s)});
  }
  if (any) context.print(table.str(terminal_width(), context.palette()));
}

void show(Context& context, const std::vector<Row>& rows, bool embedded) {
  if (embedded) show_rows(context, rows, true, "published task");
  show_rows(context, rows, false, embedded ? "other function" : "function");
  const auto proven = std::ranges::count_if(rows, [](const Row& row) { return row.plan.proven; });
  const auto better = std::ranges::count_if(rows, [](const Row& row) {
    return row.plan.proven || row.plan.cost < std::min({row.of("forward"), row.of("reverse"), row.of("Markowitz")});
  });
  context.print(fmt::format("{} rows: {} proven optimal; {} proven, or cheaper than forward, reverse and Markowitz",
                            rows.size(), proven, better));
  if (embedded)
    context.print(
        fmt::format("published: {} on the same graphs (RoeFlux_1d, no-units: their order, counted so); talk: {}",
                    alphagrad, naumann));
}

void fill_document(nlohmann::ordered_json& document, const std::vector<Row>& rows) {
  auto& list = document["rows"] = nlohmann::ordered_json::array();
  for (const Row& row : rows) {
    const EliminationPlan& plan = row.plan;
    auto& entry = list.emplace_back();
    entry["function"] = row.task.name, entry["as_published"] = row.task.is_published;
    entry["count"] = counting_name(row.counting);
    entry["inputs"] = plan.inputs, entry["outputs"] = plan.outputs, entry["intermediates"] = plan.intermediates;
    entry["forward"] = row.of("forward"), entry["reverse"] = row.of("reverse"),
    entry["markowitz"] = row.of("Markowitz");
    if (row.known) entry["published"] = row.known->multiplications, entry["published_by"] = row.known->source;
    entry["multiplications"] = plan.cost, entry["additions"] = plan.additions;
    entry["lower_bound"] = plan.lower_bound, entry["proven"] = plan.proven, entry["gap"] = plan.gap();
    entry["cpu_s"] = row.cpu_s;
  }
}

void check_options(const Arguments& a) {
  for (const char* option : {"program", "at", "types", "precision", "order", "certificate", "verify", "draw", "emit", "timed", "random"})
    if (a.has(option))
      throw UsageError("W732", fmt::format("--{} is about one Program, and --tasks plans many", option), {},
                       "leave out one of the two");
}

}  // namespace

int plan_tasks(Context& context) {
  const Arguments& a = context.arguments();
  check_options(a);
  const bool embedded = !a.has("PROGRAM");
  const auto tasks = context.stage(
      "parse", [&] { return embedded ? embedded_tasks() : tasks_of(a.text("PROGRAM"), a.has("as-written")); });
  const Interrupt interrupt;
  const auto rows = context.stage("plan", [&] { return planned(context, tasks, interrupt); });
  show(context, rows, embedded);
  fill_document(context.document(), rows);
  if (interrupt.requested()) return exit_interrupted;
  return std::ranges::all_of(rows, &Row::is_good) ? exit_ok : exit_negative;
}

}  // namespace wengert::cli
