// SPDX-License-Identifier: Apache-2.0
//
// For authors of kinds of layers: the families that layer_kinds() lists, and what their makers share.
#pragma once

#include "wengert/nn/layer.h"

namespace wengert {

std::vector<LayerKind> basic_kinds();
std::vector<LayerKind> image_kinds();
std::vector<LayerKind> normalization_kinds();
std::vector<LayerKind> sequence_kinds();

using LayerNumbers = std::span<const double>;
using LayerShapes = std::span<const Shape>;

inline int64_t whole(double x) { return static_cast<int64_t>(x); }
/// With another last extent.
inline Shape with_last(const Shape& shape, int64_t extent) { return shape.without(shape.rank() - 1).with(shape.rank() - 1, extent); }

/// A layer without parameters.
Layer plain_layer(Shape shape, std::function<Expr(Expr)> f);
/// Of a function of (parameters, value).
Layer learned_layer(Shape shape, std::vector<ParameterSpec> parameters, std::function<Expr(std::span<const Expr>, Expr)> f);

inline ParameterSpec weight_spec(std::string name, Shape shape, const LayerStart& start) { return {std::move(name), std::move(shape), start.weight}; }
inline ParameterSpec bias_spec(std::string name, Shape shape, const LayerStart& start) {
  return {std::move(name), std::move(shape), start.bias, ParameterKind::bias};
}
/// What multiplies normalised values: 1 at first, and spared by weight decay, which would pull it to 0.
inline ParameterSpec scale_spec(int64_t width) { return {"scale", Shape{width}, constant_initializer(1), ParameterKind::bias}; }

}  // namespace wengert
