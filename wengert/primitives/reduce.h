// SPDX-License-Identifier: Apache-2.0
//
// Reductions over axes, which disappear: sum, mean, largest, smallest; places of the largest, and running sums. All of
// them count and add in f64, in row-major order. A negative axis counts from the end; without axes, all are meant.
#pragma once

#include "wengert/primitives/families.h"

namespace wengert {

extern const Linear sum_p, cumulative_sum_p;
extern const Composite max_reduce_p, min_reduce_p;
extern const Nondifferentiable argmax_p;

// All throw ShapeError W206 for an operand that is no float array or lacks an axis.
Expr sum(Sited x);
Expr sum(Sited x, std::vector<int64_t> axes);
/// NaN of no elements.
Expr mean(Sited x);
Expr mean(Sited x, std::vector<int64_t> axes);

/// The largest (smallest) element, NaN if one is; -infinity (infinity) of no elements. Elements that tie share the
/// derivative equally.
Expr max_reduce(Sited x);
Expr max_reduce(Sited x, std::vector<int64_t> axes);
Expr min_reduce(Sited x);
Expr min_reduce(Sited x, std::vector<int64_t> axes);

/// Place (i64) of the largest element along `axis`, which disappears: the first of equals, or the first NaN there is.
/// throws : ShapeError W206 for an axis without elements
Expr argmax(Sited x, int64_t axis = -1);

/// y[i] = x[0] + ... + x[i] along `axis`, or x[i] + ... + x[n-1] in reverse.
Expr cumulative_sum(Sited x, int64_t axis = -1, bool reverse = false);

// For authors of records.
/// Result type of a reduction over the attribute `axes`.
std::vector<Type> infer_reduction(const Signature& s);
/// A reduction's result stretched back over the axes it was reduced over.
Expr spread(const Expr& y, Shape shape, const std::vector<int64_t>& axes);

}  // namespace wengert
