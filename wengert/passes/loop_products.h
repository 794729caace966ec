// SPDX-License-Identifier: Apache-2.0
//
// Matrix products that a loop makes a step at a time, made for all its steps at once: a product of many rows keeps its
// other factor in registers and caches, one of a few rows reads it anew each step.
#pragma once

#include "wengert/ir/program.h"

namespace wengert {

/// `p` in which scans, in nested bodies too,
///   - do not compute matmul(a, B) of what is known before the loop, slices a[i] and a shared B: one product [length rows,
///     inner] B stands in front of them;
///   - do not add up a carry sum + matmul(a^T, b), as gradients of weights are: the factors of all steps are kept, and one
///     product [length rows, m]^T [length rows, n] stands behind them, where a step's factors are smaller than the sum.
/// Sums of that kind are added in another order, so results agree up to rounding.
///
/// cost   : lines; memory in the result: the products, or the factors, of all steps
/// source : the input's products as one in AHE16, section 3.1 (layers of recurrent nets on whole sequences)
Program loop_products(const Program& p);

}  // namespace wengert
