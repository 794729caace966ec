// SPDX-License-Identifier: Apache-2.0
//
// Normalised exponentials: logsumexp(x) = log sum_i exp(x_i), softmax(x)_i = exp(x_i - logsumexp(x)), its logarithm.
// The largest element is taken out first, so that nothing overflows.
#pragma once

#include "wengert/primitives/families.h"

namespace wengert {

extern const Composite logsumexp_p, softmax_p, log_softmax_p;

/// Over `axes`, which disappear (without: over all). -infinity, with derivative 0, where all elements are and of no
/// elements; infinity if one element is. throws : ShapeError W206
Expr logsumexp(Sited x);
Expr logsumexp(Sited x, std::vector<int64_t> axes);

/// Weights along `axis` that add up to 1; NaN where all elements are -infinity, or one is infinity. Where x is so far below the
/// largest that exp(x - largest) is no normal number of the dtype (from some -87 in f32, -708 in f64), the weight is exactly 0, by
/// every engine.
/// throws : ShapeError W206
Expr softmax(Sited x, int64_t axis = -1);
/// log(softmax(x)) without cancellation.
Expr log_softmax(Sited x, int64_t axis = -1);

}  // namespace wengert
