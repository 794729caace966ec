// SPDX-License-Identifier: Apache-2.0
//
// One Program by every engine: compiled, compared with the interpreter, then timed. Engines take turns in short samples,
// so that whatever else the machine does meets all of them; a sample's time is that of this thread on its processor, or
// that of the clock on the wall where several threads run.
#pragma once

#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "wengert/api/compile.h"

namespace wengert::cli {

/// Seconds a run: quartiles over samples.
struct RunTime {
  double lower_s = 0, median_s = 0, upper_s = 0;
  double wall_s = 0;  ///< median by the clock on the wall, as all are where several threads run
  size_t runs = 0;    ///< timed in all
};

struct Contender {
  std::string name;                        ///< "interpreter", "level 2, 8 lanes"
  int level = -1;                          ///< -1: the interpreter
  bool in_lanes = false;                   ///< compiled with lanes where there are loops for them
  int lanes = 1;                           ///< at most, as compiled
  std::unique_ptr<Executable> executable;  ///< null: `absent` says why
  std::string absent;
  double compile_s = 0;
  size_t code_bytes = 0, workspace_bytes = 0;
  double difference = 0;  ///< from the interpreter's results: see difference()
  RunTime time = {};

  bool runs() const { return executable != nullptr; }
  /// Seconds of `count` runs and of compiling, without loading the compiler.
  double total_s(double count) const { return compile_s + count * time.median_s; }
};

struct RaceOptions {
  MathLibrary math = MathLibrary::fast;
  int threads = 1;
  double limit_s = 10;  ///< of compiling, each
  double timing_s = 1;  ///< in all, at least three samples each
  std::function<void(size_t done, size_t of, const std::string& what)> on_progress = {};
};

/// Loads the compiler: seconds that took, once a process; nothing if it is not there, for `reason`.
std::optional<double> load_compiler(std::string& reason);

/// The interpreter first, then levels 0, 1, 2, each with lanes (if a loop takes them) and without. `compiler`: whether it
/// is there.
/// throws : what the interpreter throws at this point
std::vector<Contender> race(const Program& p, std::span<const Array> inputs, bool compiler, const RaceOptions& options);

/// The largest difference of elements, relative to the largest magnitude in its array, over all float outputs; infinite
/// where anything else differs, or what is NaN or infinite. Relative to each element it would measure cancellation.
double difference(std::span<const Array> a, std::span<const Array> b);
/// Above it rounding alone does not explain a difference() in these results.
double tolerated_difference(std::span<const Type> outputs);

}  // namespace wengert::cli
