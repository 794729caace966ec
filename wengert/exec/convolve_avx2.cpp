// SPDX-License-Identifier: Apache-2.0
//
// Our own convolutions for x86-64 with AVX2 and FMA. What stands between the lines about the target is compiled for
// such processors; the rest of the library runs on any.
#include "wengert/exec/convolve_own.h"

#ifdef __x86_64__

#include <cstring>
#include <immintrin.h>

#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif

#include "wengert/exec/convolve_blocks.h"
#include "wengert/exec/vectors_avx2.h"

namespace wengert {
namespace {

constexpr OwnConvolve kernels{convolve_blocks<Doubles>, convolve_blocks<Floats>};

}  // namespace
}  // namespace wengert

#ifdef __clang__
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

namespace wengert {

const OwnConvolve* avx2_convolve() {
  static const bool here = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  return here ? &kernels : nullptr;
}

}  // namespace wengert

#else

namespace wengert {
const OwnConvolve* avx2_convolve() { return nullptr; }
}  // namespace wengert

#endif
