// SPDX-License-Identifier: Apache-2.0
#include "wengert/nn/normalization.h"

#include <fmt/format.h>
#include <numeric>

#include "wengert/base/choice.h"
#include "wengert/nn/layer_cases.h"
#include "wengert/nn/operands.h"
#include "wengert/primitives/arithmetic.h"
#include "wengert/primitives/elementary.h"
#include "wengert/primitives/rearrange.h"
#include "wengert/primitives/reduce.h"

namespace wengert {
namespace {

constexpr std::string_view positions_and_channels = "float[batch,...,channels]";

void check_epsilon(double epsilon) { check({"epsilon", positive}, epsilon); }

/// first, first + 1, ... last - 1
std::vector<int64_t> axes_from(int first, int last) {
  std::vector<int64_t> axes(static_cast<size_t>(last - first));
  std::iota(axes.begin(), axes.end(), first);
  return axes;
}

/// A mean over `axes`, to be subtracted from x: the axes stay, with extent 1.
Expr kept_mean(const Expr& x, const std::vector<int64_t>& axes) {
  std::vector<int64_t> extents(x.shape().begin(), x.shape().end());
  for (const int64_t axis : axes) extents[static_cast<size_t>(axis)] = 1;
  return reshape(mean(x, axes), Shape(extents));
}

/// Mean 0 and variance 1 (but for epsilon) over `axes`.
Expr normalized(const Expr& x, const std::vector<int64_t>& axes, double epsilon) {
  const Expr centred = x - kept_mean(x, axes);
  return centred / sqrt(kept_mean(centred * centred, axes) + epsilon);
}

/// A float x of rank 2 and more; the others one number a channel.
void check_channels(std::string_view layer, const Expr& x,
                    std::initializer_list<std::pair<std::string_view, Expr>> others) {
  require_operand(is_float(x.type().dtype) && x.rank() >= 2, layer, "x", x, positions_and_channels);
  for (const auto& [name, value] : others) require_type(layer, name, value, {x.type().dtype, Shape{x.shape().back()}});
}

/// `momentum`: double or Expr.
template <class Momentum>
BatchNormalized normalized_by_batch(const Expr& x, const Expr& scale, const Expr& bias, const BatchStatistics& running, const Momentum& momentum,
                                    double epsilon) {
  check_epsilon(epsilon);
  check_channels(
      "batch_norm_training", x,
      {{"scale", scale}, {"bias", bias}, {"running mean", running.mean}, {"running variance", running.variance}});
  const int64_t channels = x.shape().back();
  const auto n = static_cast<double>(channels > 0 ? x.shape().elements() / channels : 2);
  require_operand(n >= 2, "batch_norm_training", "x", x, "two values a channel, or more");
  const auto axes = axes_from(0, x.rank() - 1);
  const Expr m = mean(x, axes), centred = x - m, v = mean(centred * centred, axes);
  const Expr new_mean = (1 - momentum) * running.mean + momentum * m;
  const Expr new_variance = (1 - momentum) * running.variance + momentum * n / (n - 1) * v;
  return {centred * (scale / sqrt(v + epsilon)) + bias, {new_mean, new_variance}};
}

}  // namespace

Expr layer_norm(Expr x, Expr scale, Expr bias, double epsilon) {
  check_epsilon(epsilon);
  const int rank = x.rank(), own = scale.rank();
  const bool fits =
      own > 0 && own <= rank && std::equal(scale.shape().begin(), scale.shape().end(), x.shape().end() - own);
  require_operand(is_float(x.type().dtype), "layer_norm", "x", x, "float[...,features...]");
  require_operand(fits && scale.type().dtype == x.type().dtype, "layer_norm", "scale", scale,
                  fmt::format("the last extents of x, {}", to_string(x.type())));
  require_type("layer_norm", "bias", bias, scale.type());
  return normalized(x, axes_from(rank - own, rank), epsilon) * scale + bias;
}

Expr group_norm(Expr x, Expr scale, Expr bias, int64_t groups, double epsilon) {
  check_epsilon(epsilon);
  check_channels("group_norm", x, {{"scale", scale}, {"bias", bias}});
  const int64_t batch = x.shape()[0], channels = x.shape().back();
  require_operand(groups >= 1 && channels % groups == 0, "group_norm", "x", x,
                  fmt::format("channels in {} groups of equal size", groups));
  const int64_t positions = batch * channels > 0 ? x.shape().elements() / (batch * channels) : 0;
  const Expr grouped = reshape(x, {batch, positions, groups, channels / groups});
  return reshape(normalized(grouped, {1, 3}, epsilon), x.shape()) * scale + bias;
}

BatchNormalized batch_norm_training(Expr x, Expr scale, Expr bias, const BatchStatistics& running, double momentum,
                                    double epsilon) {
  check({"momentum", {0, 1}}, momentum);
  return normalized_by_batch(x, scale, bias, running, momentum, epsilon);
}

BatchNormalized batch_norm_training(Expr x, Expr scale, Expr bias, const BatchStatistics& running, Expr momentum,
                                    double epsilon) {
  require_type("batch_norm_training", "momentum", momentum, {x.type().dtype, {}});
  return normalized_by_batch(x, scale, bias, running, momentum, epsilon);
}

Expr batch_norm(Expr x, Expr scale, Expr bias, const BatchStatistics& statistics, double epsilon) {
  check_epsilon(epsilon);
  check_channels("batch_norm", x,
                 {{"scale", scale}, {"bias", bias}, {"mean", statistics.mean}, {"variance", statistics.variance}});
  const Expr factor = scale / sqrt(statistics.variance + epsilon);
  return x * factor + (bias - statistics.mean * factor);
}

std::vector<LayerCase> normalization_cases() {
  using Operands = std::span<const Expr>;
  const LayerOperand scale = weight("scale", {4}), shift = weight("bias", {4}), x = input("x", {3, 2, 4});
  const LayerOperand running_mean = input("running_mean", {4});
  const LayerOperand running_variance = input("running_variance", {4}, Array({4}, {0.5, 1, 2, 1.5}));
  return {{"layer_norm", {scale, shift, x}, [](Operands o) { return Values{layer_norm(o[2], o[0], o[1])}; }},
          {"layer_norm_of_two_axes",
           {weight("scale", {2, 4}), weight("bias", {2, 4}), x},
           [](Operands o) { return Values{layer_norm(o[2], o[0], o[1], 1e-3)}; }},
          {"group_norm", {scale, shift, x}, [](Operands o) { return Values{group_norm(o[2], o[0], o[1], 2)}; }},
          {"batch_norm_training",
           {scale, shift, x, running_mean, running_variance},
           [](Operands o) {
             const auto result = batch_norm_training(o[2], o[0], o[1], {o[3], o[4]}, 0.25);
             return Values{result.values, result.running.mean, result.running.variance};
           }},
          {"batch_norm", {scale, shift, x, running_mean, running_variance}, [](Operands o) {
             return Values{batch_norm(o[2], o[0], o[1], {o[3], o[4]})};
           }}};
}

}  // namespace wengert
