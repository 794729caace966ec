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

/// Whether the library is faster. GFLOP/s of our own kernel and of OpenBLAS 0.3.21 by bench/matmul.cpp (best of 15),
/// one thread of a Zen 3 with 0.5 MB of second cache; m x k x n, T: the left operand is transposed:
///
///     f32, peak 99.6         own  library     f64, peak 50.8         own  library
///     16 x 16 x 16          78.4     23.6     16 x 16 x 16          41.4     18.6
///     64 x 64 x 64          91.9     64.1     64 x 64 x 64          45.3     35.9
///     128 x 128 x 128       89.1     76.2     128 x 128 x 128       43.3     39.5
///     256 x 256 x 256       88.9     86.8     256 x 256 x 256       42.0     40.4
///     512 x 512 x 512       85.7     88.0     512 x 512 x 512       33.9     36.8
///     1024 x 1024 x 1024    74.6     85.3     1024 x 1024 x 1024    30.4     41.3
///     1 x 64 x 64           72.5     10.8     1 x 64 x 64           24.9      6.0
///     4 x 64 x 64           95.3     40.8     4 x 64 x 64           42.8     14.5
///     784 x 32 x 128 T      85.2     59.4     784 x 32 x 128 T      38.6     32.9
///     128 x 784 x 512       87.2     82.9     128 x 784 x 512       29.0     31.7
///
/// Our own kernel copies no more of its operands than a strip at a time, so it falls behind where they leave the second
/// cache far behind and there is work enough for what the library copies, and where a wide B is read in narrow strips.
/// Vectors stay here: the library is up to seven times slower.
///
/// oneDNN's sgemm (f32 only) and libxsmm's compiled kernels beat the better of these two by more than 10% in 8 of 92
/// shapes of f32 and 3 of 92 of f64 with more than 512 multiplications; what is chosen reaches 0.98 (f32) and 0.99 (f64)
/// of the best of all four in the geometric mean. The rest is not worth a library of 38 MB that brings OpenMP and OpenCL
/// along, or one that Debian has for static linking only. Without AVX2 our own kernel is the one for any processor, which
/// the library beats from some 20 x 20 x 20.
bool better_by_library(const MatmulShape& s) {
  if (avx2_matmul() == nullptr) return std::min(s.m, s.n) >= 4 && s.multiplications() >= 8192;
  const auto element = static_cast<int64_t>(size_of(s.dtype));
  const int64_t right = s.k * s.n * element, all = right + (s.m * s.k + s.m * s.n) * element;
  const int64_t least = std::min({s.m, s.n, s.k});
  if (right >= 6'000'000 && !s.transpose_b) return least >= 4;
  return (least >= 192 && all >= 2'000'000) || (least >= 64 && all >= 4'200'000);
}

}  // namespace

std::span<const MatmulCandidate> matmul_candidates() { return candidates; }

/// Fewer rows than a tile has, or a B that lies in the caches and is read in place (matmul_blocks.h), gain nothing.
PackedMatmul choose_packed_matmul(const MatmulShape& asked) {
  constexpr int64_t read_in_place = 65536;  // bytes
  const MatmulShape s = resolved(asked);
  check(s);
  const int64_t right = s.k * s.n * static_cast<int64_t>(size_of(s.dtype));
  const bool copied = s.transpose_b ? s.m > 4 : s.m >= 4 && right > read_in_place;
  if (s.count != 1 || s.multiplications() <= exact_multiplications || !copied || better_by_library(s)) return {};
  PackedMatmul packed = s.dtype == DType::f64 ? own_matmul().packed_f64 : own_matmul().packed_f32;
  packed.shape = s;
  return packed;
}

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
