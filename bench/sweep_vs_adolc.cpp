// SPDX-License-Identifier: Apache-2.0
//
// What does one operation of a long scalar list cost, recorded and swept back, here and with ADOL-C? Six functions of
// N operations: a chain of multiplications and additions, a sum of products, a chain of sines, statements of eleven
// operations, products with plain numbers, drawn statements. Gradients are compared first. Then both take turns R times
// in one run, with warm lists (memory of earlier recordings is reused) and with buffers large enough that ADOL-C stays
// in memory; medians of processor time of the thread, with the spread between quartiles.
//
// What no list can go below is measured beside it, in the same units: the functions run on doubles, libm alone, and the
// list's bytes written as recording writes them and read as the sweep reads them.
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
#include <random>
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

/// Active values times plain numbers of the same type, as where data meet parameters.
struct Weighted {
  static constexpr const char* name = "weighted sum";
  static std::vector<double> point() { return SumOfProducts::point(); }
  template <class T> static T run(const std::vector<T>& x, size_t n) {
    const std::vector<T> weights(997, T(0.75));
    T sum = 0;
    for (size_t k = 0, j = 0, w = 0; k < n / 2; ++k, j = j == 999 ? 0 : j + 1, w = w == 996 ? 0 : w + 1)
      sum += weights[w] * x[j];
    return sum;
  }
};

/// 1009 statements drawn at random, over and over; values and cotangents stay near 1.
struct Drawn {
  static constexpr const char* name = "drawn statements";
  static std::vector<double> point() { return {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8}; }
  struct Statement {
    size_t kind, to, a, b;
  };
  static std::vector<Statement> draw() {
    std::mt19937 random(1);
    std::vector<Statement> all(1009);
    for (Statement& s : all) s = {random() % 16, random() % 8, random() % 8, random() % 8};
    return all;
  }
  template <class T> static T statement(const Statement& s, const std::vector<T>& v) {
    const T &a = v[s.a], &b = v[s.b];
    if (s.kind < 5) return a * b;
    if (s.kind < 8) return (a + b) * 0.5;
    if (s.kind < 11) return 1 - a * b;
    if (s.kind < 13) return a / (2 + b);
    if (s.kind < 15) return (a - b) * (a - b) * 0.25;
    return s.to % 2 == 0 ? sin(a) : sqrt(1.5 + b) * 0.5;
  }
  template <class T> static T run(const std::vector<T>& x, size_t n) {
    static const std::vector<Statement> statements = draw();
    std::vector<T> v = x;
    T sum = 0;
    for (size_t k = 0, j = 0; k < n / 3; ++k, j = j + 1 == statements.size() ? 0 : j + 1) {
      const Statement& s = statements[j];
      v[s.to] = statement(s, v);
      sum += v[s.to];
    }
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

/// Median of the time that `act` takes, in ns an operation.
template <class Act> double ns_each(size_t operations, int repetitions, Act act) {
  std::vector<double> all;
  for (int r = 0; r < repetitions; ++r) {
    const double start = cpu_s();
    act();
    all.push_back((cpu_s() - start) * 1e9 / static_cast<double>(operations));
  }
  return quantile(all, 0.5);
}

double kept;  // so that what is timed is computed

/// The function on doubles: what recording cannot go below.
template <class Case> double plain_ns(size_t n, size_t operations, int repetitions) {
  const std::vector<double> x = Case::point();
  return ns_each(operations, repetitions, [&] { kept = Case::template run<double>(x, n); });
}

/// libm on the values of the chain of sines. Through pointers: the compiler would join sin and cos of one argument.
nlohmann::json libm_limits(size_t n, int repetitions) {
  double (*volatile sine)(double) = std::sin;
  double (*volatile cosine)(double) = std::cos;
  void (*volatile both)(double, double*, double*) = ::sincos;
  std::vector<double> x(n + 1, 1);
  const double sin_ns = ns_each(n, repetitions, [&] {
    double y = 1;
    for (size_t k = 0; k < n; ++k) x[k + 1] = y = sine(y);
  });
  const double cos_ns = ns_each(n, repetitions, [&] {
    for (size_t k = 0; k < n; ++k) kept = cosine(x[k]);
  });
  const double both_ns = ns_each(n, repetitions, [&] {
    for (size_t k = 0; k < n; ++k) both(x[k], &x[k + 1], &kept);
  });
  std::printf("libm alone: sin in a chain %.2f, cos %.2f, sincos in a chain %.2f\n", sin_ns, cos_ns, both_ns);
  return {{"sin_ns", sin_ns}, {"cos_ns", cos_ns}, {"sincos_ns", both_ns}};
}

/// 18 bytes an operation written in order, then read in reverse beside 8 bytes that are read and written.
nlohmann::json memory_limits(size_t n, int repetitions) {
  std::vector<double> value(n), bar(n + 200);  // not at equal places of their pages
  std::vector<uint64_t> operands(n + 100);
  std::vector<uint16_t> code(n);
  const double write_ns = ns_each(n, repetitions, [&] {
    for (size_t i = 0; i < n; ++i) {
      value[i] = static_cast<double>(i);
      operands[i] = i;
      code[i] = static_cast<uint16_t>(i);
    }
  });
  const double read_ns = ns_each(n, repetitions, [&] {
    for (size_t i = n; i-- > 0;) bar[i] += value[i] + static_cast<double>(operands[i] + code[i]);
  });
  kept = bar[n / 2];
  std::printf("memory alone: 18 bytes written %.2f, 18 read and 8 updated %.2f\n", write_ns, read_ns);
  return {{"write_ns", write_ns}, {"read_ns", read_ns}};
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
  const double plain = plain_ns<Case>(n, operations, repetitions);
  std::printf("%-17s %6.2f + %6.2f = %6.2f (%.2f-%.2f)   %6.2f + %6.2f = %6.2f (%.2f-%.2f)   %5.1f   %5.2f\n",
              Case::name, quantile(record, 0.5), quantile(reverse, 0.5), ours, quantile(total, 0.25),
              quantile(total, 0.75), quantile(other_record, 0.5), quantile(other_reverse, 0.5), theirs,
              quantile(other_total, 0.25), quantile(other_total, 0.75), theirs / ours, plain);
  return {{"function", Case::name},
          {"operations", operations},
          {"wengert_record_ns", quantile(record, 0.5)},
          {"wengert_reverse_ns", quantile(reverse, 0.5)},
          {"plain_ns", plain},
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
  std::printf("%-17s %-38s   %-38s   ratio   doubles\n", "", "Wengert", "ADOL-C");
  const nlohmann::json functions = {compare<Chain>(n, repetitions),    compare<SumOfProducts>(n, repetitions),
                                    compare<Sines>(n, repetitions),    compare<Statements>(n, repetitions),
                                    compare<Weighted>(n, repetitions), compare<Drawn>(n, repetitions)};
  const nlohmann::json libm = libm_limits(n, repetitions), memory = memory_limits(n, repetitions);
  if (argc > 3)
    std::ofstream(argv[3]) << nlohmann::json{{"functions", functions}, {"libm", libm}, {"memory", memory}}.dump(2)
                           << "\n";
}
