// SPDX-License-Identifier: Apache-2.0
//
// Layers over arrays [height, width, channels], [length, channels] or with three spatial axes. Sizes, strides and paddings
// are the same along each spatial axis.
#include <algorithm>

#include "wengert/nn/convolution.h"
#include "wengert/nn/layer_families.h"
#include "wengert/nn/onnx_layers.h"
#include "wengert/nn/torch_layers.h"
#include "wengert/primitives/pooling.h"

namespace wengert {
namespace {

constexpr Interval padding{0, 1 << 20, false, false, true};

void require_image(std::string_view layer, const Shape& x) {
  if (x.rank() < 2 || x.rank() > 4)
    refuse_input(layer, "examples [height, width, channels] or [length, channels]", x, "say the extents of the input, e.g. \"28x28x1\" for 784 numbers");
}

/// Extents after windows of `size` places have gone over them; none of which may stay without a window.
Shape gone_over(std::string_view layer, const Shape& x, int64_t size, int64_t stride, int64_t pad, int64_t dilation, int64_t channels) {
  std::vector<int64_t> extents;
  for (int axis = 0; axis + 1 < x.rank(); ++axis) {
    const int64_t room = x[axis] + 2 * pad - (size - 1) * dilation - 1;
    if (room < 0) refuse_input(layer, "examples with room for a window", x, "take a smaller window, or pad more");
    extents.push_back(room / stride + 1);
  }
  extents.push_back(channels);
  return Shape(std::span<const int64_t>(extents));
}

Shape taps(const Shape& x, int64_t size, int64_t in, int64_t out) {
  std::vector<int64_t> extents(static_cast<size_t>(x.rank() - 1), size);
  extents.insert(extents.end(), {in, out});
  return Shape(std::span<const int64_t>(extents));
}

Layer make_conv(LayerNumbers n, LayerShapes in, const LayerStart& start) {
  const Shape& x = in[0];
  require_image("conv", x);
  const int64_t channels = whole(n[0]), size = whole(n[1]), stride = whole(n[2]), pad = whole(n[3]), dilation = whole(n[4]), groups = whole(n[5]);
  if (x.back() % groups != 0 || channels % groups != 0) refuse_input("conv", "channels, before and after, that its groups divide", x, "choose groups that divide both");
  const Convolution how{.stride = {stride}, .padding = {pad}, .padding_high = {}, .dilation = {dilation}, .groups = groups};
  return learned_layer(gone_over("conv", x, size, stride, pad, dilation, channels),
                       {weight_spec("weight", taps(x, size, x.back() / groups, channels), start), bias_spec("bias", {channels}, start)},
                       [how](std::span<const Expr> p, Expr v) { return convolution(v, p[0], p[1], how); });
}

Layer make_conv_transposed(LayerNumbers n, LayerShapes in, const LayerStart& start) {
  const Shape& x = in[0];
  require_image("conv_transposed", x);
  const int64_t channels = whole(n[0]), size = whole(n[1]), stride = whole(n[2]), pad = whole(n[3]);
  std::vector<int64_t> extents;
  for (int axis = 0; axis + 1 < x.rank(); ++axis) extents.push_back((x[axis] - 1) * stride + size - 2 * pad);
  if (std::ranges::any_of(extents, [](int64_t extent) { return extent < 1; })) refuse_input("conv_transposed", "examples of which padding leaves something", x, "pad less");
  extents.push_back(channels);
  const Convolution how{.stride = {stride}, .padding = {pad}};
  return learned_layer(Shape(std::span<const int64_t>(extents)), {weight_spec("weight", taps(x, size, channels, x.back()), start), bias_spec("bias", {channels}, start)},
                       [how](std::span<const Expr> p, Expr v) { return transposed_convolution(v, p[0], p[1], how); });
}

/// max_pool or average_pool; without a stride windows lie side by side.
Layer pool(std::string_view name, LayerNumbers n, const Shape& x, bool largest) {
  require_image(name, x);
  const int64_t size = whole(n[0]), stride = n[1] == 0 ? size : whole(n[1]), pad = whole(n[2]);
  if (2 * pad > size) refuse_input(name, "a padding of half its window at most", x, "pad less: a window of padding alone has no value");
  const Pooling how{.stride = {stride}, .padding = {pad}};
  return plain_layer(gone_over(name, x, size, stride, pad, 1, x.back()),
                     [how, size, largest](Expr v) { return largest ? max_pool(v, {size}, how) : average_pool(v, {size}, how); });
}

Layer make_max_pool(LayerNumbers n, LayerShapes in, const LayerStart&) { return pool("max_pool", n, in[0], true); }
Layer make_average_pool(LayerNumbers n, LayerShapes in, const LayerStart&) { return pool("average_pool", n, in[0], false); }

Layer make_global_average_pool(LayerNumbers, LayerShapes in, const LayerStart&) {
  require_image("global_average_pool", in[0]);
  return plain_layer({in[0].back()}, [](Expr x) { return global_average_pool(x); });
}

Layer make_global_max_pool(LayerNumbers, LayerShapes in, const LayerStart&) {
  require_image("global_max_pool", in[0]);
  return plain_layer({in[0].back()}, [](Expr x) { return global_max_pool(x); });
}

}  // namespace

std::vector<LayerKind> image_kinds() {
  const Setting channels{"channels", counts}, size{"size", counts}, stride{"stride", counts, 1}, pad{"pad", padding, 0};
  const Setting pool_stride{"stride", padding, 0};
  return {{{"conv", {channels, size, stride, pad, {"dilation", counts, 1}, {"groups", counts, 1}}}, "convolution by windows of size x size (or size) places", "5x5x2 - conv 4 3 stride=2 pad=1 groups=2 tanh - flatten - 2", false, true, make_conv, onnx_conv, &torch_conv},
          {{"conv_transposed", {channels, size, stride, pad}}, "the transpose of a convolution: enlarges", "2x2x2 - conv_transposed 3 3 stride=2 pad=1 tanh - flatten - 2", false, true, make_conv_transposed, onnx_conv_transposed, &torch_conv_transposed},
          {{"max_pool", {size, pool_stride, pad}}, "the largest number under each window; stride 0: side by side", "4x4x2 - max_pool 2 - flatten - 2", false, true, make_max_pool, onnx_max_pool, &torch_pool},
          {{"average_pool", {size, pool_stride, pad}}, "the mean under each window; stride 0: side by side", "4x4x2 - average_pool 3 stride=1 pad=1 - flatten - 2", false, true, make_average_pool, onnx_average_pool, &torch_pool},
          {{"global_average_pool"}, "the mean of each channel", "3x3x2 - global_average_pool - 2", false, true, make_global_average_pool, onnx_global_average_pool, &torch_row},
          {{"global_max_pool"}, "the largest number of each channel", "3x3x2 - global_max_pool - 2", false, true, make_global_max_pool, onnx_global_max_pool, &torch_row}};
}

}  // namespace wengert
