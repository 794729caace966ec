// SPDX-License-Identifier: Apache-2.0
#include "wengert/cli/engine.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace wengert::cli {
namespace {

std::string_view engine_name(Engine engine) { return engine == Engine::compiled ? "compiled" : "interpreter"; }

}  // namespace

Option math_option() {
  return {.names = "--math",
          .value = "MATH",
          .help = "Functions of vectors in compiled code: fast (up to 4 ulps off) or accurate (under 1)",
          .initial = "fast",
          .choices = {"fast", "accurate"}};
}

Option threads_option() {
  return {.names = "--threads",
          .value = "THREADS",
          .help = "Threads that share long loops of compiled code, whose results do not depend on it; 0: one a processor",
          .initial = "1"};
}

std::vector<Option> engine_options() {
  return {{.names = "--engine",
           .value = "ENGINE",
           .help = "What runs Programs: the interpreter, compiled code, or auto: what is over sooner",
           .initial = "auto",
           .choices = {"auto", "interpreter", "compiled"}},
          math_option(), threads_option()};
}

MathLibrary math_of(const Arguments& arguments) { return arguments.text("math") == "accurate" ? MathLibrary::accurate : MathLibrary::fast; }
int threads_of(const Arguments& arguments) { return static_cast<int>(arguments.integer("threads", 0, most_threads)); }

CompileOptions engine_wish(const Arguments& arguments) {
  const std::string engine = arguments.text("engine");
  if (engine == "interpreter" && arguments.has("math"))
    throw UsageError("W713", "--math is about compiled code, and --engine interpreter compiles nothing", {},
                     "leave --math out: the interpreter's functions are those of the C library");
  if (engine == "interpreter" && arguments.has("threads"))
    throw UsageError("W713", "--threads is about compiled code, and --engine interpreter compiles nothing", {},
                     "leave --threads out: the interpreter runs on one");
  return {.engine = engine == "compiled"      ? Engine::compiled
                    : engine == "interpreter" ? Engine::interpreter
                                              : Engine::automatic,
          .expected_runs = 1,
          .math = math_of(arguments),
          .threads = threads_of(arguments),
          .trap_nan = arguments.has("trap-nan")};
}

std::string choice_text(const CompileChoice& choice) {
  if (choice.engine != Engine::compiled) return fmt::format("interpreter: {}", choice.reason);
  const std::string lanes = choice.lanes > 1 ? fmt::format(", up to {} lanes", choice.lanes) : "";
  const std::string threads = choice.threads > 1 ? fmt::format(", up to {} threads", choice.threads) : "";
  const std::string when = choice.from_cache ? "found compiled" : fmt::format("compiled in {:.3g} s", choice.compile_s);
  return fmt::format("{} at level {}{}{}: {}", when, choice.level, lanes, threads, choice.reason);
}

nlohmann::ordered_json choice_json(const CompileChoice& choice) {
  nlohmann::ordered_json object{{"name", engine_name(choice.engine)}, {"reason", choice.reason}};
  if (choice.engine == Engine::compiled)
    object.update({{"level", choice.level}, {"lanes", choice.lanes}, {"threads", choice.threads}, {"compile_s", choice.compile_s}, {"from_cache", choice.from_cache}});
  return object;
}

void report_choice(Context& context, const CompileChoice& choice) {
  context.document()["engine"] = choice_json(choice);
  const Arguments& arguments = context.arguments();
  if (!context.json() && (arguments.has("stats") || arguments.has("engine"))) context.note("engine: " + choice_text(choice));
}

std::vector<Array> run_once(Context& context, const Program& p, std::span<const Array> inputs) {
  CompileChoice choice;
  const CompileOptions options = engine_wish(context.arguments());
  const auto executable = context.stage("prepare", [&] { return compile(p, options, &choice); });
  report_choice(context, choice);
  return context.stage("run", [&] { return executable->run(inputs); });
}

}  // namespace wengert::cli
