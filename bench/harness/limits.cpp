// SPDX-License-Identifier: Apache-2.0
#include "harness/limits.h"

#include <algorithm>
#include <vector>

#include "harness/measure.h"

namespace wengert::bench {
namespace {

using Vector __attribute__((vector_size(32))) = double;

/// Twelve chains: enough to cover the latency of two units.
constexpr int chains = 12, lanes = 4;

double fma_seconds(int64_t rounds) {
  Vector sums[chains] = {};
  Vector factor = {0.999, 0.998, 0.997, 0.996};
  asm volatile("" : "+x"(factor));  // a factor that the compiler does not know
  const double start = cpu_s();
  for (int64_t r = 0; r < rounds; ++r)
    for (Vector& sum : sums) sum = sum * factor + factor;
  const double taken = cpu_s() - start;
  for (Vector& sum : sums) asm volatile("" : : "x"(sum));
  return taken;
}

double triad_seconds(std::vector<double>& a, const std::vector<double>& b, const std::vector<double>& c) {
  const double start = cpu_s();
  double* const to = a.data();
  for (size_t i = 0; i < a.size(); ++i) to[i] = b[i] + 0.5 * c[i];
  asm volatile("" : : "r"(to) : "memory");
  return cpu_s() - start;
}

}  // namespace

Limits measure_limits() {
  Limits limits;
  constexpr int64_t rounds = 2'000'000;
  for (int repetition = 0; repetition < 5; ++repetition)
    limits.fma_per_s = std::max(limits.fma_per_s, static_cast<double>(rounds * chains * lanes) / fma_seconds(rounds));
  std::vector<double> a(8'000'000), b(a.size(), 1.0), c(a.size(), 2.0);
  for (int repetition = 0; repetition < 5; ++repetition)
    limits.bytes_per_s = std::max(limits.bytes_per_s, 24.0 * static_cast<double>(a.size()) / triad_seconds(a, b, c));
  return limits;
}

bool has_avx2() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
  return false;
#endif
}

}  // namespace wengert::bench
