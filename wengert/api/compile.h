// SPDX-License-Identifier: Apache-2.0
//
// compile: a Program made ready to run many times, by the engine that pays. Compiling takes time and every run after it
// less; which engine is best depends on the Program's size and on how often it will run. The choice is stated and can be
// overruled.
//
//     const auto f = compile(planned_jacobian(p));  // or compile(p, {.expected_runs = 1e6})
//     f->run(inputs, outputs);
#pragma once

#include <memory>
#include <string>

#include "wengert/exec/compiled.h"

namespace wengert {

enum class Engine : uint8_t { automatic, interpreter, compiled };

/// The folder that WENGERT_CACHE names, or "". The command-line tool sets it to ~/.cache/wengert where it is not set.
std::string default_code_cache();

struct CompileOptions {
  Engine engine = Engine::automatic;
  double expected_runs = 10'000;  ///< how often it will be run
  double most_wall_s = 10;        ///< of compiling; then the interpreter is used
  MathLibrary math = MathLibrary::fast;
  /// A folder in which machine code is kept for the next process; empty: none. Initially what the environment variable
  /// WENGERT_CACHE names.
  std::string cache_folder = default_code_cache();
  /// That share loops over many points in compiled code; 0: one a processor. Results have the same bits for any number.
  int threads = 1;
  bool trap_nan = false;          ///< W301, naming the first instruction that makes a NaN out of none, if an output holds one
};

/// What was chosen, and why.
struct CompileChoice {
  Engine engine = Engine::interpreter;
  int level = 0;                       ///< of optimisation, if compiled
  int lanes = 1;                       ///< iterations of a loop at once, at most
  int threads = 1;                     ///< that share a loop, at most
  std::string reason;                  ///< a sentence without a full stop
  double compile_s = 0;                ///< spent
  bool from_cache = false;
  double interpreter_s = 0;            ///< estimated, a run
};

/// The Program's executable.
///
/// cost   : see CompileOptions::most_wall_s; choosing costs one pass over the lines
/// throws : UsageError W710 or W712 if `engine` asks for compiled code and there can be none
std::unique_ptr<Executable> compile(const Program& p, const CompileOptions& options = {}, CompileChoice* choice = nullptr);

}  // namespace wengert
