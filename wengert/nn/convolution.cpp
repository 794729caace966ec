// SPDX-License-Identifier: Apache-2.0
#include "wengert/nn/convolution.h"

#include <algorithm>
#include <numeric>

#include "wengert/primitives/arithmetic.h"
#include "wengert/primitives/rearrange.h"
#include "wengert/primitives/reduce.h"

namespace wengert {
namespace {

std::vector<int64_t> spatial_axes(const Expr& x) {
  std::vector<int64_t> axes(static_cast<size_t>(std::max(x.rank() - 2, 0)));
  std::iota(axes.begin(), axes.end(), 1);
  return axes;
}

}  // namespace

Expr convolution(Expr x, Expr weight, Expr bias, const Convolution& how) { return convolve(x, weight, how) + bias; }

Expr transposed_convolution(Expr x, Expr weight, Expr bias, const Convolution& how, std::vector<int64_t> size) {
  return convolve_transposed(x, weight, how, std::move(size)) + bias;
}

Expr global_average_pool(Expr x) { return mean(x, spatial_axes(x)); }
Expr global_max_pool(Expr x) { return spatial_axes(x).empty() ? x : max_reduce(x, spatial_axes(x)); }

Expr flatten(Expr x) {
  const Shape shape = x.shape();
  if (shape.rank() == 0) return reshape(x, {0});  // refused there: a scalar is no batch
  int64_t features = 1;
  for (int axis = 1; axis < shape.rank(); ++axis) features *= shape[axis];
  return reshape(x, {shape[0], features});
}

}  // namespace wengert
