// SPDX-License-Identifier: Apache-2.0
//
// Convolutions of arrays [batch, spatial..., channels] (1 to 3 spatial axes) with weights [taps..., channels in a
// group, channels of the result]: what learning calls so, a correlation, since the weights are not reversed. Of groups,
//
//   T(x, w, y) = sum x[n, o * stride + k * dilation - low, c] w[k, c', e] y[n, o, e]    (c: channel c' of e's group)
//
// is linear in each of its three arrays, and each record is its derivative by one of them: so they are one another's
// transposes, and there are derivatives of every order.
#pragma once

#include "wengert/primitives/families.h"

namespace wengert {

extern const Bilinear convolve_p, convolve_transposed_p, convolve_weights_p;

/// How weights go over an array. Lists have a number for each spatial axis, or one for all of them; empty ones mean 1,
/// and no padding.
struct Convolution {
  std::vector<int64_t> stride = {};
  std::vector<int64_t> padding = {};       ///< zeros before each spatial axis, and behind it
  std::vector<int64_t> padding_high = {};  ///< if given: so many behind it
  std::vector<int64_t> dilation = {};
  int64_t groups = 1;  ///< channels of the result see only those of their own group
};

/// y[n, o, e] = sum over taps k and channels c of x[n, o * stride + k * dilation - padding, c] w[k, c, e]; zeros around
/// x.
///
/// shapes : x [batch, spatial..., channels], weights [taps..., channels / groups, out] -> [batch, places..., out] with
///          places = (extent + padding + padding_high - (taps - 1) * dilation - 1) / stride + 1, rounded down
/// cost   : batch * places * taps * channels / groups * out multiplications
/// throws : ShapeError W206 (ranks, dtypes, lists), W212 (a window larger than the padded x), W213 (channels)
Expr convolve(Sited x, Expr weights, const Convolution& how = {});

/// The transpose of convolve by its first operand: each element of y adds its multiple of the weights to the result.
///
/// shapes : y [batch, places..., out], weights [taps..., channels / groups, out] -> [batch, size..., channels]
/// size   : spatial extents; empty: the smallest, (places - 1) * stride + (taps - 1) * dilation + 1 - paddings. Where
/// the
///          stride is s, one of s sizes: the further elements see no window, or fewer.
/// throws : ShapeError as convolve; W206 for a size that convolve does not take to these places
Expr convolve_transposed(Sited y, Expr weights, const Convolution& how = {}, std::vector<int64_t> size = {});

}  // namespace wengert
