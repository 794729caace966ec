// SPDX-License-Identifier: Apache-2.0
//
// OpenBLAS, loaded at its first use: linking it would cost every start 10 ms and more. The environment variable
// WENGERT_BLAS names another file with the interface of cblas, which has to use one thread of its own accord; `none`,
// or any name that cannot be loaded, does without. Without it everything works, the largest products more slowly.
#pragma once

#include "wengert/exec/matmul.h"

namespace wengert {

/// The library's kernel for this shape; null where the library is not here, or where a size does not fit its `int`.
MatmulKernel::Function openblas_matmul(const MatmulShape& shape);

}  // namespace wengert
