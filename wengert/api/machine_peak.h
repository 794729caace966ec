// SPDX-License-Identifier: Apache-2.0
//
// What this machine can do at most, measured: operations a second in a matrix product, bytes a second in a sum of
// arrays larger than the caches. What a Program reaches is compared with it.
#pragma once

#include "wengert/api/compile.h"

namespace wengert {

struct MachinePeak {
  double flops_per_s = 0;  ///< of a matrix product of 512 x 512 by the engine asked for, a product and a sum as two
  double bytes_per_s = 0;  ///< read and written in z = x + y of 2^22 elements
};

/// dtype : f32 or f64.  wish : engine, mathematics and threads.  cost: about a quarter of a second, and 50 MiB
MachinePeak measure_peak(DType dtype, const CompileOptions& wish = {});

}  // namespace wengert
