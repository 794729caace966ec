// SPDX-License-Identifier: Apache-2.0
//
// Timing: candidates take turns, repetition after repetition, so that a slow minute of the machine falls on all of
// them. What is reported are medians and quartiles of processor time, of all threads, and ratios of medians.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace wengert::bench {

/// Processor time of the process, of all its threads.
double cpu_s();
/// Time that passes: for what several threads share.
double wall_s();

/// Libraries that have threads of their own get one: they read the environment when they are loaded, which is before
/// main, so the first call starts the program again.
void keep_libraries_to_one_thread(char** argv);

/// One way to compute something.
struct Candidate {
  std::string name;
  std::function<void()> run;
  bool part = false;  ///< computes less than the others: values alone
};

struct Timing {
  std::string name;
  double median_s = 0, lower_s = 0, upper_s = 0;  ///< of one run; lower and upper quartile
  int repetitions = 0;                            ///< done
  int64_t runs = 0;                               ///< in one repetition
};

/// The q-quantile, q in [0, 1], of a sample; the nearest order statistic.
double quantile(std::vector<double> sample, double q);

/// repetitions : of each candidate, in turn; three of one that takes over a second
/// shortest_s  : a repetition runs its candidate as often as takes about this long
std::vector<Timing> measure(const std::vector<Candidate>& candidates, int repetitions, double shortest_s = 0.01, double (*clock)() = cpu_s);

}  // namespace wengert::bench
