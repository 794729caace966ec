// SPDX-License-Identifier: Apache-2.0
#include "wengert/primitives/convolution.h"

#include <algorithm>
#include <fmt/format.h>
#include <numeric>

#include "wengert/primitives/axes.h"
#include "wengert/primitives/rearrange.h"
#include "wengert/primitives/window_axes.h"

namespace wengert {
namespace {

using List = std::vector<int64_t>;

int64_t groups_of(const Attributes& attributes) { return attributes.has("groups") ? attributes.integer("groups") : 1; }

/// Taps of weights [taps..., channels in a group, channels of the result].
List taps_of(const Shape& weights) {
  const auto all = weights.extents();
  return {all.begin(), all.end() - 2};
}
int64_t group_channels(const Shape& weights) { return weights[weights.rank() - 2]; }

void check_arrays(const Signature& s, std::string_view what) {
  const Type &a = s.operands[0], &b = s.operands[1];
  const bool floats = is_float(a.dtype) && a.dtype == b.dtype, ranks = a.shape.rank() >= 3 && a.shape.rank() <= 5;
  if (floats && ranks && a.shape.rank() == b.shape.rank()) return;
  s.refuse(fmt::format("float arrays of one dtype and 1 to 3 spatial axes, {}", what),
           !floats ? "bring both to f64 or f32" : "reshape: an image of one channel is [1, height, width, 1]");
}

/// Refuses groups that do not cut both counts of channels into equal parts.
void check_groups(const Signature& s, int64_t in, int64_t out) {
  const int64_t groups = groups_of(s.attributes);
  constexpr int64_t most = int64_t{1} << 24;  // so that no product of counts overflows
  if (groups >= 1 && groups <= most && in % groups == 0 && out % groups == 0) return;
  throw ShapeError("W213",
                   fmt::format("{} of {} and {} channels cannot be in {} groups", s.primitive.name, in, out, groups),
                   {}, fmt::format("take a number of groups that divides both; the largest is {}", std::gcd(in, out)));
}

std::vector<Type> infer_convolve(const Signature& s) {
  check_arrays(s, "[batch, spatial..., channels] and [taps..., channels / groups, out]");
  const Shape &x = s.operands[0].shape, &w = s.operands[1].shape;
  check_groups(s, x.back(), w.back());
  const int64_t groups = groups_of(s.attributes);
  if (group_channels(w) != x.back() / groups)
    throw ShapeError(
        "W213",
        fmt::format("convolve of {} channels in {} group{} needs weights for {} of them, [..., {}, {}]; they are {}",
                    x.back(), groups, groups == 1 ? "" : "s", x.back() / groups, x.back() / groups, w.back(),
                    to_string(s.operands[1])),
        {}, "the last but one extent of the weights counts the operand's channels, the last one those of the result");
  const auto windows = WindowAxes::checked(s, spatial_extents(x), taps_of(w));
  return {{s.operands[0].dtype, with_spatial(x[0], windows.places(), w.back())}};
}

std::vector<Type> infer_transposed(const Signature& s) {
  check_arrays(s, "[batch, places..., out] and [taps..., channels / groups, out]");
  const Shape &y = s.operands[0].shape, &w = s.operands[1].shape;
  if (y.back() != w.back())
    throw ShapeError("W213",
                     fmt::format("convolve_transposed of {} channels needs weights for as many, [..., {}]; they are {}",
                                 y.back(), y.back(), to_string(s.operands[1])),
                     {},
                     "the last extent of the weights counts the operand's channels, the last but one those of the "
                     "result in a group");
  check_groups(s, y.back(), w.back());
  const auto windows = WindowAxes::checked_from_places(s, spatial_extents(y), taps_of(w));
  return {{s.operands[0].dtype, with_spatial(y[0], windows.input(), group_channels(w) * groups_of(s.attributes))}};
}

std::vector<Type> infer_weights(const Signature& s) {
  check_arrays(s, "[batch, spatial..., channels] and [batch, places..., out]");
  const Shape &x = s.operands[0].shape, &y = s.operands[1].shape;
  check_groups(s, x.back(), y.back());
  const auto windows = WindowAxes::checked(s, spatial_extents(x), s.attributes.integers("window"));
  if (x[0] != y[0] || windows.places() != spatial_extents(y))
    s.refuse(fmt::format("a second operand of {}", to_string(with_spatial(x[0], windows.places(), y.back()))),
             "the second operand is shaped like the result of convolve");
  const List ends{x.back() / groups_of(s.attributes), y.back()};
  return {{s.operands[0].dtype, Shape(joined_extents({windows.window(), ends}))}};
}

/// Extents of x [batch, input..., groups, c], w [taps..., c, groups, e] and y [batch, places..., groups, e].
struct Convolved {
  WindowAxes windows;
  int64_t batch, groups, c, e;
  List x, w, y;

  Convolved(const WindowAxes& over, int64_t n, int64_t g, const Shape& weights)
      : windows(over), batch(n), groups(g), c(group_channels(weights)), e(weights.back() / g),
        x(joined_extents({{n}, over.input(), {g, c}})), w(joined_extents({over.window(), {c, g, e}})),
        y(joined_extents({{n}, over.places(), {g, e}})) {}

  Integer in_x(Integer n, const std::vector<Integer>& at, Integer g, Integer i) const {
    return flat_position(x, {{&n, 1}, at, {&g, 1}, {&i, 1}});
  }
  Integer in_y(Integer n, const std::vector<Integer>& at, Integer g, Integer j) const {
    return flat_position(y, {{&n, 1}, at, {&g, 1}, {&j, 1}});
  }
  Integer in_w(std::span<const Integer> k, Integer i, Integer g, Integer j) const {
    return flat_position(w, {k, {&i, 1}, {&g, 1}, {&j, 1}});
  }
  Shape taps() const { return Shape(std::span<const int64_t>(windows.window())); }
};

std::vector<Integer> inner(std::span<const Integer> index, size_t first, size_t last) {
  return {index.begin() + static_cast<std::ptrdiff_t>(first), index.end() - static_cast<std::ptrdiff_t>(last)};
}

void convolve_kernel(KernelBuilder& k, const Attributes& attributes) {
  const Buffer x = k.operand(0), w = k.operand(1);
  const WindowAxes windows(spatial_extents(x.shape()), taps_of(w.shape()), attributes);
  const Convolved a(windows, x.shape()[0], groups_of(attributes), w.shape());
  k.parallel_loop_over(Shape(std::span<const int64_t>(a.y)), [&](std::span<const Integer> o) {
    const Integer n = o.front(), g = o[o.size() - 2], j = o.back();
    const Scalar total = k.variable(Scalar(0.0));
    k.loop_over(a.taps(), [&](std::span<const Integer> tap) {
      const auto under = windows.element(inner(o, 1, 2), tap);
      k.parallel_loop(steps_if(under.there, a.c), [&](Integer i) {
        k.assign(total, total + x.real(a.in_x(n, under.at, g, i)) * w.real(a.in_w(tap, i, g, j)));
      });
    });
    k.result().store(flat_position(a.y, {o}), total);
  });
}

void transposed_kernel(KernelBuilder& k, const Attributes& attributes) {
  const Buffer y = k.operand(0), w = k.operand(1);
  const WindowAxes windows = WindowAxes::from_places(spatial_extents(y.shape()), taps_of(w.shape()), attributes);
  const Convolved a(windows, y.shape()[0], groups_of(attributes), w.shape());
  k.parallel_loop_over(Shape(std::span<const int64_t>(a.x)), [&](std::span<const Integer> at) {
    const Integer n = at.front(), g = at[at.size() - 2], i = at.back();
    const Scalar total = k.variable(Scalar(0.0));
    k.loop_over(a.taps(), [&](std::span<const Integer> tap) {
      const auto over = windows.place(inner(at, 1, 2), tap);
      k.parallel_loop(steps_if(over.there, a.e), [&](Integer j) {
        k.assign(total, total + y.real(a.in_y(n, over.at, g, j)) * w.real(a.in_w(tap, i, g, j)));
      });
    });
    k.result().store(flat_position(a.x, {at}), total);
  });
}

void weights_kernel(KernelBuilder& k, const Attributes& attributes) {
  const Buffer x = k.operand(0), y = k.operand(1);
  const WindowAxes windows(spatial_extents(x.shape()), attributes.integers("window"), attributes);
  const Convolved a(windows, x.shape()[0], groups_of(attributes), k.result().shape());
  k.parallel_loop_over(Shape(std::span<const int64_t>(a.w)), [&](std::span<const Integer> to) {
    const auto tap = inner(to, 0, 3);
    const Integer i = to[to.size() - 3], g = to[to.size() - 2], j = to.back();
    const Scalar total = k.variable(Scalar(0.0));
    k.loop_over(Shape(std::span<const int64_t>(windows.places())), [&](std::span<const Integer> place) {
      const auto under = windows.element(place, tap);
      const std::vector<Integer> o(place.begin(), place.end());
      k.parallel_loop(steps_if(under.there, a.batch), [&](Integer n) {
        k.assign(total, total + x.real(a.in_x(n, under.at, g, i)) * y.real(a.in_y(n, o, g, j)));
      });
    });
    k.result().store(flat_position(a.w, {to}), total);
  });
}

/// The attributes of another of the three records for the same T.
Attributes about(const Attributes& attributes, std::string_view name = {}, const List& list = {}) {
  Attributes result;
  for (const auto& [key, value] : attributes)
    if (key != "size" && key != "window") result.set(key, value);
  if (!name.empty()) result.set(std::string(name), list);
  return result;
}

Tangents convolve_transpose(const TransposeRule& r) {
  if (r.linear(0))
    return {convolve_transposed_p(r.cotangent(), {*r.operands[1]},
                                  about(r.attributes, "size", spatial_extents(r.operand_types[0].shape))),
            std::nullopt};
  return {std::nullopt, convolve_weights_p(*r.operands[0], {r.cotangent()},
                                           about(r.attributes, "window", taps_of(r.operand_types[1].shape)))};
}

Tangents transposed_transpose(const TransposeRule& r) {
  if (r.linear(0)) return {convolve_p(r.cotangent(), {*r.operands[1]}, about(r.attributes)), std::nullopt};
  return {std::nullopt, convolve_weights_p(r.cotangent(), {*r.operands[0]},
                                           about(r.attributes, "window", taps_of(r.operand_types[1].shape)))};
}

Tangents weights_transpose(const TransposeRule& r) {
  if (r.linear(0))
    return {convolve_transposed_p(*r.operands[1], {r.cotangent()},
                                  about(r.attributes, "size", spatial_extents(r.operand_types[0].shape))),
            std::nullopt};
  return {std::nullopt, convolve_p(*r.operands[0], {r.cotangent()}, about(r.attributes))};
}

/// x [count, ..., channels] as [..., count * channels], and back.
Expr into_channels(const Expr& x) {
  List order(static_cast<size_t>(x.rank()));
  std::iota(order.begin(), order.end(), 0);
  std::rotate(order.begin(), order.begin() + 1, order.end() - 1);
  const Expr turned = transpose(x, order);
  const Shape shape = turned.shape();
  const int last = shape.rank() - 1;
  return reshape(turned, shape.without(last).without(last - 1).with(last - 1, shape[last - 1] * shape[last]));
}
Expr out_of_channels(const Expr& y, int64_t count) {
  const Shape shape = y.shape();
  const int last = shape.rank() - 1;
  const Expr apart = reshape(y, shape.without(last).with(last, count).with(last + 1, shape[last] / count));
  List order(static_cast<size_t>(apart.rank()));
  std::iota(order.begin(), order.end(), 0);
  std::rotate(order.begin(), order.end() - 2, order.end() - 1);
  return transpose(apart, order);
}

/// All at once: each point's channels are groups of their own.
std::vector<Expr> batch_in_groups(const Primitive& primitive, const BatchRule& r) {
  const auto operands = with_leading_axis(r);
  Attributes attributes = r.attributes;
  attributes.set("groups", groups_of(r.attributes) * r.size);
  return {
      out_of_channels(record(primitive, {into_channels(operands[0]), into_channels(operands[1])}, attributes), r.size)};
}

/// Operand 1 alone has the new axis and there are no groups: its channels are more channels of the result.
std::vector<Expr> batch_in_results(const Primitive& primitive, const BatchRule& r) {
  return {out_of_channels(record(primitive, {r.operands[0], into_channels(r.operands[1])}, r.attributes), r.size)};
}

std::vector<Expr> batch_convolve(const BatchRule& r) {
  if (r.size == 0) return {};
  if (!r.batched[1]) return batch_merged(convolve_p, r);
  return !r.batched[0] && groups_of(r.attributes) == 1 ? batch_in_results(convolve_p, r)
                                                       : batch_in_groups(convolve_p, r);
}
std::vector<Expr> batch_transposed(const BatchRule& r) {
  if (r.size == 0) return {};
  return r.batched[1] ? batch_in_groups(convolve_transposed_p, r) : batch_merged(convolve_transposed_p, r);
}
std::vector<Expr> batch_weights(const BatchRule& r) {
  if (r.size == 0) return {};
  return !r.batched[0] && groups_of(r.attributes) == 1 ? batch_in_results(convolve_weights_p, r)
                                                       : batch_in_groups(convolve_weights_p, r);
}

Attributes attributes_of(const Convolution& how, int axes) {
  Attributes attributes = step_attributes({how.stride, how.padding, how.padding_high, how.dilation}, axes);
  if (how.groups != 1) attributes.set("groups", how.groups);
  return attributes;
}

constexpr AttributeField groups_field{"groups", AttributeField::Kind::integer,
                                      "so many groups of channels, each seen by its own results only", "1"};

std::vector<Example> convolve_examples() {
  const Array x({1, 3, 3, 1}, {1, 2, 3, 4, 5, 6, 7, 8, 9}), w({2, 2, 1, 1}, {1, 2, -1, 3});
  const Array line({1, 4, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  const Array pairs({2, 2, 2}, {1, 2, 3, -1, 0.5, 4, -2, 1});
  return {
      {{x, w}, {}, {Array({1, 2, 2, 1}, {16, 21, 31, 36})}},
      {{x, w}, {{"stride", List{2, 2}}, {"low", List{1, 1}}}, {Array({1, 2, 2, 1}, {3, 7, 29, 36})}},
      {{line, pairs}, {{"dilation", List{2}}, {"high", List{1}}}, {Array({1, 3, 2}, {-2.5, 26, 2.5, 38, 23, 4})}},
      {{line, Array({2, 1, 2}, {1, 2, 3, -1})}, {{"groups", int64_t{2}}}, {Array({1, 3, 2}, {10, 0, 18, 2, 26, 4})}},
      {{Array(f64({0, 3, 1})), Array({2, 1, 1}, {1, 2})}, {}, {Array(f64({0, 2, 1}))}}};
}

}  // namespace

const Bilinear convolve_p{
    {.name = "convolve",
     .arity = 2,
     .infer = infer_convolve,
     .kernel = convolve_kernel,
     .transpose = convolve_transpose,
     .batch = batch_convolve,
     .examples = convolve_examples,
     .note =
         "[batch, spatial..., channels] and weights [taps..., channels / groups, out]; the weights are not reversed",
     .attributes = {window_stride, window_low, window_high, window_dilation, groups_field}}};

const Bilinear convolve_transposed_p{
    {.name = "convolve_transposed",
     .arity = 2,
     .infer = infer_transposed,
     .kernel = transposed_kernel,
     .transpose = transposed_transpose,
     .batch = batch_transposed,
     .examples =
         [] {
           const Array y({1, 2, 2, 1}, {1, 2, 3, 4}), w({2, 2, 1, 1}, {1, 2, -1, 3});
           const Array line({1, 2, 2}, {1, 2, 3, 4});
           return std::vector<Example>{{{y, w}, {}, {Array({1, 3, 3, 1}, {1, 4, 4, 2, 11, 14, -3, 5, 12})}},
                                       {{y, w},
                                        {{"stride", List{2, 2}}, {"low", List{1, 0}}, {"size", List{3, 5}}},
                                        {Array({1, 3, 5, 1}, {-1, 3, -2, 6, 0, 3, 6, 4, 8, 0, -3, 9, -4, 12, 0})}},
                                       {{line, Array({2, 1, 2}, {1, 2, 3, -1})},
                                        {{"groups", int64_t{2}}, {"dilation", List{2}}},
                                        {Array({1, 4, 2}, {1, 4, 3, 8, 3, -2, 9, -4})}}};
         },
     .note =
         "the transpose of convolve by its first operand: weights [taps..., channels of the result / groups, channels]",
     .attributes = {window_size, window_stride, window_low, window_high, window_dilation, groups_field}}};

const Bilinear convolve_weights_p{
    {.name = "convolve_weights",
     .arity = 2,
     .infer = infer_weights,
     .kernel = weights_kernel,
     .transpose = weights_transpose,
     .batch = batch_weights,
     .examples =
         [] {
           const Array x({1, 3, 3, 1}, {1, 2, 3, 4, 5, 6, 7, 8, 9}), y({1, 2, 2, 1}, {1, 2, -1, 3});
           const Array line({2, 3, 2}, {1, 2, 3, 4, 5, 6, -1, 0.5, 2, 1, 0, 3});
           return std::vector<Example>{
               {{x, y}, {{"window", List{2, 2}}}, {Array({2, 2, 1, 1}, {16, 21, 31, 36})}},
               {{x, y},
                {{"window", List{3, 3}}, {"stride", List{2, 2}}, {"low", List{1, 1}}, {"high", List{1, 1}}},
                {Array({3, 3, 1, 1}, {15, 14, -5, 28, 27, -6, 10, 16, 5})}},
               {{line, Array({2, 2, 2}, {1, 2, 3, -1, 0.5, 4, -2, 1})},
                {{"window", List{2}}, {"groups", int64_t{2}}},
                {Array({2, 1, 2}, {5.5, 3, 19, 9})}}};
         },
     .note = "the transpose of convolve by its weights, of the first operand and what is shaped like the result",
     .attributes = {window_extents, window_stride, window_low, window_high, window_dilation, groups_field}}};

Expr convolve(Sited x, Expr weights, const Convolution& how) {
  return convolve_p(x, {weights}, attributes_of(how, x.expr.rank() - 2));
}

Expr convolve_transposed(Sited y, Expr weights, const Convolution& how, List size) {
  Attributes attributes = attributes_of(how, y.expr.rank() - 2);
  if (!size.empty()) attributes.set("size", for_axes(size, y.expr.rank() - 2));
  return convolve_transposed_p(y, {weights}, attributes);
}

}  // namespace wengert
