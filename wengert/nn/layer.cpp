// SPDX-License-Identifier: Apache-2.0
#include "wengert/nn/layer.h"

#include <algorithm>
#include <fmt/format.h>

#include "wengert/base/error.h"
#include "wengert/nn/convolution.h"
#include "wengert/nn/layer_families.h"
#include "wengert/nn/net.h"
#include "wengert/nn/onnx_layers.h"
#include "wengert/nn/torch_layers.h"
#include "wengert/primitives/arithmetic.h"
#include "wengert/primitives/rearrange.h"

namespace wengert {
namespace {

/// A layer of several values without parameters.
Layer joining_layer(Shape shape, std::function<Expr(std::span<const Expr>)> f) {
  return {.shape = std::move(shape), .apply = [f = std::move(f)](const LayerInputs& in) { return LayerOutputs{f(in.values)}; }};
}

Layer make_dense(LayerNumbers n, LayerShapes in, const LayerStart& start) {
  const Shape& x = in[0];
  if (x.rank() != 1 && x.rank() != 2) refuse_input("dense", "examples [features] or [time, features]", x, "put a flatten in front of it");
  const int64_t width = whole(n[0]), columns = width * start.pieces;
  return learned_layer(with_last(x, width), {weight_spec("weight", {x.back(), columns}, start), bias_spec("bias", {columns}, start)},
                       [](std::span<const Expr> p, Expr v) { return dense(v, p[0], p[1]); });
}

Layer make_flatten(LayerNumbers, LayerShapes in, const LayerStart&) {
  return plain_layer({in[0].elements()}, [](Expr x) { return flatten(x); });
}

Layer make_identity(LayerNumbers, LayerShapes in, const LayerStart&) {
  return plain_layer(in[0], [](Expr x) { return x; });
}

Layer make_add(LayerNumbers, LayerShapes in, const LayerStart&) {
  for (const Shape& shape : in)
    if (shape != in[0]) refuse_input("add", fmt::format("values of one shape, like {}", to_string(in[0])), shape, "bring them to one shape, e.g. by a convolution of size 1");
  return joining_layer(in[0], [](std::span<const Expr> x) {
    Expr sum = x[0];
    for (const Expr& term : x.subspan(1)) sum = sum + term;
    return sum;
  });
}

Layer make_concatenate(LayerNumbers, LayerShapes in, const LayerStart&) {
  int64_t width = 0;
  for (const Shape& shape : in) {
    if (shape.rank() != in[0].rank() || shape.rank() == 0 || with_last(shape, 1) != with_last(in[0], 1))
      refuse_input("concatenate", fmt::format("values that differ from {} in the last axis at most", to_string(in[0])), shape, "bring the other axes to one size");
    width += shape.back();
  }
  return joining_layer(with_last(in[0], width), [](std::span<const Expr> x) { return concatenate({x.begin(), x.end()}, x[0].rank() - 1); });
}

const std::vector<LayerKind>& kinds() {
  static const std::vector<LayerKind> all = [] {
    std::vector<LayerKind> kinds;
    for (const auto& family : {basic_kinds(), image_kinds(), normalization_kinds(), sequence_kinds()}) kinds.insert(kinds.end(), family.begin(), family.end());
    return kinds;
  }();
  return all;
}

}  // namespace

std::vector<LayerKind> basic_kinds() {
  return {{{"dense", {{"width", counts}}}, "x W + b over the last axis; \"dense\" may be left out: \"128 relu\"", "3-2", false, true, make_dense, onnx_dense, &torch_dense},
          {{"flatten"}, "each example as one row of numbers", "2x3-flatten-2", false, true, make_flatten, onnx_flatten, &torch_flatten},
          {{"identity"}, "what came before", "3-identity-2", false, true, make_identity, onnx_identity, &torch_kept},
          {{"from"}, "goes on from an earlier value instead of the one before", "3 - 2 tanh as a - 3 - from a - 2", true, false, make_identity, onnx_identity, &torch_kept},
          {{"add"}, "the sum of the value before and earlier ones", "3 - 3 tanh as a - 3 - add a - 2", true, true, make_add, onnx_add, &torch_joined},
          {{"concatenate"}, "the value before and earlier ones side by side, along the last axis", "3 - 2 tanh as a - 3 - concatenate a - 2", true, true, make_concatenate, onnx_concatenate, &torch_joined}};
}

Layer plain_layer(Shape shape, std::function<Expr(Expr)> f) {
  return {.shape = std::move(shape), .apply = [f = std::move(f)](const LayerInputs& in) { return LayerOutputs{f(in.values[0])}; }};
}

Layer learned_layer(Shape shape, std::vector<ParameterSpec> parameters, std::function<Expr(std::span<const Expr>, Expr)> f) {
  return {.shape = std::move(shape), .parameters = std::move(parameters), .apply = [f = std::move(f)](const LayerInputs& in) {
            return LayerOutputs{f(in.parameters, in.values[0])};
          }};
}

std::span<const LayerKind> layer_kinds() { return kinds(); }

const LayerKind* find_layer_kind(std::string_view name) {
  const auto found = std::ranges::find_if(kinds(), [&](const LayerKind& kind) { return kind.choice.name == name; });
  return found == kinds().end() ? nullptr : &*found;
}

void refuse_input(std::string_view layer, std::string_view wanted, const Shape& found, std::string_view fix) {
  throw UsageError("W818", fmt::format("{} takes {}; found {}", layer, wanted, to_string(found)), {}, std::string(fix));
}

}  // namespace wengert
