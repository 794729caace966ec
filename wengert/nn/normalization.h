// SPDX-License-Identifier: Apache-2.0
//
// Normalizations: y = (x - mean) / sqrt(variance + epsilon) * scale + shift, where mean and variance are taken over a
// part of the elements of x [batch, ..., channels]; scale and shift are [channels]. The variance divides by the number
// of elements, and is that of differences from the mean: no two large numbers are subtracted.
#pragma once

#include "wengert/ir/expr.h"

namespace wengert {

/// What a batch is normalized by, and the result.
struct NormalizedBatch {
  Expr y, mean, variance;
};  ///< mean and variance: [channels]

/// For each channel over all of the batch (and its spatial axes). In training; what is learned for later is a moving
/// average of `mean` and `variance`. source : Ioffe, Szegedy 2015, algorithm 1
NormalizedBatch batch_normalization(Expr x, Expr scale, Expr shift, double epsilon = 1e-5);
/// By a mean and a variance [channels] that are known: a net that has been trained.
Expr normalization_by(Expr x, Expr mean, Expr variance, Expr scale, Expr shift, double epsilon = 1e-5);
/// (1 - momentum) average + momentum value. Frameworks average batch variances divided by n - 1: pass variance * n / (n
/// - 1).
Expr moving_average(Expr average, Expr value, double momentum = 0.1);

/// For each example (and place) over its channels, the last axis. source : Ba, Kiros, Hinton 2016
Expr layer_normalization(Expr x, Expr scale, Expr shift, double epsilon = 1e-5);
/// For each example and group of neighbouring channels, over the group and all spatial axes. groups = channels:
/// instance normalization. throws : ShapeError W213 for groups that do not divide the channels.  source : Wu, He 2018
Expr group_normalization(Expr x, int64_t groups, Expr scale, Expr shift, double epsilon = 1e-5);

}  // namespace wengert
