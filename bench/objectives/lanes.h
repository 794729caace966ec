// SPDX-License-Identifier: Apache-2.0
//
// Four doubles of an AVX2 register under the names of <cmath>, so that a hand-written derivative is a template of its
// scalar and one text serves a point (double) and four points (Lanes). To be included only by files compiled for AVX2
// and FMA.
#pragma once

#include <immintrin.h>

#include <cstdint>
#include <initializer_list>

namespace wengert::bench {

struct Lanes {
  static constexpr int64_t width = 4;
  __m256d v;

  Lanes() = default;
  Lanes(__m256d x) : v(x) {}
  Lanes(double x) : v(_mm256_set1_pd(x)) {}
  static Lanes load(const double* from) { return _mm256_loadu_pd(from); }
  void store(double* to) const { _mm256_storeu_pd(to, v); }
};

inline Lanes operator+(Lanes a, Lanes b) { return _mm256_add_pd(a.v, b.v); }
inline Lanes operator-(Lanes a, Lanes b) { return _mm256_sub_pd(a.v, b.v); }
inline Lanes operator*(Lanes a, Lanes b) { return _mm256_mul_pd(a.v, b.v); }
inline Lanes operator/(Lanes a, Lanes b) { return _mm256_div_pd(a.v, b.v); }
inline Lanes operator-(Lanes a) { return _mm256_xor_pd(a.v, _mm256_set1_pd(-0.0)); }
inline Lanes sqrt(Lanes a) { return _mm256_sqrt_pd(a.v); }
inline Lanes abs(Lanes a) { return _mm256_andnot_pd(_mm256_set1_pd(-0.0), a.v); }

/// x with the sign of y, x >= 0.
inline Lanes with_sign(Lanes x, Lanes y) { return _mm256_or_pd(x.v, _mm256_and_pd(_mm256_set1_pd(-0.0), y.v)); }
/// a > b ? x : y
inline Lanes where_greater(Lanes a, Lanes b, Lanes x, Lanes y) {
  return _mm256_blendv_pd(y.v, x.v, _mm256_cmp_pd(a.v, b.v, _CMP_GT_OQ));
}

/// a b + c with one rounding.
inline Lanes fused(Lanes a, Lanes b, Lanes c) { return _mm256_fmadd_pd(a.v, b.v, c.v); }

/// Sine and cosine in one, inlined, where a library would have two calls: quadrant n = round(2 x / pi), the rest by
/// three parts of pi / 2, polynomials in [-pi/4, pi/4]. A few ulp for |x| < 1e5; no promise beyond. source :
/// coefficients of fdlibm (Sun 1993), k_sin.c and k_cos.c
inline void sine_cosine(Lanes x, Lanes& sine, Lanes& cosine) {
  const Lanes n = _mm256_round_pd((x * Lanes(0x1.45f306dc9c883p-1)).v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  Lanes r = fused(n, Lanes(-0x1.921fb544p+0), x);
  r = fused(n, Lanes(-0x1.0b4611a6p-34), r);
  r = fused(n, Lanes(-0x1.3198a2e037073p-69), r);
  const Lanes z = r * r;
  Lanes s(1.58969099521155010221e-10), c(-1.13596475577881948265e-11);
  for (const double k : {-2.50507602534068634195e-08, 2.75573137070700676789e-06, -1.98412698298579493134e-04,
                         8.33333333332248946124e-03, -1.66666666666666324348e-01})
    s = fused(s, z, Lanes(k));
  for (const double k : {2.08757232129817482790e-09, -2.75573143513906633035e-07, 2.48015872894767294178e-05,
                         -1.38888888888741095749e-03, 4.16666666666666019037e-02, -0.5, 1.0})
    c = fused(c, z, Lanes(k));
  s = fused(s * z, r, r);
  const __m256i quadrant = _mm256_cvtepi32_epi64(_mm256_cvtpd_epi32(n.v));
  const __m256d odd = _mm256_castsi256_pd(_mm256_slli_epi64(quadrant, 63));  // blendv reads the sign bit
  const __m256i one = _mm256_set1_epi64x(1);
  const __m256d s_sign = _mm256_castsi256_pd(_mm256_slli_epi64(_mm256_srli_epi64(quadrant, 1), 63));
  const __m256d c_sign =
      _mm256_castsi256_pd(_mm256_slli_epi64(_mm256_srli_epi64(_mm256_add_epi64(quadrant, one), 1), 63));
  sine = _mm256_xor_pd(_mm256_blendv_pd(s.v, c.v, odd), s_sign);
  cosine = _mm256_xor_pd(_mm256_blendv_pd(c.v, s.v, odd), c_sign);
}

}  // namespace wengert::bench
