// SPDX-License-Identifier: Apache-2.0
//
// Our own matrix products for any processor: a multiplication and an addition for each term.
#include "wengert/exec/matmul_blocks.h"
#include "wengert/exec/matmul_own.h"
#include "wengert/exec/vectors_portable.h"

namespace wengert {

const OwnMatmul& portable_matmul() {
  static constexpr OwnMatmul kernels{
      multiply_blocks<Vector<double, double, false>>, multiply_blocks<Vector<float, float, false>>,
      multiply_blocks<Vector<double, double, true>>, multiply_blocks<Vector<float, double, true>>,
      packed_blocks<Vector<double, double, false>>, packed_blocks<Vector<float, float, false>>};
  return kernels;
}

const OwnMatmul& own_matmul() {
  const OwnMatmul* const avx2 = avx2_matmul();
  return avx2 ? *avx2 : portable_matmul();
}

}  // namespace wengert
