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
  const bool sound = is_float(s.dtype) && std::min({s.m, s.n, s.k, s.count, s.next_a, s.next_b}) >= 0 && s.row_a >= (s.transpose_a ? s.m : s.k) &&
                     s.row_b >= (s.transpose_b ? s.k : s.n) && s.row_c >= s.n && (s.count <= 1 || s.next_c >= s.row_c * s.m);
  if (sound) return;
  throw InternalError("W930", fmt::format("a matrix product of {} was asked for: {} x [{}, {}] x [{}, {}], rows {} {} {} elements apart",
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
    {"OpenBLAS", [](const MatmulShape& s) { return MatmulKernel{openblas_matmul(resolved(s)), resolved(s)}; }},
};

/// Whether the library is faster. bench/matmul.cpp on a Zen 3 (0.5 MB of second cache), one thread, GFLOP/s of our own kernel
/// and of OpenBLAS 0.3.21:
///
///     PLACEHOLDER
///
/// Our own kernel copies no more of its operands together than a strip, so it falls behind where they leave the second cache
/// far behind, and only if there is work enough for the library's copying: batches up to 32 and vectors stay here. Kernels of
/// oneDNN (f32 only) and libxsmm came within 10% of the better of these two nearly everywhere, which is not worth a library of
/// 38 MB that brings OpenMP along, or one that Debian has for static linking only. Without AVX2 our own kernel is one for any
/// processor, which the library beats from some 20 x 20 x 20.
bool better_by_library(const MatmulShape& s) {
  if (avx2_matmul() == nullptr) return std::min(s.m, s.n) >= 4 && s.multiplications() >= 8192;
  const int64_t bytes = (s.m * s.k + s.k * s.n + s.m * s.n) * static_cast<int64_t>(size_of(s.dtype));
  return std::min({s.m, s.n, s.k}) >= 64 && bytes >= 3'000'000;
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
