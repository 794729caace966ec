// SPDX-License-Identifier: Apache-2.0
#include "wengert/nn/normalization.h"

#include <algorithm>
#include <fmt/format.h>
#include <numeric>

#include "wengert/base/error.h"
#include "wengert/primitives/arithmetic.h"
#include "wengert/primitives/elementary.h"
#include "wengert/primitives/rearrange.h"
#include "wengert/primitives/reduce.h"

namespace wengert {
namespace {

std::vector<int64_t> axes_from(int64_t first, int64_t last) {
  std::vector<int64_t> axes(static_cast<size_t>(std::max<int64_t>(last - first, 0)));
  std::iota(axes.begin(), axes.end(), first);
  return axes;
}

struct Moments {
  Expr mean, variance, centred;
};

/// Over `axes`; `centred` is x - mean.
Moments moments(const Expr& x, const std::vector<int64_t>& axes) {
  const Expr average = mean(x, axes);
  const Expr centred = x - spread(average, x.shape(), axes);
  return {average, mean(centred * centred, axes), centred};
}

/// centred / sqrt(variance + epsilon): the root is taken before it is spread.
Expr scaled(const Moments& m, const std::vector<int64_t>& axes, double epsilon) {
  return m.centred * spread(1.0 / sqrt(m.variance + epsilon), m.centred.shape(), axes);
}

}  // namespace

NormalizedBatch batch_normalization(Expr x, Expr scale, Expr shift, double epsilon) {
  const Moments m = moments(x, axes_from(0, x.rank() - 1));
  return {m.centred * (scale / sqrt(m.variance + epsilon)) + shift, m.mean, m.variance};
}

Expr normalization_by(Expr x, Expr mean, Expr variance, Expr scale, Expr shift, double epsilon) {
  return (x - mean) * (scale / sqrt(variance + epsilon)) + shift;
}

Expr moving_average(Expr average, Expr value, double momentum) { return (1 - momentum) * average + momentum * value; }

Expr layer_normalization(Expr x, Expr scale, Expr shift, double epsilon) {
  const std::vector<int64_t> last = axes_from(x.rank() - 1, x.rank());
  return scaled(moments(x, last), last, epsilon) * scale + shift;
}

Expr group_normalization(Expr x, int64_t groups, Expr scale, Expr shift, double epsilon) {
  const Shape shape = x.shape();
  const int last = shape.rank() - 1;
  if (groups < 1 || shape.rank() < 2 || shape[last] % groups != 0)
    throw ShapeError("W213", fmt::format("the channels of {} cannot be in {} groups", to_string(x.type()), groups), {},
                     "take a number of groups that divides the last extent of [batch, ..., channels]");
  const Expr parts = reshape(x, shape.without(last).with(last, groups).with(last + 1, shape[last] / groups));
  std::vector<int64_t> axes = axes_from(1, last);
  axes.push_back(last + 1);
  return reshape(scaled(moments(parts, axes), axes, epsilon), shape) * scale + shift;
}

}  // namespace wengert
