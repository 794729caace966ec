// SPDX-License-Identifier: Apache-2.0
//
// Which way to compute a matrix product is best for which shape? Every candidate of the library (our own kernel for
// this processor and for any, OpenBLAS) and, where they are installed, oneDNN's sgemm and libxsmm's compiled kernels,
// over squares and over the products of a dense layer: y = x W, and its gradients x^T y_bar (W) and y_bar W^T (x).
// Answers are compared with sums in f64 first. Candidates take turns R times, one thread, operands warm; the best turn
// counts, in processor time of the thread, since what else runs on the machine only adds. The last columns: what
// choose_matmul takes, and its rate over the best of all candidates.
//
//   bench_matmul [R = 7] [RESULT.json]
#include <dlfcn.h>
#include <time.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#ifdef WENGERT_BENCH_XSMM
#include <libxsmm.h>
#endif

#include "wengert/base/random.h"
#include "wengert/exec/matmul.h"

namespace {

using wengert::DType;
using wengert::MatmulShape;
using Call = std::function<void(const void* a, const void* b, void* c)>;

double cpu_s() {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

/// Seconds of one call, when called about a millisecond long.
template <class F> double seconds(F&& f, double expected) {
  const int calls = std::clamp(static_cast<int>(1e-3 / std::max(expected, 1e-9)), 1, 100'000);
  const double start = cpu_s();
  for (int i = 0; i < calls; ++i) f();
  return (cpu_s() - start) / calls;
}

/// Products and sums of vectors a second that no memory hinders, in GFLOP/s.
#ifdef __x86_64__
template <class T> [[gnu::target("avx2,fma")]] double peak() {
  using Vector [[gnu::vector_size(32)]] = T;
  constexpr int sums = 12, steps = 1'000'000;
  double best = 0;
  for (int turn = 0; turn < 20; ++turn) {
    Vector x[sums] = {}, factor = Vector{} + T(0.5);
    for (Vector& sum : x) asm volatile("" : "+x"(sum));  // so that they are not known to be equal
    const double start = cpu_s();
    for (int i = 0; i < steps; ++i)
#pragma GCC unroll 12
      for (int j = 0; j < sums; ++j) {
        if constexpr (sizeof(T) == 4)
          x[j] = __builtin_ia32_vfmaddps256(factor, factor, x[j]);
        else
          x[j] = __builtin_ia32_vfmaddpd256(factor, factor, x[j]);
      }
    best = std::max(best, 2e-9 * sums * steps * (32 / sizeof(T)) / (cpu_s() - start));
    for (const Vector& sum : x) asm volatile("" ::"x"(sum));
  }
  return best;
}
#else
template <class T> double peak() { return std::nan(""); }
#endif

/// oneDNN with one thread: it asks OpenMP how many it may use.
Call onednn(const MatmulShape& s) {
  using Sgemm = int (*)(char, char, int64_t, int64_t, int64_t, float, const float*, int64_t, const float*, int64_t,
                        float, float*, int64_t);
  static const auto sgemm = [] {
    void* const openmp = dlopen("libgomp.so.1", RTLD_NOW | RTLD_GLOBAL);
    void* const library = dlopen("libdnnl.so.2", RTLD_NOW);
    if (!openmp || !library) return Sgemm{};
    reinterpret_cast<void (*)(int)>(dlsym(openmp, "omp_set_num_threads"))(1);
    return reinterpret_cast<Sgemm>(dlsym(library, "dnnl_sgemm"));
  }();
  if (!sgemm || s.dtype != DType::f32) return {};
  return [s](const void* a, const void* b, void* c) {
    sgemm(s.transpose_a ? 'T' : 'N', s.transpose_b ? 'T' : 'N', s.m, s.n, s.k, 1, static_cast<const float*>(a), s.row_a,
          static_cast<const float*>(b), s.row_b, 0, static_cast<float*>(c), s.row_c);
  };
}

/// libxsmm's kernel compiled for the shape; it counts in columns, so that C^T = op(B)^T op(A)^T. No transposed
/// operands.
Call libxsmm([[maybe_unused]] const MatmulShape& s) {
#ifdef WENGERT_BENCH_XSMM
  if (s.transpose_a || s.transpose_b || std::max({s.m, s.n, s.k}) > 1024) return {};
  const auto m = static_cast<int>(s.n), n = static_cast<int>(s.m), k = static_cast<int>(s.k),
             lda = static_cast<int>(s.row_b), ldb = static_cast<int>(s.row_a), ldc = static_cast<int>(s.row_c),
             flags = 0;
  const auto call = [](auto kernel) -> Call {
    if (!kernel) return {};
    return [kernel](const void* a, const void* b, void* c) {
      [&]<class T>(void (*f)(const T*, const T*, T*, ...)) {
        f(static_cast<const T*>(b), static_cast<const T*>(a), static_cast<T*>(c));
      }(kernel);
    };
  };
  const float one32 = 1, zero32 = 0;
  const double one64 = 1, zero64 = 0;
  if (s.dtype == DType::f32)
    return call(libxsmm_smmdispatch(m, n, k, &lda, &ldb, &ldc, &one32, &zero32, &flags, nullptr));
  return call(libxsmm_dmmdispatch(m, n, k, &lda, &ldb, &ldc, &one64, &zero64, &flags, nullptr));
#else
  return {};
#endif
}

struct Candidate {
  std::string name;
  Call call;
  double best_s = INFINITY;
};

/// Only what may compete: the exact kernels are taken by a rule, not for their speed.
std::vector<Candidate> candidates(const MatmulShape& shape) {
  const MatmulShape s = wengert::choose_matmul(shape).shape;  // without `dense`
  std::vector<Candidate> all;
  for (const auto& candidate : wengert::matmul_candidates()) {
    const auto kernel = candidate.kernel(shape);
    if (candidate.name.find("exact") == candidate.name.npos)
      all.push_back({std::string(candidate.name), kernel ? Call(kernel) : Call()});
  }
  all.push_back({"oneDNN", onednn(s)});
  all.push_back({"libxsmm", libxsmm(s)});
  return all;
}

template <class T> struct Operands {
  std::vector<T> a, b, c;
  std::vector<double> expected;

  explicit Operands(const MatmulShape& s)
      : a(static_cast<size_t>(s.m * s.k)), b(static_cast<size_t>(s.k * s.n)), c(static_cast<size_t>(s.m * s.n)),
        expected(c.size()) {
    wengert::Random random(7);
    for (T& x : a) x = static_cast<T>(random.uniform() - 0.5);
    for (T& x : b) x = static_cast<T>(random.uniform() - 0.5);
    for (int64_t i = 0; i < s.m; ++i)
      for (int64_t p = 0; p < s.k; ++p)
        for (int64_t j = 0; j < s.n; ++j)
          expected[static_cast<size_t>(i * s.n + j)] +=
              static_cast<double>(a[static_cast<size_t>(s.transpose_a ? p * s.m + i : i * s.k + p)]) *
              static_cast<double>(b[static_cast<size_t>(s.transpose_b ? j * s.k + p : p * s.n + j)]);
  }

  /// Whether `call` computes the product, to the rounding of k terms below 1/4.
  bool check(const Call& call, int64_t k) {
    std::fill(c.begin(), c.end(), static_cast<T>(NAN));
    call(a.data(), b.data(), c.data());
    const double bound = static_cast<double>(k + 1) * static_cast<double>(std::numeric_limits<T>::epsilon());
    for (size_t i = 0; i < c.size(); ++i)
      if (!(std::abs(static_cast<double>(c[i]) - expected[i]) <= bound)) return false;
    return true;
  }
};

struct Summary {
  double worst = INFINITY, log_sum = 0;
  int count = 0;
};

/// One line of the table and one object of the result.
template <class T> nlohmann::json measure(const MatmulShape& s, int repetitions, double peak_gflops, Summary& summary) {
  Operands<T> x(s);
  auto all = candidates(s);
  all.push_back({"chosen", Call(wengert::choose_matmul(s))});
  for (const auto& [name, call, unused] : all)
    if (call && !x.check(call, s.k)) {
      std::fprintf(stderr, "%s is wrong\n", name.c_str());
      std::exit(1);
    }
  for (int turn = 0; turn < repetitions; ++turn)
    for (auto& c : all)
      if (c.call)
        c.best_s = std::min(c.best_s, seconds([&] { c.call(x.a.data(), x.b.data(), x.c.data()); },
                                              std::isfinite(c.best_s) ? c.best_s : 1e-3));
  const double gflop = 2e-9 * static_cast<double>(s.multiplications());
  std::printf("%s %4d %4d %4d %s%s ", std::string(to_string(s.dtype)).c_str(), static_cast<int>(s.m),
              static_cast<int>(s.k), static_cast<int>(s.n), s.transpose_a ? "T" : "-", s.transpose_b ? "T" : "-");
  nlohmann::json line = {
      {"dtype", to_string(s.dtype)}, {"m", s.m}, {"k", s.k}, {"n", s.n}, {"transpose_a", s.transpose_a},
      {"transpose_b", s.transpose_b}};
  double best = 0;
  for (const auto& c : all) {
    if (c.call)
      std::printf(" %8.1f", gflop / c.best_s);
    else
      std::printf(" %8s", "-");
    if (c.call) line[c.name] = gflop / c.best_s;
    best = std::max(best, gflop / c.best_s);
  }
  const double chosen = gflop / all.back().best_s;
  std::printf("  %5.0f%% %5.2f\n", 100 * chosen / peak_gflops, chosen / best);
  std::fflush(stdout);
  summary.worst = std::min(summary.worst, chosen / best);
  summary.log_sum += std::log(chosen / best);
  ++summary.count;
  return line;
}

std::vector<MatmulShape> shapes(DType dtype) {
  std::vector<MatmulShape> all;
  const auto add = [&](int64_t m, int64_t k, int64_t n, bool ta, bool tb) {
    all.push_back({.dtype = dtype, .m = m, .n = n, .k = k, .transpose_a = ta, .transpose_b = tb});
  };
  for (const int64_t n : {4, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024})
    add(n, n, n, false, false);
  for (const int64_t batch : {1, 4, 32, 128, 256})
    for (const auto& [in, out] : {std::pair{2, 2},
                                  {10, 10},
                                  {64, 64},
                                  {128, 10},
                                  {784, 10},
                                  {784, 128},
                                  {784, 512},
                                  {512, 512},
                                  {1024, 1024}}) {
      add(batch, in, out, false, false);
      add(in, batch, out, true, false);
      add(batch, out, in, false, true);
    }
  return all;
}

template <class T> nlohmann::json measure_all(DType dtype, int repetitions) {
  const double gflops = peak<T>();
  std::printf("\n%s: peak %.1f GFLOP/s of products and sums; GFLOP/s below\n%-20s",
              std::string(to_string(dtype)).c_str(), gflops, "        m    k    n");
  for (const auto& c : candidates({.dtype = dtype, .m = 1, .n = 1, .k = 1})) std::printf(" %8s", c.name.c_str());
  std::printf(" %8s  %6s %5s\n", "chosen", "peak", "/best");
  Summary summary;
  nlohmann::json lines = nlohmann::json::array();
  for (const MatmulShape& s : shapes(dtype)) lines.push_back(measure<T>(s, repetitions, gflops, summary));
  std::printf("%s: chosen over best: geometric mean %.2f, worst %.2f\n", std::string(to_string(dtype)).c_str(),
              std::exp(summary.log_sum / summary.count), summary.worst);
  return {{"peak_gflops", gflops}, {"products", lines}};
}

}  // namespace

int main(int argc, char** argv) {
  const int repetitions = argc > 1 ? std::atoi(argv[1]) : 7;
  std::printf("best of %d turns, one thread\n", repetitions);
  const nlohmann::json result = {{"f32", measure_all<float>(DType::f32, repetitions)},
                                 {"f64", measure_all<double>(DType::f64, repetitions)}};
  if (argc > 2) std::ofstream(argv[2]) << result.dump(2) << "\n";
}
