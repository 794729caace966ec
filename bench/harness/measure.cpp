// SPDX-License-Identifier: Apache-2.0
#include "harness/measure.h"

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace wengert::bench {
namespace {

/// A candidate that takes longer than this gets three repetitions.
constexpr double slow_s = 1;

double seconds_by(clockid_t clock) {
  timespec t;
  clock_gettime(clock, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

double seconds_of(const Candidate& candidate, int64_t runs, double (*clock)()) {
  const double start = clock();
  for (int64_t k = 0; k < runs; ++k) candidate.run();
  return clock() - start;
}

/// How many runs take `shortest_s`; the first run, which warms caches and page tables, does not count.
int64_t runs_for(const Candidate& candidate, double shortest_s, double (*clock)()) {
  candidate.run();
  int64_t runs = 1;
  for (;;) {
    const double taken = seconds_of(candidate, runs, clock);
    if (taken >= shortest_s) return runs;
    const double wanted = 1.2 * shortest_s / std::max(taken, 1e-7) * static_cast<double>(runs);
    runs = std::max(runs + 1, std::min(10 * runs, static_cast<int64_t>(wanted)));
  }
}

}  // namespace

double cpu_s() { return seconds_by(CLOCK_PROCESS_CPUTIME_ID); }
double wall_s() { return seconds_by(CLOCK_MONOTONIC); }

void keep_libraries_to_one_thread(char** argv) {
  constexpr const char* started = "BENCH_ONE_THREAD";
  if (std::getenv(started) != nullptr) return;
  for (const char* name : {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", started}) setenv(name, "1", 1);
  execv("/proc/self/exe", argv);
}

double quantile(std::vector<double> sample, double q) {
  std::sort(sample.begin(), sample.end());
  return sample[static_cast<size_t>(q * static_cast<double>(sample.size() - 1) + 0.5)];
}

std::vector<Timing> measure(const std::vector<Candidate>& candidates, int repetitions, double shortest_s, double (*clock)()) {
  std::vector<int64_t> runs;
  for (const Candidate& candidate : candidates) runs.push_back(runs_for(candidate, shortest_s, clock));
  std::vector<std::vector<double>> samples(candidates.size());
  for (int r = 0; r < repetitions; ++r)
    for (size_t k = 0; k < candidates.size(); ++k)
      if (r < 3 || quantile(samples[k], 0) * static_cast<double>(runs[k]) < slow_s)
        samples[k].push_back(seconds_of(candidates[k], runs[k], clock) / static_cast<double>(runs[k]));
  std::vector<Timing> timings;
  for (size_t k = 0; k < candidates.size(); ++k)
    timings.push_back({candidates[k].name, quantile(samples[k], 0.5), quantile(samples[k], 0.25),
                       quantile(samples[k], 0.75), static_cast<int>(samples[k].size()), runs[k]});
  return timings;
}

}  // namespace wengert::bench
