// SPDX-License-Identifier: Apache-2.0
#include "wengert/api/compile.h"

#include <chrono>
#include <cstdlib>
#include <fmt/format.h>

#include "wengert/api/engine_costs.h"
#include "wengert/exec/interpreter.h"
#include "wengert/io/file_cache.h"

namespace wengert {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

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
  const EngineCosts costs = engine_costs(p);
  chosen.interpreter_s = costs.run_s;
  if (options.engine == Engine::interpreter) return interpreted(p, options, chosen, "asked for");
  const int level = costs.level(options.expected_runs);
  const bool once = options.expected_runs == 1;
  const std::string runs = fmt::format("{:.3g} run{} of about {:.3g} us", options.expected_runs, once ? "" : "s", 1e6 * chosen.interpreter_s);
  if (options.engine == Engine::compiled) return compiled(p, options, chosen, level, "asked for");
  if (costs.gain(options.expected_runs) < costs.soon_s)
    return interpreted(p, options, chosen, fmt::format("{} {} over before compiling ({:.2g} s) would pay", runs, once ? "is" : "are", costs.soon_s));
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
