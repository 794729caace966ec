// SPDX-License-Identifier: Apache-2.0
//
// Our own convolutions for any processor.
#include "wengert/exec/convolve_blocks.h"
#include "wengert/exec/convolve_own.h"
#include "wengert/exec/vectors_portable.h"

namespace wengert {

const OwnConvolve& portable_convolve() {
  static constexpr OwnConvolve kernels{convolve_blocks<Vector<double, double, false>>,
                                       convolve_blocks<Vector<float, float, false>>};
  return kernels;
}

}  // namespace wengert
