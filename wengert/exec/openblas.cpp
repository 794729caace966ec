// SPDX-License-Identifier: Apache-2.0
#include "wengert/exec/openblas.h"

#include <algorithm>
#include <cstdlib>
#include <dlfcn.h>
#include <type_traits>

namespace wengert {
namespace {

constexpr int row_major = 101, not_transposed = 111, transposed = 112;  // cblas.h

struct Blas {
  using Dgemm = void (*)(int, int, int, int, int, int, double, const double*, int, const double*, int, double, double*,
                         int);
  using Sgemm = void (*)(int, int, int, int, int, int, float, const float*, int, const float*, int, float, float*, int);
  Dgemm dgemm = nullptr;
  Sgemm sgemm = nullptr;

  Blas() {
    const char* const named = std::getenv("WENGERT_BLAS");
    void* const library = dlopen(named && *named ? named : "libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return;
    dgemm = reinterpret_cast<Dgemm>(dlsym(library, "cblas_dgemm"));
    sgemm = reinterpret_cast<Sgemm>(dlsym(library, "cblas_sgemm"));
    // One thread: a result must not depend on the number of threads.
    if (auto set_threads = reinterpret_cast<void (*)(int)>(dlsym(library, "openblas_set_num_threads"))) set_threads(1);
  }
};

const Blas& blas() {
  static const Blas library;
  return library;
}

template <class T> void multiply(const MatmulShape& s, const void* left, const void* right, void* result) {
  const auto* a = static_cast<const T*>(left);
  const auto* b = static_cast<const T*>(right);
  auto* c = static_cast<T*>(result);
  const auto narrow = [](int64_t x) {
    return static_cast<int>(std::max<int64_t>(x, 1));
  };  // 1: of a matrix without columns
  const int m = static_cast<int>(s.m), n = static_cast<int>(s.n), k = static_cast<int>(s.k);
  const auto gemm = [] {
    if constexpr (std::is_same_v<T, double>)
      return blas().dgemm;
    else
      return blas().sgemm;
  }();
  for (int64_t i = 0; i < s.count; ++i)
    gemm(row_major, s.transpose_a ? transposed : not_transposed, s.transpose_b ? transposed : not_transposed, m, n, k,
         T(1), a + i * s.next_a, narrow(s.row_a), b + i * s.next_b, narrow(s.row_b), s.accumulate ? T(1) : T(0),
         c + i * s.next_c, narrow(s.row_c));
}

}  // namespace

MatmulKernel::Function openblas_matmul(const MatmulShape& s) {
  if (std::max({s.m, s.n, s.k, s.row_a, s.row_b, s.row_c}) > INT32_MAX) return nullptr;
  if (blas().dgemm == nullptr || blas().sgemm == nullptr) return nullptr;
  return s.dtype == DType::f64 ? multiply<double> : multiply<float>;
}

}  // namespace wengert
