// SPDX-License-Identifier: Apache-2.0
//
// The kernels of our own, for each instruction set that they are compiled for. All can do any shape.
#pragma once

#include "wengert/exec/matmul.h"

namespace wengert {

struct OwnMatmul {
  MatmulKernel::Function fast_f64, fast_f32;
  MatmulKernel::Function exact_f64, exact_f32;  ///< the bits of the reference, for at most `exact_multiplications`
  PackedMatmul packed_f64, packed_f32;          ///< for any shape of one product
};

const OwnMatmul& portable_matmul();
/// Null where the processor lacks AVX2 or FMA, or the library was compiled for another kind of processor.
const OwnMatmul* avx2_matmul();
/// The best of them here.
const OwnMatmul& own_matmul();

}  // namespace wengert
