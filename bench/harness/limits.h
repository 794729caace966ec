// SPDX-License-Identifier: Apache-2.0
//
// What the machine can do at most, measured by the bench itself beside the candidates.
#pragma once

namespace wengert::bench {

struct Limits {
  double fma_per_s = 0;    ///< fused multiply-adds of doubles, one thread, vectors as wide as the compiler was allowed
  double bytes_per_s = 0;  ///< a[i] = b[i] + s c[i] over arrays far larger than the caches: 24 bytes an element
};

/// cost : about 0.3 s and 200 MB
/// source : the second is STREAM's triad (McCalpin 1995)
Limits measure_limits();

/// Whether this processor runs AVX2 and FMA instructions.
bool has_avx2();

}  // namespace wengert::bench
