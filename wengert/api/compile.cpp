// SPDX-License-Identifier: Apache-2.0
#include "wengert/api/compile.h"

#include <chrono>
#include <cstdlib>
#include <fmt/format.h>

#include "wengert/exec/interpreter.h"
#include "wengert/io/file_cache.h"
#include "wengert/ir/primitive.h"

namespace wengert {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// Measured on two processors with AVX2; only their order of magnitude counts.
constexpr double line_s = 40e-9, element_s = 2e-9;                  // a line interpreted, and an element of its results
constexpr double load_s = 0.05, soon_line_s = 6e-6, well_line_s = 25e-6;  // loading the compiler; a line at level 0, at 1 and 2
constexpr double faster = 0.7;                                      // of an interpreter's run is saved at least
constexpr size_t most_lines_at_leisure = 10'000;                    // beyond, levels 1 and 2 take over a quarter second

/// Lines and elements a run goes through, bodies as often as they are run.
struct Work {
  double lines = 0, elements = 0, code_lines = 0;
};

Work work_of(const Program& p) {
  Work work;
  for (uint32_t i = 0; i < p.size(); ++i) {
    const ValueId v{i};
    if (p.primitive(v).family == Family::structure) continue;
    work.lines += 1;
    work.code_lines += 1;
    work.elements += static_cast<double>(p.type(v).elements());
    const Attributes& attributes = p.attributes(v);
    const double times = attributes.has("length") ? static_cast<double>(attributes.integer("length")) : 1;
    for (const auto& [name, attribute] : attributes) {
      if (!std::holds_alternative<NestedProgram>(attribute)) continue;
      const Work body = work_of(*std::get<NestedProgram>(attribute));
      work.lines += times * body.lines;
      work.elements += times * body.elements;
      work.code_lines += body.code_lines;
    }
  }
  return work;
}

/// A deadline that says that it has passed.
struct Deadline {
  Clock::time_point start = Clock::now();
  double most_s;
  bool operator()() const { return seconds_since(start) > most_s; }
};

CodeCache cache_in(const std::string& folder) {
  const auto files = std::make_shared<FileCache>(folder);
  return {.find = [files](const std::string& key) -> std::optional<std::string> {
            const auto bytes = files->find(key);
            if (!bytes) return {};
            return std::string(text_of(*bytes));
          },
          .keep = [files](const std::string& key, const std::string& code) {
            files->keep(key, bytes_of(code));
          }};
}

std::unique_ptr<Executable> interpreted(const Program& p, const CompileOptions& options, CompileChoice& choice, std::string reason) {
  choice.engine = Engine::interpreter;
  choice.reason = std::move(reason);
  return std::make_unique<Interpreter>(p, InterpreterOptions{.trap_nan = options.trap_nan});
}

std::unique_ptr<Executable> compiled(const Program& p, const CompileOptions& options, CompileChoice& choice, int level, std::string reason) {
  const Deadline deadline{.most_s = options.most_wall_s};
  const CodeCache cache = cache_in(options.cache_folder);
  auto code = std::make_unique<Compiled>(p, CompiledOptions{.level = level, .math = options.math, .threads = options.threads, .trap_nan = options.trap_nan,
                                                            .cache = options.cache_folder.empty() ? nullptr : &cache, .cancelled = deadline});
  choice.engine = Engine::compiled;
  choice.level = code->level();
  choice.lanes = code->most_lanes();
  choice.threads = std::min(code->threads(), code->most_blocks());
  choice.from_cache = code->from_cache();
  choice.compile_s = seconds_since(deadline.start);
  choice.reason = std::move(reason);
  return code;
}

}  // namespace

std::string default_code_cache() {
  const char* const folder = std::getenv("WENGERT_CACHE");
  return folder == nullptr ? "" : folder;
}

std::unique_ptr<Executable> compile(const Program& p, const CompileOptions& options, CompileChoice* choice) {
  CompileChoice unread;
  CompileChoice& chosen = choice != nullptr ? *choice : unread;
  const Work work = work_of(p);
  chosen.interpreter_s = work.lines * line_s + work.elements * element_s;
  if (options.engine == Engine::interpreter) return interpreted(p, options, chosen, "asked for");
  const double gain = faster * chosen.interpreter_s * options.expected_runs;
  const double soon_s = load_s + work.code_lines * soon_line_s, well_s = load_s + work.code_lines * well_line_s;
  const bool well = gain > 2 * well_s && work.code_lines < most_lines_at_leisure * 20;
  const int level = well || work.code_lines < most_lines_at_leisure ? -1 : 0;
  const bool once = options.expected_runs == 1;
  const std::string runs = fmt::format("{:.3g} run{} of about {:.3g} us", options.expected_runs, once ? "" : "s", 1e6 * chosen.interpreter_s);
  if (options.engine == Engine::compiled) return compiled(p, options, chosen, level, "asked for");
  if (gain < (level == 0 ? soon_s : std::min(soon_s, well_s)))
    return interpreted(p, options, chosen, fmt::format("{} {} over before compiling ({:.2g} s) would pay", runs, once ? "is" : "are", soon_s));
  std::string reason;
  if (!Compiled::is_available(&reason)) return interpreted(p, options, chosen, "the compiler is not there: " + reason);
  try {
    return compiled(p, options, chosen, level, runs + (once ? " pays" : " pay") + " for compiling");
  } catch (const Error& error) {
    if (error.id() != "W710" && error.id() != "W711") throw;
    return interpreted(p, options, chosen, error.id() == "W711" ? fmt::format("compiling took over {:.3g} s", options.most_wall_s) : std::string(error.what()));
  }
}

}  // namespace wengert
