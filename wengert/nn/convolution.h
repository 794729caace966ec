// SPDX-License-Identifier: Apache-2.0
//
// Layers of convolutional nets, as functions of parameters and input. Arrays are [batch, spatial..., channels] with one
// to three spatial axes. Pools are primitives (primitives/pooling.h).
#pragma once

#include "wengert/primitives/convolution.h"

namespace wengert {

/// convolve(x, weight) + bias. weight : [taps..., channels / groups, out], bias : [out]. throws : ShapeError as
/// convolve
Expr convolution(Expr x, Expr weight, Expr bias, const Convolution& how = {});
/// convolve_transposed(x, weight) + bias: a layer that enlarges. weight : [taps..., out / groups, channels], bias :
/// [out]. throws : ShapeError as convolve_transposed
Expr transposed_convolution(Expr x, Expr weight, Expr bias, const Convolution& how = {},
                            std::vector<int64_t> size = {});

/// The mean of each channel: [batch, spatial..., channels] -> [batch, channels].
Expr global_average_pool(Expr x);
/// The largest element of each channel.
Expr global_max_pool(Expr x);
/// [batch, ...] -> [batch, features], what dense layers take. throws : ShapeError W206 for a scalar
Expr flatten(Expr x);

}  // namespace wengert
