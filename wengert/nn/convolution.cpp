// SPDX-License-Identifier: Apache-2.0
#include "wengert/nn/convolution.h"

#include <algorithm>
#include <numeric>

#include "wengert/nn/layer_cases.h"
#include "wengert/primitives/arithmetic.h"
#include "wengert/primitives/pooling.h"
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

std::vector<LayerCase> image_cases() {
  using Operands = std::span<const Expr>;
  const LayerOperand x = input("x", {2, 6, 5, 3}), bias = weight("bias", {6}), series = input("x", {2, 7, 5});
  const LayerOperand grouped = input("x", {2, 5, 5, 4}), two = weight("bias", {2});
  const Convolution strided{.stride = {2, 1}, .padding = {1, 2}}, apart{.dilation = {2}}, groups{.padding = {1}, .groups = 2};
  const Convolution enlarging{.stride = {2}, .padding = {1}};
  return {
      {"convolution", {weight("weight", {3, 3, 3, 6}), bias, x}, [=](Operands o) { return Values{convolution(o[2], o[0], o[1], strided)}; }},
      {"convolution_of_series", {weight("weight", {3, 5, 6}), bias, series}, [=](Operands o) { return Values{convolution(o[2], o[0], o[1], apart)}; }},
      {"convolution_in_groups", {weight("weight", {3, 3, 2, 6}), bias, grouped}, [=](Operands o) { return Values{convolution(o[2], o[0], o[1], groups)}; }},
      {"transposed_convolution",
       {weight("weight", {3, 3, 2, 3}), two, input("x", {2, 3, 3, 3})},
       [=](Operands o) { return Values{transposed_convolution(o[2], o[0], o[1], enlarging)}; }},
      {"max_pool", {input("x", {2, 5, 4, 6})}, [](Operands o) { return Values{max_pool(o[0], {2, 2})}; }},
      {"overlapping_max_pool", {input("x", {2, 5, 5, 3})}, [](Operands o) { return Values{max_pool(o[0], {3, 3}, {.stride = {2}, .padding = {1}})}; }},
      {"average_pool", {input("x", {2, 4, 6, 6})}, [](Operands o) { return Values{average_pool(o[0], {2, 3})}; }},
      {"global_average_pool", {x}, [](Operands o) { return Values{global_average_pool(o[0])}; }},
      {"global_max_pool", {x}, [](Operands o) { return Values{global_max_pool(o[0])}; }}};
}

}  // namespace wengert
