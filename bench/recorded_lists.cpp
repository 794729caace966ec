// SPDX-License-Identifier: Apache-2.0
//
// What does one operation of a long scalar list cost, recorded and swept back? Six functions of N operations: a chain of
// multiplications and additions, a sum of products, a chain of sines, statements of eleven operations, products with
// plain numbers, drawn statements; beside ADOL-C where it is installed, whose gradients are compared first. Lists are
// warm (memory of earlier recordings is reused) and ADOL-C's buffers are large enough that it stays in memory.
//
// What no list can go below is measured beside it: the functions run on doubles, for the sines libm alone. The limit is
// the list's bytes, written as recording writes them and read as the sweep reads them.
#ifdef BENCH_HAS_ADOLC
#include <adolc/adolc.h>
#endif

#include <cmath>
#include <memory>
#include <random>
#include <string_view>
#include <vector>

#include "harness/report.h"
#include "wengert/exec/sweep.h"
#include "wengert/trace/record.h"

using namespace wengert;
using namespace wengert::bench;

namespace {

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

volatile double kept;  // so that what is timed is computed

template <class Case> RealList recorded(size_t n) {
  return record_list([n](std::vector<Real>& v) { return Case::template run<Real>(v, n); }, Case::point());
}

void sweep(const RealList& list, std::vector<double>& gradient) {
  const double one = 1;
  reverse_sweep(list, {&one, 1}, gradient);
}

#ifdef BENCH_HAS_ADOLC
template <class Case> void record_by_adolc(size_t n) {
  const std::vector<double> x = Case::point();
  const auto room = static_cast<unsigned>(6 * n + 100'000);
  trace_on(1, 1, room, room, room, room);
  {
    std::vector<adouble> v(x.size());
    for (size_t k = 0; k < x.size(); ++k) v[k] <<= x[k];
    double y;
    Case::template run<adouble>(v, n) >>= y;
  }
  trace_off();
}

void sweep_by_adolc(std::vector<double>& gradient) {
  double one = 1;
  ::reverse(1, 1, static_cast<int>(gradient.size()), 0, &one, gradient.data());
}

/// Each gradient is compared with Wengert's before it is timed.
template <class Case> void add_adolc(std::vector<Candidate>& candidates, size_t n, const std::vector<double>& expected) {
  const auto gradient = std::make_shared<std::vector<double>>(expected.size());
  record_by_adolc<Case>(n), sweep_by_adolc(*gradient);
  require_close(std::string(Case::name) + ", ADOL-C", *gradient, expected, 1e-9);
  candidates.push_back({"ADOL-C: recording", [=] { record_by_adolc<Case>(n); }, true});
  candidates.push_back({"ADOL-C: recording and reverse sweep", [=] { record_by_adolc<Case>(n), sweep_by_adolc(*gradient); }});
}
#else
template <class Case> void add_adolc(std::vector<Candidate>&, size_t, const std::vector<double>&) {}
#endif

/// The gradient against a central difference along a direction; the first steps of the function say as much as all.
template <class Case> void check_by_difference(size_t n) {
  std::vector<double> x = Case::point(), gradient(x.size());
  n = std::min<size_t>(n, 3000);
  sweep(recorded<Case>(n), gradient);
  const double step = 1e-7;
  double slope = 0;
  for (double g : gradient) slope += g;
  const auto moved = [&](double by) {
    std::vector<double> there = x;
    for (double& v : there) v += by;
    return Case::template run<double>(there, n);
  };
  const double difference = (moved(step) - moved(-step)) / (2 * step);
  require_close(std::string(Case::name) + ", difference", {&difference, 1}, {&slope, 1}, 1e-5);
}

/// libm on the values of the chain of sines: a sine and a cosine a step. Through pointers: a compiler would join them.
Candidate libm_alone(size_t n) {
  return {"libm alone: sin and cos of every step", [n] {
            double (*volatile sine)(double) = std::sin;
            double (*volatile cosine)(double) = std::cos;
            double y = 1;
            for (size_t k = 0; k < n; ++k) {
              kept = cosine(y);
              y = sine(y);
            }
            kept = y;
          },
          true};
}

template <class Case> void compare(Report& report, size_t n) {
  check_by_difference<Case>(n);
  const auto list = std::make_shared<RealList>(recorded<Case>(n));
  const auto gradient = std::make_shared<std::vector<double>>(Case::point().size());
  sweep(*list, *gradient);
  const auto plain = [n, x = Case::point()] { kept = Case::template run<double>(x, n); };
  std::vector<Candidate> candidates{{"plain function on doubles, value alone", plain, true}};
  if (std::string_view(Case::name) == Sines::name) candidates.push_back(libm_alone(n));
  candidates.push_back({"Wengert: recording", [n] { kept = static_cast<double>(recorded<Case>(n).operations()); }, true});
  candidates.push_back({"Wengert: reverse sweep", [=] { sweep(*list, *gradient); }, true});
  candidates.push_back({"Wengert: recording and reverse sweep", [=] { sweep(recorded<Case>(n), *gradient); }});
  add_adolc<Case>(candidates, n, *gradient);
  // 18 bytes an operation are written, read again, and 8 of its cotangent read and written.
  const auto operations = static_cast<double>(list->operations());
  report.time(std::string(Case::name) + ", " + std::to_string(list->operations()) + " operations", candidates, operations, "operation",
              {.bytes = (18 + 18 + 16) * operations});
}

void compare_all(Report& report, const std::string& size) {
  const auto n = static_cast<size_t>(parse_size(size, 1)[0]);
  compare<Chain>(report, n);
  compare<SumOfProducts>(report, n);
  compare<Sines>(report, n);
  compare<Statements>(report, n);
  compare<Weighted>(report, n);
  compare<Drawn>(report, n);
}

const Question question{.name = "recorded_lists",
                        .text = "What does an operation of a long recorded list cost?",
                        .sizes = "the number of operations; from 100000 on a list does not stay in caches",
                        .usual_sizes = {"1000000"}};

}  // namespace

int main(int argc, char** argv) { return run_bench(argc, argv, question, compare_all); }
