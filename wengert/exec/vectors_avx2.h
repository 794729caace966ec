// SPDX-License-Identifier: Apache-2.0
//
// Vectors of AVX2 for kernels written once for any kind of vector (matmul_blocks.h, convolve_blocks.h). For files that
// have set their target to AVX2 and FMA; in an unnamed namespace, so that nothing compiled for it is shared with other
// files.
#pragma once

#include <cstdint>
#include <immintrin.h>

namespace wengert {
namespace {

/// Eight ones, eight zeros: from the right place, the mask of as many lanes as wanted.
alignas(64) constexpr int32_t mask_words[16] = {-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};

struct Floats {
  using Element = float;
  using Sum = __m256;
  static constexpr int width = 8;
  static constexpr bool exact = false;

  static Sum zero() { return _mm256_setzero_ps(); }
  static Sum load(const float* x) { return _mm256_loadu_ps(x); }
  static Sum load(const float* x, int lanes) {
    return _mm256_maskload_ps(x, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(mask_words + 8 - lanes)));
  }
  static Sum repeat(const float* x) { return _mm256_broadcast_ss(x); }
  static Sum multiply_add(Sum a, Sum b, Sum sum) { return _mm256_fmadd_ps(a, b, sum); }
  static void store(float* x, Sum sum) { _mm256_storeu_ps(x, sum); }
  // A masked store takes some processors longer than all of this.
  static void store(float* x, Sum sum, int lanes) {
    __m128 part = _mm256_castps256_ps128(sum);
    if (lanes & 4) {
      _mm_storeu_ps(x, part);
      part = _mm256_extractf128_ps(sum, 1);
      x += 4;
    }
    if (lanes & 2) {
      _mm_storel_pi(reinterpret_cast<__m64*>(x), part);
      part = _mm_movehl_ps(part, part);
      x += 2;
    }
    if (lanes & 1) _mm_store_ss(x, part);
  }
  /// to[p][j] = from[j][p] for p, j < 8: by pairs, by fours, by halves.
  static void turn(const float* from, int64_t from_row, float* to, int64_t to_row) {
    __m256 x[8];  // x[4h + j]: columns 4h .. 4h + 3 of row j in the low half, of row j + 4 in the high half
#pragma GCC unroll 8
    for (int i = 0; i < 8; ++i) {
      const float* const row = from + i % 4 * from_row + i / 4 * 4;
      x[i] = _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(row)), _mm_loadu_ps(row + 4 * from_row), 1);
    }
#pragma GCC unroll 2
    for (int h = 0; h < 8; h += 4) {
      const __m256 a = _mm256_unpacklo_ps(x[h], x[h + 1]), b = _mm256_unpackhi_ps(x[h], x[h + 1]);
      const __m256 c = _mm256_unpacklo_ps(x[h + 2], x[h + 3]), d = _mm256_unpackhi_ps(x[h + 2], x[h + 3]);
      store(to + h * to_row, _mm256_shuffle_ps(a, c, 0x44));
      store(to + (h + 1) * to_row, _mm256_shuffle_ps(a, c, 0xee));
      store(to + (h + 2) * to_row, _mm256_shuffle_ps(b, d, 0x44));
      store(to + (h + 3) * to_row, _mm256_shuffle_ps(b, d, 0xee));
    }
  }
  static float total(Sum sum) {
    __m128 part = _mm_add_ps(_mm256_castps256_ps128(sum), _mm256_extractf128_ps(sum, 1));
    part = _mm_add_ps(part, _mm_movehl_ps(part, part));
    return _mm_cvtss_f32(_mm_add_ss(part, _mm_movehdup_ps(part)));
  }
};

struct Doubles {
  using Element = double;
  using Sum = __m256d;
  static constexpr int width = 4;
  static constexpr bool exact = false;

  static Sum zero() { return _mm256_setzero_pd(); }
  static Sum load(const double* x) { return _mm256_loadu_pd(x); }
  static Sum load(const double* x, int lanes) {
    return _mm256_maskload_pd(x, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(mask_words + 8 - 2 * lanes)));
  }
  static Sum repeat(const double* x) { return _mm256_broadcast_sd(x); }
  static Sum multiply_add(Sum a, Sum b, Sum sum) { return _mm256_fmadd_pd(a, b, sum); }
  static void store(double* x, Sum sum) { _mm256_storeu_pd(x, sum); }
  static void store(double* x, Sum sum, int lanes) {
    __m128d part = _mm256_castpd256_pd128(sum);
    if (lanes & 2) {
      _mm_storeu_pd(x, part);
      part = _mm256_extractf128_pd(sum, 1);
      x += 2;
    }
    if (lanes & 1) _mm_store_sd(x, part);
  }
  /// to[p][j] = from[j][p] for p, j < 4.
  static void turn(const double* from, int64_t from_row, double* to, int64_t to_row) {
#pragma GCC unroll 2
    for (int h = 0; h < 4; h += 2) {
      const auto* const row = from + h;
      const __m256d x =
          _mm256_insertf128_pd(_mm256_castpd128_pd256(_mm_loadu_pd(row)), _mm_loadu_pd(row + 2 * from_row), 1);
      const __m256d y = _mm256_insertf128_pd(_mm256_castpd128_pd256(_mm_loadu_pd(row + from_row)),
                                             _mm_loadu_pd(row + 3 * from_row), 1);
      store(to + h * to_row, _mm256_unpacklo_pd(x, y));
      store(to + (h + 1) * to_row, _mm256_unpackhi_pd(x, y));
    }
  }
  static double total(Sum sum) {
    const __m128d part = _mm_add_pd(_mm256_castpd256_pd128(sum), _mm256_extractf128_pd(sum, 1));
    return _mm_cvtsd_f64(_mm_add_sd(part, _mm_unpackhi_pd(part, part)));
  }
};

/// The reference rounds each product.
struct ExactDoubles : Doubles {
  static constexpr bool exact = true;
  static Sum multiply_add(Sum a, Sum b, Sum sum) { return _mm256_add_pd(sum, _mm256_mul_pd(a, b)); }
};

/// The reference sums in f64, where the product of two f32 is exact: fused or not is the same.
struct ExactFloats {
  using Element = float;
  using Sum = __m256d;
  static constexpr int width = 4;
  static constexpr bool exact = true;

  static Sum zero() { return _mm256_setzero_pd(); }
  static Sum load(const float* x) { return _mm256_cvtps_pd(_mm_loadu_ps(x)); }
  static Sum load(const float* x, int lanes) { return _mm256_cvtps_pd(_mm256_castps256_ps128(Floats::load(x, lanes))); }
  static Sum repeat(const float* x) { return _mm256_set1_pd(static_cast<double>(*x)); }
  static Sum multiply_add(Sum a, Sum b, Sum sum) { return _mm256_fmadd_pd(a, b, sum); }
  static void store(float* x, Sum sum) { _mm_storeu_ps(x, _mm256_cvtpd_ps(sum)); }
  static void store(float* x, Sum sum, int lanes) {
    Floats::store(x, _mm256_castps128_ps256(_mm256_cvtpd_ps(sum)), lanes);
  }
  static void turn(const float* from, int64_t from_row, float* to, int64_t to_row) {
    __m128 a = _mm_loadu_ps(from), b = _mm_loadu_ps(from + from_row), c = _mm_loadu_ps(from + 2 * from_row),
           d = _mm_loadu_ps(from + 3 * from_row);
    _MM_TRANSPOSE4_PS(a, b, c, d);
    _mm_storeu_ps(to, a);
    _mm_storeu_ps(to + to_row, b);
    _mm_storeu_ps(to + 2 * to_row, c);
    _mm_storeu_ps(to + 3 * to_row, d);
  }
  static float total(Sum sum) { return static_cast<float>(Doubles::total(sum)); }
};

}  // namespace
}  // namespace wengert
