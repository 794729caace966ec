// SPDX-License-Identifier: Apache-2.0
#include "wengert/cli/engine_race.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <fmt/format.h>

#include "wengert/exec/interpreter.h"
#include "wengert/ir/expr.h"
#include "wengert/primitives/primitives.h"
#include "wengert/trace/trace.h"

namespace wengert::cli {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

double processor_s() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// Runs one executable with arrays that are made once.
class Runner {
 public:
  Runner(const Executable& executable, std::span<const Array> inputs) : executable_(executable) {
    for (const Array& x : inputs) inputs_.push_back(x.view());
    for (const Type& type : executable.program().output_types()) arrays_.emplace_back(type);
    for (Array& y : arrays_) outputs_.push_back(y.mutable_view());
  }
  void run(size_t times) {
    for (size_t k = 0; k < times; ++k) executable_.run(inputs_, outputs_);
  }
  const std::vector<Array>& results() const { return arrays_; }

 private:
  const Executable& executable_;
  std::vector<ConstView> inputs_;
  std::vector<Array> arrays_;
  std::vector<View> outputs_;
};

/// Samples of one contender.
struct Samples {
  Runner runner;
  Contender& contender;
  size_t runs = 1;  ///< a sample
  std::vector<double> processor = {}, wall = {};

  /// So many runs a sample that reading the clock is nothing beside them.
  void calibrate() {
    constexpr double least_s = 0.5e-3;
    for (;;) {
      const double start = processor_s();
      runner.run(runs);
      const double took = processor_s() - start;
      if (took >= least_s) return;
      runs *= took < least_s / 20 ? 10 : 2;
    }
  }
  void take() {
    const auto start = Clock::now();
    const double begin = processor_s();
    runner.run(runs);
    processor.push_back((processor_s() - begin) / static_cast<double>(runs));
    wall.push_back(seconds_since(start) / static_cast<double>(runs));
  }
  void finish(bool by_the_wall) {
    if (by_the_wall) processor = wall;
    std::ranges::sort(processor);
    std::ranges::sort(wall);
    const auto at = [](const std::vector<double>& sorted, double part) {
      return sorted[static_cast<size_t>(part * static_cast<double>(sorted.size() - 1) + 0.5)];
    };
    contender.time = {at(processor, 0.25), at(processor, 0.5), at(processor, 0.75), at(wall, 0.5), runs * processor.size()};
  }
};

std::string lanes_name(int level, int lanes) {
  return lanes > 1 ? fmt::format("level {}, up to {} lanes", level, lanes) : fmt::format("level {}", level);
}

Contender compiled(const Program& p, int level, bool lanes, const RaceOptions& options) {
  Contender c{.name = fmt::format("level {}", level), .level = level, .in_lanes = lanes, .executable = nullptr, .absent = {}};
  const auto start = Clock::now();
  try {
    auto code = std::make_unique<Compiled>(p, CompiledOptions{.level = level, .lanes = lanes, .math = options.math, .threads = options.threads, .cancelled = [&] {
                                                                return seconds_since(start) > options.limit_s;
                                                              }});
    c.lanes = code->most_lanes();
    c.code_bytes = code->code_bytes();
    c.workspace_bytes = code->workspace_bytes();
    c.name = lanes_name(level, c.lanes);
    c.executable = std::move(code);
  } catch (const Error& error) {
    if (error.id() != "W710" && error.id() != "W711") throw;
    c.absent = error.id() == "W711" ? fmt::format("given up after {} s of compiling", shortest(options.limit_s)) : error.problem();
  }
  c.compile_s = seconds_since(start);
  return c;
}

std::vector<Contender> contenders(const Program& p, bool compiler, const RaceOptions& options) {
  std::vector<Contender> all;
  auto interpreter = std::make_unique<Interpreter>(p);
  const size_t workspace = interpreter->workspace_bytes();
  all.push_back({.name = "interpreter", .executable = std::move(interpreter), .absent = {}, .workspace_bytes = workspace});
  for (int level = 0; compiler && level <= 2; ++level) {
    if (options.on_progress) options.on_progress(static_cast<size_t>(level), 3, fmt::format("compiling at level {}", level));
    all.push_back(compiled(p, level, true, options));
    if (all.back().lanes > 1) all.push_back(compiled(p, level, false, options));
  }
  return all;
}

void time_all(std::vector<Samples>& all, const RaceOptions& options) {
  constexpr size_t least = 3, most = 400;
  for (Samples& s : all) s.calibrate();
  const auto start = Clock::now();
  for (size_t round = 0; round < most && (round < least || seconds_since(start) < options.timing_s); ++round) {
    for (Samples& s : all) s.take();
    if (options.on_progress)
      options.on_progress(static_cast<size_t>(1000 * std::min(1.0, seconds_since(start) / std::max(options.timing_s, 1e-9))), 1000, "timing");
  }
  for (Samples& s : all) s.finish(options.threads != 1);
}

double difference(const Array& a, const Array& b) {
  double largest = 0, apart = 0;
  for (int64_t k = 0; k < a.elements(); ++k) {
    if (a[k] == b[k] || (std::isnan(a[k]) && std::isnan(b[k]))) {
      if (std::isfinite(a[k])) largest = std::max(largest, std::abs(a[k]));
      continue;
    }
    if (!is_float(a.dtype()) || !std::isfinite(a[k]) || !std::isfinite(b[k])) return HUGE_VAL;
    largest = std::max(largest, std::abs(a[k]));
    apart = std::max(apart, std::abs(a[k] - b[k]));
  }
  return apart == 0 ? 0 : largest == 0 ? HUGE_VAL : apart / largest;
}

}  // namespace

double difference(std::span<const Array> a, std::span<const Array> b) {
  double worst = 0;
  for (size_t k = 0; k < a.size(); ++k) worst = std::max(worst, difference(a[k], b[k]));
  return worst;
}

double tolerated_difference(std::span<const Type> outputs) {
  const bool single = std::ranges::any_of(outputs, [](const Type& type) { return type.dtype == DType::f32; });
  return single ? 1e-3 : 1e-8;
}

std::optional<double> load_compiler(std::string& reason) {
  const auto start = Clock::now();
  if (!Compiled::is_available(&reason)) return {};
  const Compiled first(trace([](Expr x) { return x + x; }, {f64()}, "first"), {.level = 2});
  return seconds_since(start);
}

std::vector<Contender> race(const Program& p, std::span<const Array> inputs, bool compiler, const RaceOptions& options) {
  auto all = contenders(p, compiler, options);
  std::vector<Samples> samples;
  for (Contender& c : all)
    if (c.runs()) samples.push_back({Runner(*c.executable, inputs), c});
  for (Samples& s : samples) {
    s.runner.run(1);
    s.contender.difference = difference(samples[0].runner.results(), s.runner.results());
  }
  time_all(samples, options);
  return all;
}

}  // namespace wengert::cli
