// SPDX-License-Identifier: Apache-2.0
//
// wengert compile: what compile() makes of a Program, and why.
#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <nlohmann/json.hpp>

#include "wengert/base/error.h"
#include "wengert/cli/engine.h"
#include "wengert/cli/job.h"
#include "wengert/cli/layer_table.h"
#include "wengert/cli/operation_count.h"
#include "wengert/cli/verbs.h"
#include "wengert/exec/interpreter.h"

namespace wengert::cli {
namespace {

/// Loops of the code by the lanes that they are run in.
std::map<int, size_t> loops_by_lanes(const Compiled& code) {
  std::map<int, size_t> loops;
  for (int width : code.loop_lanes()) ++loops[width];
  return loops;
}

std::string loops_text(const std::map<int, size_t>& loops, int most_blocks) {
  if (loops.empty()) return "none";
  std::string text;
  for (const auto& [lanes, count] : loops)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count,
                        lanes == 1 ? "one iteration after the other" : fmt::format("in {} lanes", lanes));
  if (most_blocks > 1) text += fmt::format("; at most {} blocks of a loop", most_blocks);
  return text;
}

void show(Context& context, const Job& job, const Executable& executable, const CompileChoice& choice) {
  const Program& p = job.program;
  context.print(fmt::format("{} of {}: {}", context.palette().bold(job.kind), job.program_name, choice_text(choice)));
  nlohmann::ordered_json object{{"of", job.kind},
                                {"program", job.program_name},
                                {"lines", p.size()},
                                {"engine", choice_json(choice)},
                                {"interpreter_s", choice.interpreter_s}};
  const auto row = [&](const char* name, const std::string& value) {
    context.print(fmt::format("  {:<11} {}", name, value));
  };
  row("lines", std::to_string(p.size()));
  if (const auto count = operations_of(p)) {
    row("operations", to_string(*count));
    object["operations"] = to_json(*count);
  }
  std::string shared;
  size_t workspace = 0;
  if (const auto* const code = dynamic_cast<const Compiled*>(&executable)) {
    workspace = code->workspace_bytes();
    if (code->workspace_unshared() > workspace)
      shared = fmt::format(" (bound {}, {} without sharing)", bytes_text(code->workspace_bound()),
                           bytes_text(code->workspace_unshared()));
    object["workspace_bound_bytes"] = code->workspace_bound();
    object["workspace_unshared_bytes"] = code->workspace_unshared();
    const auto loops = loops_by_lanes(*code);
    row("loops", loops_text(loops, code->most_blocks()));
    row("code", bytes_text(code->code_bytes()));
    object["code_bytes"] = code->code_bytes();
    object["blocks"] = code->most_blocks();
    auto& list = object["loops"] = nlohmann::ordered_json::array();
    for (const auto& [lanes, count] : loops) list.push_back({{"lanes", lanes}, {"count", count}});
  } else if (const auto* const interpreter = dynamic_cast<const Interpreter*>(&executable)) {
    workspace = interpreter->workspace_bytes();
  }
  row("workspace", bytes_text(workspace) + " a run" + shared);
  object["workspace_bytes"] = workspace;
  context.document()["jobs"].push_back(std::move(object));
}

int run(Context& context) {
  const Arguments& arguments = context.arguments();
  const Point point = load(context);
  CompileOptions options = engine_wish(arguments);
  options.expected_runs = expected_runs(arguments);
  options.most_wall_s = compile_limit_s(arguments);
  options.cache_folder.clear();  // what is told is how long compiling takes
  for (const Job& job : jobs(context, point)) {
    CompileChoice choice;
    const auto executable =
        context.stage("compile " + job.kind, [&] { return compile(job.program, options, &choice); });
    show(context, job, *executable, choice);
  }
  return exit_ok;
}

}  // namespace

Verb compile_verb() {
  return {.name = "compile",
          .summary = "Say which engine a Program would be run by, and why; compile it if that pays",
          .description =
              "What compile() of the C++ interface does for --runs runs: the engine and the reason, the time that compiling "
              "took, the code's size, the memory of a run with the least that any plan of it could take, and the loops with "
              "the SIMD lanes that they are run in, and into how many blocks, which threads share, the longest is cut. With "
              "--engine compiled it is compiled in any case. The inputs need no values; those of a formula are scalars unless "
              "--types or --at says otherwise. wengert bench measures where this verb estimates.",
          .options = joined(joined(job_options(), {runs_option(), limit_option()}), engine_options()),
          .examples = {{"wengert compile \"sum(sin(x)*y)\" --types 'x=f64[1000],y=f64[1000]' --of grad",
                        "The engine for 10000 gradients"},
                       {"wengert compile f.wl --of jacobian --runs 1e6 --json", "For a million Jacobians, as JSON"}},
          .run = run};
}

}  // namespace wengert::cli
