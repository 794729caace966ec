// SPDX-License-Identifier: Apache-2.0
#include "wengert/nn/layer.h"

#include <algorithm>
#include <fmt/format.h>

#include "wengert/base/error.h"
#include "wengert/nn/net.h"
#include "wengert/primitives/arithmetic.h"
#include "wengert/primitives/rearrange.h"

namespace wengert {
namespace {

using Numbers = std::span<const double>;
using Shapes = std::span<const Shape>;

int64_t whole(double x) { return static_cast<int64_t>(x); }

/// The shape of a batch of examples.
Shape batch_of(const Expr& x, const Shape& example) {
  std::vector<int64_t> extents{x.shape()[0]};
  extents.insert(extents.end(), example.begin(), example.end());
  return Shape(std::span<const int64_t>(extents));
}

/// With another last extent.
Shape with_last(const Shape& shape, int64_t extent) { return shape.without(shape.rank() - 1).with(shape.rank() - 1, extent); }

/// A layer without parameters.
Layer plain(Shape shape, std::function<Expr(std::span<const Expr>)> f) {
  return {.shape = std::move(shape), .apply = [f = std::move(f)](const LayerInputs& in) { return LayerOutputs{f(in.values)}; }};
}

Layer make_dense(Numbers n, Shapes in, const LayerStart& start) {
  const Shape& x = in[0];
  if (x.rank() != 1 && x.rank() != 2) refuse_input("dense", "examples [features] or [time, features]", x, "put a flatten in front of it");
  const int64_t width = whole(n[0]), columns = width * start.pieces;
  return {.shape = with_last(x, width),
          .parameters = {{"weight", {x.back(), columns}, start.weight}, {"bias", {columns}, start.bias, ParameterKind::bias}},
          .apply = [](const LayerInputs& l) { return LayerOutputs{dense(l.values[0], l.parameters[0], l.parameters[1])}; }};
}

Layer make_flatten(Numbers, Shapes in, const LayerStart&) {
  const Shape flat{in[0].elements()};
  return plain(flat, [flat](std::span<const Expr> x) { return reshape(x[0], batch_of(x[0], flat)); });
}

Layer make_identity(Numbers, Shapes in, const LayerStart&) {
  return plain(in[0], [](std::span<const Expr> x) { return x[0]; });
}

Layer make_add(Numbers, Shapes in, const LayerStart&) {
  for (const Shape& shape : in)
    if (shape != in[0]) refuse_input("add", fmt::format("values of one shape, like {}", to_string(in[0])), shape, "bring them to one shape, e.g. by a convolution of size 1");
  return plain(in[0], [](std::span<const Expr> x) {
    Expr sum = x[0];
    for (const Expr& term : x.subspan(1)) sum = sum + term;
    return sum;
  });
}

Layer make_concatenate(Numbers, Shapes in, const LayerStart&) {
  int64_t width = 0;
  for (const Shape& shape : in) {
    if (shape.rank() != in[0].rank() || shape.rank() == 0 || with_last(shape, 1) != with_last(in[0], 1))
      refuse_input("concatenate", fmt::format("values that differ from {} in the last axis at most", to_string(in[0])), shape, "bring the other axes to one size");
    width += shape.back();
  }
  return plain(with_last(in[0], width), [](std::span<const Expr> x) { return concatenate({x.begin(), x.end()}, x[0].rank() - 1); });
}

const std::vector<LayerKind>& kinds() {
  static const std::vector<LayerKind> all{
      {{"dense", {{"width", counts}}}, "x W + b over the last axis; \"dense\" may be left out: \"128 relu\"", false, true, make_dense},
      {{"flatten"}, "each example as one row of numbers", false, true, make_flatten},
      {{"identity"}, "what came before", false, true, make_identity},
      {{"from"}, "goes on from an earlier value instead of the one before", true, false, make_identity},
      {{"add"}, "the sum of the value before and earlier ones", true, true, make_add},
      {{"concatenate"}, "the value before and earlier ones side by side, along the last axis", true, true, make_concatenate}};
  return all;
}

}  // namespace

std::span<const LayerKind> layer_kinds() { return kinds(); }

const LayerKind* find_layer_kind(std::string_view name) {
  const auto found = std::ranges::find_if(kinds(), [&](const LayerKind& kind) { return kind.choice.name == name; });
  return found == kinds().end() ? nullptr : &*found;
}

void refuse_input(std::string_view layer, std::string_view wanted, const Shape& found, std::string_view fix) {
  throw UsageError("W818", fmt::format("{} takes {}; found {}", layer, wanted, to_string(found)), {}, std::string(fix));
}

}  // namespace wengert
