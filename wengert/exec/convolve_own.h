// SPDX-License-Identifier: Apache-2.0
//
// The kernels of our own, for each instruction set that they are compiled for.
#pragma once

#include "wengert/exec/convolve.h"

namespace wengert {

struct OwnConvolve {
  ConvolveKernel::Function f64, f32;
};

const OwnConvolve& portable_convolve();
/// Null where the processor lacks AVX2 or FMA, or the library was compiled for another kind of processor.
const OwnConvolve* avx2_convolve();

}  // namespace wengert
