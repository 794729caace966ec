// SPDX-License-Identifier: Apache-2.0
//
// Normalization: values lose the mean and the deviation of a set they belong to, and get learned ones instead,
//
//     y = (x - m) / sqrt(v + epsilon) * scale + bias,    m = mean of the set, v = mean of (x - m)^2
//
// What the set is tells the kinds apart: the features of one example (layer), the positions and a group of channels of
// one example (group), one channel of all examples and positions (batch). Channels are the last axis.
//
// scale, bias : as PyTorch's weight and bias
// epsilon     : > 0, or UsageError W811
#pragma once

#include "wengert/ir/expr.h"

namespace wengert {

/// The set: the trailing axes that scale and bias have, of one example.
///
/// shapes : x [..., features...], scale and bias [features...] -> as x
/// cost   : 8 operations an element
/// throws : ShapeError W833
/// source : BKH16, eq. (3)
Expr layer_norm(Expr x, Expr scale, Expr bias, double epsilon = 1e-5);

/// The set: all positions and channels / groups neighbouring channels, of one example. One group: all channels; as many
/// groups as channels: instance normalization.
///
/// shapes : x [batch, positions..., channels], scale and bias [channels] -> as x
/// cost   : 8 operations an element
/// throws : ShapeError W833; also if `groups` does not divide the channels
/// source : WH18, eqs. (1)-(2), (7)
Expr group_norm(Expr x, Expr scale, Expr bias, int64_t groups, double epsilon = 1e-5);

/// Of each channel.
struct BatchStatistics {
  Expr mean, variance;  ///< [channels]
};
struct BatchNormalized {
  Expr values;
  BatchStatistics running;  ///< what `batch_norm` is to get later
};

/// In training. The set: one channel in all examples and at all positions. The statistics kept for use move towards
/// those of the batch of n values a channel,
///
///     mean' = (1 - momentum) mean + momentum m,    variance' = (1 - momentum) variance + momentum v n / (n - 1)
///
/// as PyTorch's do: v, which normalizes, is divided by n, the one that is kept by n - 1, which makes it unbiased.
/// Statistics start as mean 0 and variance 1.
///
/// shapes   : x [batch, positions..., channels], the others [channels]
/// momentum : [0, 1], the weight of the new (sources often mean that of the old); or a number [] that is known later: with
///            1 / k at the k-th batch the statistics are the means of those of all batches
/// cost     : 8 operations an element
/// throws   : ShapeError W833, also for a single value a channel, whose deviation is 0 whatever it is;
///            UsageError W811
/// source   : IS15, algorithm 1
BatchNormalized batch_norm_training(Expr x, Expr scale, Expr bias, const BatchStatistics& running,
                                    double momentum = 0.1, double epsilon = 1e-5);
BatchNormalized batch_norm_training(Expr x, Expr scale, Expr bias, const BatchStatistics& running, Expr momentum,
                                    double epsilon = 1e-5);

/// In use: with given statistics, so that an example's result does not depend on the others in its batch. One product
/// and one sum an element. throws : ShapeError W833; UsageError W811.  source : IS15, algorithm 2
Expr batch_norm(Expr x, Expr scale, Expr bias, const BatchStatistics& statistics, double epsilon = 1e-5);

}  // namespace wengert
