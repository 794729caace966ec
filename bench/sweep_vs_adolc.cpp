// SPDX-License-Identifier: Apache-2.0
//
// What does one operation of a long scalar list cost, recorded and swept back, here and with ADOL-C? Four functions of
// N operations: a chain of multiplications and additions, a sum of products, a chain of sines, statements of eleven
// operations. Gradients are compared first. Then both take turns R times in one run, with warm lists (memory of earlier
// recordings is reused) and with buffers large enough that ADOL-C stays in memory; medians of processor time of the
// thread, with the spread between quartiles.
//
//   bench_sweep_vs_adolc [N = 1000000] [R = 15] [RESULT.json]
#include <adolc/adolc.h>
#include <time.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <vector>

#include "wengert/exec/sweep.h"
#include "wengert/trace/record.h"

namespace {

double cpu_s() {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

struct Chain {
  static constexpr const char* name = "chain";
  static std::vector<double> point() { return {1, 0.9999999, 0.0001}; }
  template <class T> static T run(const std::vector<T>& x, size_t n) {
    T y = x[0];
    for (size_t k = 0; k < n / 2; ++k) {
      y = y * x[1];
      y = y + x[2];
    }
    return y;
  }
};

struct SumOfProducts {
  static constexpr const char* name = "sum of products";
  static std::vector<double> point() {
    std::vector<double> x(1000);
    for (size_t k = 0; k < x.size(); ++k) x[k] = 1 + 1e-3 * static_cast<double>(k);
    return x;
  }
  template <class T> static T run(const std::vector<T>& x, size_t n) {
    T sum = 0;
    for (size_t k = 0, j = 0; k < n / 2; ++k, j = j == 999 ? 0 : j + 1) sum += x[j] * x[999 - j];
    return sum;
  }
};

struct Sines {
  static constexpr const char* name = "chain of sines";
  static std::vector<double> point() { return {1}; }
  template <class T> static T run(const std::vector<T>& x, size_t n) {
    T y = x[0];
    for (size_t k = 0; k < n; ++k) y = sin(y);
    return y;
  }
};

struct Statements {
  static constexpr const char* name = "statements of 11";
  static std::vector<double> point() { return {1, 0.5, 0.25, 0.7}; }
  template <class T> static T run(const std::vector<T>& x, size_t n) {
    const T &a = x[0], &b = x[1], &c = x[2], &d = x[3];
    T sum = 0;
    for (size_t k = 0; k < n / 11; ++k) sum += a * b + c * d - (a - d) * (b + c) * a * 0.5 + b;
    return sum;
  }
};

struct Timed {
  double record_s, reverse_s;
  std::vector<double> gradient;
};

template <class Case> Timed wengert_once(size_t n, size_t& operations) {
  const std::vector<double> x = Case::point();
  Timed result{0, 0, std::vector<double>(x.size())};
  const double start = cpu_s();
  const wengert::RealList list =
      wengert::record_list([n](std::vector<wengert::Real>& v) { return Case::template run<wengert::Real>(v, n); }, x);
  const double recorded = cpu_s(), one = 1;
  wengert::reverse_sweep(list, {&one, 1}, result.gradient);
  result.reverse_s = cpu_s() - recorded;
  result.record_s = recorded - start;
  operations = list.operations();
  return result;
}

template <class Case> Timed adolc_once(size_t n) {
  const std::vector<double> x = Case::point();
  Timed result{0, 0, std::vector<double>(x.size())};
  const auto room = static_cast<unsigned>(6 * n + 100'000);
  const double start = cpu_s();
  trace_on(1, 1, room, room, room, room);
  {
    std::vector<adouble> v(x.size());
    for (size_t k = 0; k < x.size(); ++k) v[k] <<= x[k];
    double y;
    Case::template run<adouble>(v, n) >>= y;
  }
  trace_off();
  const double recorded = cpu_s();
  double one = 1;
  ::reverse(1, 1, static_cast<int>(x.size()), 0, &one, result.gradient.data());
  result.reverse_s = cpu_s() - recorded;
  result.record_s = recorded - start;
  return result;
}

double quantile(std::vector<double> v, double q) {
  std::sort(v.begin(), v.end());
  return v[static_cast<size_t>(q * static_cast<double>(v.size() - 1) + 0.5)];
}

bool same(const std::vector<double>& a, const std::vector<double>& b) {
  for (size_t k = 0; k < a.size(); ++k)
    if (!(std::abs(a[k] - b[k]) <= 1e-9 * (std::abs(a[k]) + std::abs(b[k])))) return false;
  return true;
}

/// One line of the table and one object of the result.
template <class Case> nlohmann::json compare(size_t n, int repetitions) {
  size_t operations = 0;
  if (!same(wengert_once<Case>(n, operations).gradient, adolc_once<Case>(n).gradient)) {
    std::fprintf(stderr, "%s: the gradients differ\n", Case::name);
    std::exit(1);
  }
  std::vector<double> record, reverse, total, other_record, other_reverse, other_total;
  const double per_operation = 1e9 / static_cast<double>(operations);
  for (int r = 0; r < repetitions; ++r) {
    const Timed here = wengert_once<Case>(n, operations), there = adolc_once<Case>(n);
    record.push_back(here.record_s * per_operation);
    reverse.push_back(here.reverse_s * per_operation);
    total.push_back(record.back() + reverse.back());
    other_record.push_back(there.record_s * per_operation);
    other_reverse.push_back(there.reverse_s * per_operation);
    other_total.push_back(other_record.back() + other_reverse.back());
  }
  const double ours = quantile(total, 0.5), theirs = quantile(other_total, 0.5);
  std::printf("%-17s %6.2f + %6.2f = %6.2f (%.2f-%.2f)   %6.2f + %6.2f = %6.2f (%.2f-%.2f)   %5.1f\n", Case::name,
              quantile(record, 0.5), quantile(reverse, 0.5), ours, quantile(total, 0.25), quantile(total, 0.75),
              quantile(other_record, 0.5), quantile(other_reverse, 0.5), theirs, quantile(other_total, 0.25),
              quantile(other_total, 0.75), theirs / ours);
  return {{"function", Case::name},
          {"operations", operations},
          {"wengert_ns", ours},
          {"adolc_ns", theirs},
          {"ratio", theirs / ours}};
}

}  // namespace

int main(int argc, char** argv) {
  const auto n = static_cast<size_t>(argc > 1 ? std::atoll(argv[1]) : 1'000'000);
  const int repetitions = argc > 2 ? std::atoi(argv[2]) : 15;
  std::printf("%zu operations, %d repetitions, ns an operation (record + reverse = total, quartiles)\n", n,
              repetitions);
  std::printf("%-17s %-38s   %-38s   ratio\n", "", "Wengert", "ADOL-C");
  const nlohmann::json results = {compare<Chain>(n, repetitions), compare<SumOfProducts>(n, repetitions),
                                  compare<Sines>(n, repetitions), compare<Statements>(n, repetitions)};
  if (argc > 3) std::ofstream(argv[3]) << results.dump(2) << "\n";
}
