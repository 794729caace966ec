// SPDX-License-Identifier: Apache-2.0
//
// Our own matrix products for x86-64 with AVX2 and FMA. What stands between the lines about the target is compiled for
// such processors; the rest of the library runs on any.
#include "wengert/exec/matmul_own.h"

#ifdef __x86_64__

#include <immintrin.h>

#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif

#include "wengert/exec/matmul_blocks.h"
#include "wengert/exec/vectors_avx2.h"

namespace wengert {
namespace {

constexpr OwnMatmul kernels{multiply_blocks<Doubles>, multiply_blocks<Floats>, multiply_blocks<ExactDoubles>,
                            multiply_blocks<ExactFloats>, packed_blocks<Doubles>, packed_blocks<Floats>};

}  // namespace
}  // namespace wengert

#ifdef __clang__
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

namespace wengert {

const OwnMatmul* avx2_matmul() {
  static const bool here = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  return here ? &kernels : nullptr;
}

}  // namespace wengert

#else

namespace wengert {
const OwnMatmul* avx2_matmul() { return nullptr; }
}  // namespace wengert

#endif
