// SPDX-License-Identifier: Apache-2.0
#include "wengert/exec/matmul.h"

#include <algorithm>
#include <fmt/format.h>

#include "wengert/base/error.h"
#include "wengert/exec/matmul_own.h"
#include "wengert/exec/openblas.h"

namespace wengert {
namespace {

/// The shape with numbers in place of `dense`.
MatmulShape resolved(MatmulShape s) {
  const auto fill = [](int64_t& stride, int64_t value) {
    if (stride == MatmulShape::dense) stride = value;
  };
  fill(s.row_a, s.transpose_a ? s.m : s.k);
  fill(s.row_b, s.transpose_b ? s.k : s.n);
  fill(s.row_c, s.n);
  fill(s.next_a, s.row_a * (s.transpose_a ? s.k : s.m));
  fill(s.next_b, s.row_b * (s.transpose_b ? s.n : s.k));
  fill(s.next_c, s.row_c * s.m);
  return s;
}

void check(const MatmulShape& s) {
  const bool sound = is_float(s.dtype) && std::min({s.m, s.n, s.k, s.count, s.next_a, s.next_b}) >= 0 &&
                     s.row_a >= (s.transpose_a ? s.m : s.k) && s.row_b >= (s.transpose_b ? s.k : s.n) &&
                     s.row_c >= s.n && (s.count <= 1 || s.next_c >= s.row_c * s.m);
  if (sound) return;
  throw InternalError(
      "W930",
      fmt::format("a matrix product of {} was asked for: {} x [{}, {}] x [{}, {}], rows {} {} {} elements apart",
                  to_string(s.dtype), s.count, s.m, s.k, s.k, s.n, s.row_a, s.row_b, s.row_c));
}

/// One tall product in place of many with the same B, where the rows of all of them lie one below the other.
MatmulShape joined(MatmulShape s) {
  const bool even = !s.transpose_a && s.next_b == 0 && s.next_a == s.m * s.row_a && s.next_c == s.m * s.row_c;
  if (s.count <= 1 || !even) return s;
  s.m *= s.count;
  s.count = 1;
  return s;
}

MatmulKernel::Function of_dtype(const MatmulShape& s, MatmulKernel::Function f64, MatmulKernel::Function f32) {
  return s.dtype == DType::f64 ? f64 : f32;
}

MatmulKernel fast(const OwnMatmul* own, const MatmulShape& s) {
  return own ? MatmulKernel{of_dtype(s, own->fast_f64, own->fast_f32), resolved(s)} : MatmulKernel{};
}
MatmulKernel exact(const OwnMatmul* own, const MatmulShape& s) {
  if (!own || s.multiplications() > exact_multiplications) return {};
  return {of_dtype(s, own->exact_f64, own->exact_f32), resolved(s)};
}

constexpr MatmulCandidate candidates[] = {
    {"own", [](const MatmulShape& s) { return fast(&own_matmul(), s); }},
    {"own, exact", [](const MatmulShape& s) { return exact(&own_matmul(), s); }},
    {"portable", [](const MatmulShape& s) { return fast(&portable_matmul(), s); }},
    {"portable, exact", [](const MatmulShape& s) { return exact(&portable_matmul(), s); }},
    {"OpenBLAS",
     [](const MatmulShape& s) {
       return MatmulKernel{openblas_matmul(resolved(s)), resolved(s)};
     }},
};

/// Whether the library is faster. GFLOP/s of our own kernel and of OpenBLAS 0.3.21, one thread of a Zen 3 (0.5 MB of
/// second cache) whose peak is 98 in f32, 50 in f64; bench/matmul.cpp, best of 15, m x k x n, T for the gradient x^T
/// y_bar:
///
///     f32  16 x 16 x 16       75   14    f32  1 x 64 x 64         71   10    f32  512 x 512 x 512   84   87
///          64 x 64 x 64       90   47         4 x 64 x 64         93   39         1024^3            66   87
///          128 x 128 x 128    91   77         32 x 784 x 128      79   75    f64  128 x 128 x 128   44   40
///          256 x 256 x 256    89   84         784 x 32 x 128 T    83   58         256 x 256 x 256   41   43
///          384 x 384 x 384    77   75         128 x 784 x 512     89   90         512 x 512 x 512   39   41
///          256 x 512 x 512    52   63         128 x 1024 x 1024   72   83         128 x 2048 x 512  29   39
///
/// Our own kernel copies no more of its operands than a strip at a time, so it falls behind where they leave the second
/// cache far behind, if there is work enough for what the library copies: batches up to 32 and vectors stay here, where
/// the library loses up to sixfold. oneDNN's sgemm (f32 only) and libxsmm's compiled kernels were measured too: with a
/// few exceptions they are within 10% of the better of these two from 12 x 12 x 12 on, which is not worth a library of
/// 38 MB that brings OpenMP and OpenCL along, or one that Debian has for static linking only. Without AVX2 our own
/// kernel is the one for any processor, which the library beats from some 20 x 20 x 20.
bool better_by_library(const MatmulShape& s) {
  if (avx2_matmul() == nullptr) return std::min(s.m, s.n) >= 4 && s.multiplications() >= 8192;
  const int64_t bytes = (s.m * s.k + s.k * s.n + s.m * s.n) * static_cast<int64_t>(size_of(s.dtype));
  const int64_t least = std::min({s.m, s.n, s.k});
  return (least >= 192 && bytes >= 2'000'000) || (least >= 64 && bytes >= 4'200'000);
}

}  // namespace

std::span<const MatmulCandidate> matmul_candidates() { return candidates; }

MatmulKernel choose_matmul(const MatmulShape& asked) {
  const MatmulShape s = resolved(asked);
  check(s);
  if (MatmulKernel kernel = exact(&own_matmul(), s)) return kernel;
  const MatmulShape whole = joined(s);
  if (better_by_library(whole)) {
    if (const auto library = openblas_matmul(whole)) return {library, whole};
  }
  return fast(&own_matmul(), whole);
}

}  // namespace wengert
