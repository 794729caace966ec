// SPDX-License-Identifier: Apache-2.0
//
// The command line of a bench, its table on stdout, its JSON file, and the comparison that stands before every timing.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "harness/limits.h"
#include "harness/measure.h"

namespace wengert::bench {

struct Options {
  std::vector<std::string> sizes;  ///< as named on the command line, or the bench's usual ones
  int repetitions = 9;
  std::string json;  ///< file to write; empty: none
};

/// What a bench says about itself.
struct Question {
  std::string name;   ///< of the executable, "bench_" left out
  std::string text;   ///< one line
  std::string sizes;  ///< what a size looks like, with all that the literature uses
  std::vector<std::string> usual_sizes;
};

/// BENCH [SIZE...] [--repetitions R] [--json FILE]; prints the help and ends on --help, says what is wrong and ends
/// with status 2 on anything else.
Options parse_options(int argc, char** argv, const Question& question);

/// "10x25x1000" -> {10, 25, 1000}; ends with status 2 unless there are `count` positive numbers.
std::vector<int64_t> parse_size(const std::string& size, size_t count);

/// Largest deviation |a - b| over the largest |b| (over 1 where b is smaller).
double deviation(std::span<const double> a, std::span<const double> b);

/// Ends the bench with status 1 and a message unless a and b agree up to `tolerance`, as deviation() counts.
void require_close(const std::string& what, std::span<const double> a, std::span<const double> b, double tolerance);

/// What any way to compute something has to do at least, in one run; nothing said: no share of the limit is reported.
struct Work {
  double multiply_adds = 0;  ///< an operation that nothing is fused with is half of one
  double bytes = 0;          ///< to and from memory, where caches do not hold them
  bool single = false;       ///< multiply_adds of f32, of which twice as many fit in a vector
};

/// Collects timings, prints each table at once, writes the JSON file at the end.
class Report {
 public:
  /// Measures the limits of the machine and prints them.
  Report(const Question& question, const Options& options);

  /// Times the candidates and prints a line each: time a unit, quartiles, ratio to the first candidate, and how much of
  /// the time the machine would need for `least` if it did nothing else.
  ///
  /// unit : what `units` counts ("point")
  void time(const std::string& title, const std::vector<Candidate>& candidates, double units, const std::string& unit,
            const Work& least = {}, double (*clock)() = cpu_s);

  /// A fact for the JSON file and for stdout, e.g. a count of operations.
  void note(const std::string& name, const nlohmann::json& value);

  /// Writes the file if one was asked for; ends with status 1 if that fails.
  void write() const;

 private:
  Options options_;
  Limits limits_;
  nlohmann::json document_;
};

/// A bench's main: compare(report, size) for every size asked for.
int run_bench(int argc, char** argv, const Question& question,
              const std::function<void(Report&, const std::string& size)>& compare);

}  // namespace wengert::bench
