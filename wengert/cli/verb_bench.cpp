// SPDX-License-Identifier: Apache-2.0
//
// wengert bench: which engine is best for a Program of the user's.
#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "wengert/cli/duration.h"
#include "wengert/cli/engine.h"
#include "wengert/cli/engine_race.h"
#include "wengert/cli/job.h"
#include "wengert/cli/operation_count.h"
#include "wengert/cli/output.h"
#include "wengert/cli/random_values.h"
#include "wengert/cli/table.h"
#include "wengert/cli/verbs.h"

namespace wengert::cli {
namespace {

/// A job's figures. `load_s`: loading the compiler, which the first Program that is compiled in a process pays for.
struct Race {
  const Job& job;
  std::vector<Contender> engines;
  double load_s, runs;

  const Contender& interpreter() const { return engines[0]; }
  double total_s(const Contender& c) const { return c.total_s(runs) + (c.level >= 0 ? load_s : 0); }
  /// The runs after which `c` is ahead of the interpreter; infinite: never.
  double break_even(const Contender& c) const {
    const double saved = interpreter().time.median_s - c.time.median_s;
    return saved > 0 ? std::ceil((load_s + c.compile_s) / saved) : HUGE_VAL;
  }
  const Contender& best() const {
    const Contender* first = &interpreter();
    for (const Contender& c : engines)
      if (c.runs() && total_s(c) < total_s(*first)) first = &c;
    return *first;
  }
};

std::string difference_text(double x) { return x == 0 ? "0" : std::isfinite(x) ? fmt::format("{:.1e}", x) : "all"; }

Table table_of(const Race& race) {
  Table table({{"engine"},
               {"compile", Align::right},
               {"a run", Align::right},
               {"quartiles", Align::right},
               {"faster", Align::right},
               {"ahead after", Align::right},
               {fmt::format("{:.3g} runs", race.runs), Align::right},
               {"differs", Align::right}});
  for (const Contender& c : race.engines) {
    if (!c.runs()) {
      table.add({c.name, c.absent});
      continue;
    }
    const RunTime& t = c.time;
    const bool own = c.level < 0;
    const double runs = race.break_even(c);
    table.add({c.name, own ? "" : duration_text(c.compile_s), duration_text(t.median_s),
               fmt::format("{} .. {}", duration_text(t.lower_s), duration_text(t.upper_s)),
               own ? "" : fmt::format("{:.3g}x", race.interpreter().time.median_s / t.median_s),
               own                   ? ""
               : std::isfinite(runs) ? fmt::format("{:.3g} runs", runs)
                                     : "never",
               duration_text(race.total_s(c)), own ? "" : difference_text(c.difference)});
  }
  return table;
}

nlohmann::ordered_json json_of(const Race& race, const Contender& c) {
  nlohmann::ordered_json object{{"engine", c.level < 0 ? "interpreter" : "compiled"}};
  if (c.level >= 0) object.update({{"level", c.level}, {"lanes", c.lanes}, {"compile_s", c.compile_s}});
  if (!c.runs()) {
    object["absent"] = c.absent;
    return object;
  }
  const RunTime& t = c.time;
  object.update({{"run_s", {{"lower_quartile", t.lower_s}, {"median", t.median_s}, {"upper_quartile", t.upper_s}, {"wall_median", t.wall_s}}},
                 {"runs_timed", t.runs},
                 {"workspace_bytes", c.workspace_bytes},
                 {"total_s", race.total_s(c)}});
  if (c.level < 0) return object;
  const double runs = race.break_even(c);
  object["code_bytes"] = c.code_bytes;
  object["ahead_after_runs"] = std::isfinite(runs) ? nlohmann::ordered_json(runs) : nlohmann::ordered_json();
  object["difference"] = number_json(c.difference);
  return object;
}

/// Whether all results agree; else a note that says which do not.
bool agrees(Context& context, const Race& race) {
  const double tolerated = tolerated_difference(race.job.program.output_types());
  bool all = true;
  for (const Contender& c : race.engines) {
    if (!c.runs() || c.difference <= tolerated) continue;
    all = false;
    context.note(
        fmt::format("{}: {} differs from the interpreter by {} of the largest element: sums that cancel out, or a fault of Wengert; "
                    "compare with --math accurate and at other points",
                    race.job.program_name, c.name, difference_text(c.difference)));
  }
  return all;
}

void show_race(Context& context, const Race& race) {
  const Program& p = race.job.program;
  const auto count = operations_of(p);
  context.print(
      fmt::format("{} of {}: {} lines{}", context.palette().bold(race.job.kind), race.job.program_name, p.size(), count ? ", " + to_string(*count) : ""));
  std::string text = table_of(race).str(terminal_width(), context.palette());
  text.pop_back();
  context.print(text);
  const Contender& best = race.best();
  context.print(fmt::format("best for {:.10g} runs: {} ({})", race.runs, context.palette().green(best.name), duration_text(race.total_s(best))));
  nlohmann::ordered_json object{{"of", race.job.kind}, {"program", race.job.program_name}, {"lines", p.size()}};
  if (count) object["operations"] = to_json(*count);
  auto& engines = object["engines"] = nlohmann::ordered_json::array();
  for (const Contender& c : race.engines) engines.push_back(json_of(race, c));
  object["best"] = {{"runs", race.runs}, {"engine", best.name}, {"total_s", race.total_s(best)}};
  context.document()["jobs"].push_back(std::move(object));
}

int run(Context& context) {
  const Arguments& arguments = context.arguments();
  Point point = load(context);
  fill_randomly(context, point);
  const auto inputs = point.inputs();
  const double runs = expected_runs(arguments);
  RaceOptions options{.math = math_of(arguments), .threads = threads_of(arguments), .limit_s = compile_limit_s(arguments), .timing_s = arguments.real("seconds", 0.01, 1e6)};
  const auto all = jobs(context, point);
  std::string reason;
  const auto load_s = context.stage("load the compiler", [&] { return load_compiler(reason); });
  if (!load_s) context.note(fmt::format("note: the compiler is not there, so only the interpreter is timed: {}", reason));
  context.document()["compiler"] = load_s.has_value();
  if (load_s) context.document()["load_s"] = *load_s;
  bool agree = true;
  for (const Job& job : all) {
    Race race{job, {}, load_s.value_or(0), runs};
    {
      Progress progress(fmt::format("{} of {}", job.kind, point.program.name()), 1000);
      options.on_progress = [&](size_t done, size_t of, const std::string& what) { progress.update(done * 1000 / of, what); };
      race.engines = context.stage("time " + job.kind, [&] { return wengert::cli::race(job.program, inputs, load_s.has_value(), options); });
    }
    show_race(context, race);
    agree &= agrees(context, race);
  }
  if (load_s)
    context.print(
        fmt::format("loading the compiler takes {}, once a process; it is counted in \"ahead after\" and in the totals", duration_text(*load_s)));
  return agree ? exit_ok : exit_negative;
}

}  // namespace

Verb bench_verb() {
  auto options = joined(job_options(), {random_option(), runs_option(),
                                        {.names = "--seconds", .value = "SECONDS", .help = "Timing in all, for each --of", .initial = "1"},
                                        limit_option(),
                                        math_option(), threads_option()});
  return {.name = "bench",
          .summary = "Time a Program or its derivatives in every engine, and say which is best",
          .description =
              "The Program is run at the point by the interpreter and by compiled code at levels 0, 1 and 2, with and without SIMD lanes "
              "where there are loops for them. First the results are compared; then the engines take turns in short samples. Times are "
              "those of the thread on its processor (with --threads, of the clock): the median of a run, and the quartiles between "
              "samples. \"ahead after\" is the number "
              "of runs from which compiling has paid, \"differs\" the largest difference from the interpreter, relative to the largest "
              "element of its array. Machine code kept by earlier processes is not used. Ends with 1 if results do not agree.",
          .options = std::move(options),
          .examples = {{"wengert bench \"sum(sin(x)*y)\" --types 'x=f64[1000],y=f64[1000]' --random 1 --of value --of grad", "A value and its gradient"},
                       {"wengert bench \"u=x*y, sin(u), exp(u)\" --at x=1,y=2 --of jacobian --mode forward --runs 1e6", "For a million runs"}},
          .run = run};
}

}  // namespace wengert::cli
