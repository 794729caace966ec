// SPDX-License-Identifier: Apache-2.0
//
// Layers that bring numbers to mean 0 and variance 1, and dropout.
#include "wengert/nn/dropout.h"
#include "wengert/nn/layer_families.h"
#include "wengert/nn/normalization.h"
#include "wengert/nn/onnx_layers.h"
#include "wengert/nn/torch_layers.h"

namespace wengert {
namespace {

constexpr Interval share{0, 1}, small{0, 1, true};

void require_channels(std::string_view layer, const Shape& x) {
  if (x.rank() == 0) refuse_input(layer, "examples with at least one axis", x, "put it behind a layer that has some");
}

Layer make_batch_norm(LayerNumbers n, LayerShapes in, const LayerStart& start) {
  require_channels("batch_norm", in[0]);
  const int64_t channels = in[0].back();
  const double momentum = n[0], epsilon = n[1];
  return {.shape = in[0],
          .parameters = {scale_spec(channels), bias_spec("bias", {channels}, start)},
          .statistics = {{"mean", {channels}, zeros_initializer()}, {"variance", {channels}, constant_initializer(1)}},
          .apply = [momentum, epsilon](const LayerInputs& l) {
            const BatchStatistics running{l.statistics[0], l.statistics[1]};
            if (!l.training)
              return LayerOutputs{batch_norm(l.values[0], l.parameters[0], l.parameters[1], running, epsilon), {running.mean, running.variance}};
            const BatchNormalized out = l.weight ? batch_norm_training(l.values[0], l.parameters[0], l.parameters[1], running, *l.weight, epsilon)
                                                 : batch_norm_training(l.values[0], l.parameters[0], l.parameters[1], running, momentum, epsilon);
            return LayerOutputs{out.values, {out.running.mean, out.running.variance}};
          }};
}

Layer make_layer_norm(LayerNumbers n, LayerShapes in, const LayerStart& start) {
  require_channels("layer_norm", in[0]);
  const int64_t width = in[0].back();
  return learned_layer(in[0], {scale_spec(width), bias_spec("bias", {width}, start)},
                       [epsilon = n[0]](std::span<const Expr> p, Expr x) { return layer_norm(x, p[0], p[1], epsilon); });
}

Layer make_group_norm(LayerNumbers n, LayerShapes in, const LayerStart& start) {
  require_channels("group_norm", in[0]);
  const int64_t channels = in[0].back(), groups = whole(n[0]);
  if (channels % groups != 0) refuse_input("group_norm", "channels that its groups divide", in[0], "choose groups that divide them");
  return learned_layer(in[0], {scale_spec(channels), bias_spec("bias", {channels}, start)},
                       [groups, epsilon = n[1]](std::span<const Expr> p, Expr x) { return group_norm(x, p[0], p[1], groups, epsilon); });
}

Layer make_dropout(LayerNumbers n, LayerShapes in, const LayerStart&) {
  return {.shape = in[0],
          .apply = [rate = n[0]](const LayerInputs& l) {
            return LayerOutputs{l.training && l.key ? dropout(l.values[0], rate, *l.key) : l.values[0]};
          },
          .is_random = true};
}

}  // namespace

std::vector<LayerKind> normalization_kinds() {
  const Setting epsilon{"epsilon", small, 1e-5};
  return {{{"batch_norm", {{"momentum", share, 0.1}, epsilon}}, "each channel over the batch; in use by running means and variances", "3 - batch_norm - 2", false, true, make_batch_norm, onnx_batch_norm, &torch_batch_norm},
          {{"layer_norm", {epsilon}}, "each row over its last axis", "3 - layer_norm - 2", false, true, make_layer_norm, onnx_layer_norm, &torch_layer_norm},
          {{"group_norm", {{"groups", counts}, epsilon}}, "groups of channels of each example", "2x4 - group_norm 2 - flatten - 2", false, true, make_group_norm, onnx_group_norm, &torch_group_norm},
          {{"dropout", {{"rate", below_one}}}, "in training a share of numbers becomes 0, the others grow to make up for it", "6 - dropout 0.5 - 2", false, true, make_dropout, onnx_identity, &torch_kept}};
}

}  // namespace wengert
