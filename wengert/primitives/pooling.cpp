// SPDX-License-Identifier: Apache-2.0
#include "wengert/primitives/pooling.h"

#include <fmt/format.h>
#include <limits>

#include "wengert/primitives/arithmetic.h"
#include "wengert/primitives/axes.h"
#include "wengert/primitives/convert.h"
#include "wengert/primitives/rearrange.h"
#include "wengert/primitives/reduce.h"
#include "wengert/primitives/select.h"
#include "wengert/primitives/window_axes.h"
#include "wengert/primitives/windows.h"

namespace wengert {
namespace {

using List = std::vector<int64_t>;

constexpr double infinity = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
constexpr AttributeField pool_stride{"stride", AttributeField::Kind::integers, window_stride.meaning, "the window"};

Attributes with_size_of(Attributes attributes, const Attributes& other) {
  if (other.has("size")) attributes.set("size", other.integers("size"));
  return attributes;
}

// Pools: the stride is the window where it is not given.

Attributes pool_steps(const Attributes& attributes) {
  Attributes result = window_attributes(attributes);
  if (!attributes.has("stride")) result.set("stride", attributes.integers("window"));
  return result;
}

std::vector<Type> infer_pool(const Signature& s) {
  check_spatial(s, 3, 5, "[batch, spatial..., channels]");
  const Shape& x = s.operands[0].shape;
  const Attributes steps = pool_steps(s.attributes);
  const auto over =
      WindowAxes::checked({s.primitive, s.operands, steps}, spatial_extents(x), s.attributes.integers("window"));
  for (const WindowAxis& a : over.axes())
    s.require(a.input > 0 && a.low < a.window && a.high < a.window,
              "an element under each window: less padding than the window is long",
              fmt::format("pad by less than {}", a.window));
  return {{s.operands[0].dtype, with_spatial(x[0], over.places(), x.back())}};
}

/// start and step make one number of the elements under each window; finish(number, how many) what is stored.
template <class Step, class Finish>
void pool_kernel(KernelBuilder& k, const Attributes& attributes, double start, Step step, Finish finish) {
  const Buffer x = k.operand(0);
  const WindowAxes over(spatial_extents(x.shape()), attributes.integers("window"), pool_steps(attributes));
  const List from = to_list(x.shape()), to = to_list(k.result().shape());
  k.parallel_loop_over(k.result().shape(), [&](std::span<const Integer> index) {
    const Scalar number = k.variable(Scalar(start));
    const Integer count = k.variable(Integer(0));
    for_each_tap_of(k, over.window(), [&](std::span<const Integer> tap) {
      const auto under = over.element(index_part(index, 1, index.size() - 1), tap);
      const Integer steps = steps_if(under.there, 1);
      k.assign(count, count + steps);
      k.loop(steps, [&](Integer) {
        k.assign(number, step(number, x.real(flat_position(from, {index.first(1), under.at, index.last(1)}))));
      });
    });
    k.result().store(flat_position(to, {index}), finish(number, count));
  });
}

/// y [batch, places..., channels] for each tap of a window.
Expr for_each_tap(const Expr& y, int64_t taps) {
  const int last = y.rank() - 1;
  return broadcast_to(reshape(y, y.shape().with(last, 1)), y.shape().with(last, taps));
}

Expr taps_total(const Expr& each) { return sum(each, {each.rank() - 2}); }

/// Windows of ones: they say what is no padding.
Expr windows_of_ones(const Type& x, const Attributes& steps) {
  Recording& recording = Recording::current();
  return windows_p(broadcast_to(recording.expr(recording.builder().literal(1, x.dtype)), x.shape), {}, steps);
}

// The derivative of max_pool: y_dot is the mean of x_dot over the elements under a window that equal y. Where y is NaN
// none does, and the derivative is NaN. `chosen` [batch, places..., taps, channels] says which do.

Shape chosen_shape(const WindowAxes& over, const Shape& x) {
  return joined_shape({{x[0]}, over.places(), {over.taps(), x.back()}});
}

std::vector<Type> infer_windows_equal(const Signature& s) {
  const Type expected = infer_pool({s.primitive, s.operands.first(1), s.attributes})[0];
  s.require(s.operands[1] == expected,
            fmt::format("what max_pool makes of the first operand, {}, as the second", to_string(expected)),
            "give x and its max_pool");
  const Shape& x = s.operands[0].shape;
  return {{DType::boolean,
           chosen_shape(WindowAxes(spatial_extents(x), s.attributes.integers("window"), pool_steps(s.attributes)), x)}};
}

void windows_equal_kernel(KernelBuilder& k, const Attributes& attributes) {
  const Buffer x = k.operand(0), y = k.operand(1);
  const WindowAxes over(spatial_extents(x.shape()), attributes.integers("window"), pool_steps(attributes));
  const WindowPlaces at(over, x.shape());
  for_each_window_tap(k, over, x.shape()[0], [&](Integer n, auto& o, auto& tap, const WindowAxes::Tap& under) {
    k.parallel_loop(x.shape().back(), [&](Integer c) {
      const Integer place = at.element(n, under.at, c), to = at.tap(n, o, tap, c);
      const Scalar element = x.real(under.there ? select_integer(*under.there, place, 0) : place);
      const Boolean same = equal(element, y.real(at.window(n, o, c)));
      k.result().store(to, under.there ? logical_and(*under.there, same) : same);
    });
  });
}

std::vector<Type> infer_chosen_mean(const Signature& s) {
  const Type y = infer_pool({s.primitive, s.operands.first(1), s.attributes})[0];
  const Shape& x = s.operands[0].shape;
  const Type chosen{
      DType::boolean,
      chosen_shape(WindowAxes(spatial_extents(x), s.attributes.integers("window"), pool_steps(s.attributes)), x)};
  s.require(s.operands[1] == chosen, fmt::format("{} as the second operand", to_string(chosen)),
            "windows_equal makes it");
  return {y};
}

std::vector<Type> infer_chosen_share(const Signature& s) {
  check_spatial(s, 3, 5, "[batch, places..., channels]");
  const Type& y = s.operands[0];
  const Attributes steps = with_size_of(pool_steps(s.attributes), s.attributes);
  const auto over = WindowAxes::checked_from_places({s.primitive, s.operands, steps}, spatial_extents(y.shape),
                                                    s.attributes.integers("window"));
  const Shape x = with_spatial(y.shape[0], over.input(), y.shape.back());
  const Type chosen{DType::boolean, chosen_shape(over, x)};
  s.require(s.operands[1] == chosen, fmt::format("{} as the second operand", to_string(chosen)),
            "windows_equal makes it");
  return {{y.dtype, x}};
}

/// visit(n, o, c, count) for every window of every channel, where `count` elements are chosen; each(act) calls act(tap,
/// under) for the taps.
template <class Visit>
void for_each_choice(KernelBuilder& k, const WindowAxes& over, const WindowPlaces& at, const Buffer& chosen,
                     Visit visit) {
  k.loop_over(joined_shape({{at.x[0]}, over.places()}), [&](std::span<const Integer> index) {
    const Integer n = index.front();
    const auto o = index_part(index, 1, index.size());
    k.parallel_loop(at.x.back(), [&](Integer c) {
      const auto each = [&](auto act) {
        for_each_tap_of(k, over.window(), [&](std::span<const Integer> tap) {
          const auto under = over.element(o, tap);
          k.loop(steps_if(under.there, 1),
                 [&](Integer) { act(chosen.boolean(at.tap(n, o, tap, c)), at.element(n, under.at, c)); });
        });
      };
      const Scalar count = k.variable(Scalar(0.0));
      each([&](Boolean is, Integer) { k.assign(count, count + select(is, 1, 0)); });
      visit(at.window(n, o, c), count, each);
    });
  });
}

void chosen_mean_kernel(KernelBuilder& k, const Attributes& attributes) {
  const Buffer x = k.operand(0);
  const WindowAxes over(spatial_extents(x.shape()), attributes.integers("window"), pool_steps(attributes));
  for_each_choice(k, over, WindowPlaces(over, x.shape()), k.operand(1), [&](Integer to, Scalar count, auto each) {
    const Scalar total = k.variable(Scalar(0.0));
    each([&](Boolean is, Integer from) { k.assign(total, total + select(is, x.real(from), 0)); });
    k.result().store(to, total / count);
  });
}

void chosen_share_kernel(KernelBuilder& k, const Attributes& attributes) {
  const Buffer y = k.operand(0), x = k.result();
  const Attributes steps = with_size_of(pool_steps(attributes), attributes);
  const WindowAxes over = WindowAxes::from_places(spatial_extents(y.shape()), attributes.integers("window"), steps);
  store_zeros(k, x);
  for_each_choice(k, over, WindowPlaces(over, x.shape()), k.operand(1), [&](Integer from, Scalar count, auto each) {
    const Boolean none = equal(count, 0);
    const Scalar share = select(none, nan, y.real(from) / count);
    each([&](Boolean is, Integer to) { x.add(to, select(logical_or(is, none), share, 0)); });
  });
}

Tangents max_pool_jvp(const JvpRule& r) {
  const Expr chosen = windows_equal_p(r.operands[0], {r.results[0]}, r.attributes);
  return {chosen_mean_p(r.tangent(0), {chosen}, r.attributes)};
}

bool counts_padding(const Attributes& attributes) {
  return !attributes.has("count_padding") || attributes.flag("count_padding");
}

Tangents average_pool_transpose(const TransposeRule& r) {
  const Type& x = r.operand_types[0];
  const int64_t taps = Shape(std::span<const int64_t>(r.attributes.integers("window"))).elements();
  const bool all = counts_padding(r.attributes) || !(r.attributes.has("low") || r.attributes.has("high"));
  const Expr share =
      all ? r.cotangent() / Expr(taps) : r.cotangent() / taps_total(windows_of_ones(x, pool_steps(r.attributes)));
  return {overlap_add_p(for_each_tap(share, taps), {}, with_size(pool_steps(r.attributes), x))};
}

template <auto& primitive> std::vector<Expr> batch_of(const BatchRule& r) {
  BatchRule both = r;
  const std::vector<Expr> operands = with_leading_axis(r);
  const bool all[2] = {true, true};
  both.operands = operands;
  both.batched = std::span(all).first(operands.size());
  return batch_merged(primitive, both);
}

Attributes pool_attributes(const List& window, const Pooling& how, int axes) {
  const List usual;
  const List extents = for_axes(window, axes);
  Attributes attributes = step_attributes({usual, how.padding, how.padding_high, usual}, axes);
  attributes.set("window", extents);
  const List stride = for_axes(how.stride, axes);
  if (!stride.empty() && stride != extents) attributes.set("stride", stride);
  return attributes;
}

const std::vector<AttributeField> pool_fields{window_extents, pool_stride, window_low, window_high};

Array counted(std::initializer_list<int64_t> shape) {
  std::vector<double> numbers;
  for (int64_t i = 0; i < Shape(shape).elements(); ++i)
    numbers.push_back(static_cast<double>(i * 7 % 11) - 3);  // no two of 11 alike
  return Array(Shape(shape), numbers);
}

}  // namespace

const Composite max_pool_p{
    {.name = "max_pool",
     .infer = infer_pool,
     .kernel =
         [](KernelBuilder& k, const Attributes& attributes) {
           pool_kernel(
               k, attributes, -infinity, [](Scalar a, Scalar b) { return max(a, b); },
               [](Scalar best, Integer) { return best; });
         },
     .jvp = max_pool_jvp,
     .batch = batch_of<max_pool_p>,
     .examples =
         [] {
           const Array line({1, 4, 2}, {1, 8, 3, -4, -5, 6, 7, 2});
           return std::vector<Example>{
               {{line}, {{"window", List{2}}}, {Array({1, 2, 2}, {3, 8, 7, 6})}},
               {{line}, {{"window", List{3}}, {"stride", List{2}}, {"low", List{1}}}, {Array({1, 2, 2}, {3, 8, 7, 6})}},
               {{counted({1, 3, 3, 1})},
                {{"window", List{2, 2}}, {"stride", List{1, 1}}},
                {Array({1, 2, 2, 1}, {7, 4, 7, 3})}},
               {{counted({1, 2, 3, 1})},
                {{"window", List{2, 2}}, {"low", List{1, 0}}, {"high", List{1, 1}}},
                {Array({1, 2, 2, 1}, {4, 0, 7, -1})}}};
         },
     .note = "at a tie equal shares of the derivative; padding does not count",
     .attributes = pool_fields}};

const Nondifferentiable windows_equal_p{
    {.name = "windows_equal",
     .arity = 2,
     .infer = infer_windows_equal,
     .kernel = windows_equal_kernel,
     .batch = batch_of<windows_equal_p>,
     .examples =
         [] {
           const Array x({1, 4, 1}, {1, 3, 3, 2}), y({1, 2, 1}, {3, 3}), padded({1, 3, 1}, {1, 3, 0});
           return std::vector<Example>{
               {{x, y}, {{"window", List{2}}}, {Array({1, 2, 2, 1}, {0, 1, 1, 0}).as(DType::boolean)}},
               {{x, padded},
                {{"window", List{2}}, {"low", List{1}}, {"high", List{1}}},
                {Array({1, 3, 2, 1}, {0, 1, 1, 1, 0, 0}).as(DType::boolean)}}};
         },
     .note = "which elements under each window equal the second operand's number for it: a choice, piecewise constant",
     .attributes = pool_fields}};

const Linear chosen_mean_p{
    {.name = "chosen_mean",
     .arity = 2,
     .infer = infer_chosen_mean,
     .kernel = chosen_mean_kernel,
     .transpose = [](const TransposeRule& r) -> Tangents {
       return {chosen_share_p(r.cotangent(), {*r.operands[1]}, with_size(r.attributes, r.operand_types[0])),
               std::nullopt};
     },
     .batch = batch_of<chosen_mean_p>,
     .examples =
         [] {
           const Array x({1, 4, 1}, {1, 3, 5, 2}), chosen = Array({1, 2, 2, 1}, {0, 1, 1, 1}).as(DType::boolean);
           return std::vector<Example>{{{x, chosen}, {{"window", List{2}}}, {Array({1, 2, 1}, {3, 3.5})}},
                                       {{x, chosen},
                                        {{"window", List{2}}, {"stride", List{3}}, {"low", List{1}}},
                                        {Array({1, 2, 1}, {1, 3.5})}}};
         },
     .note = "the mean of the chosen elements under each window, NaN of none: the tangent of max_pool",
     .attributes = pool_fields}};

const Linear chosen_share_p{
    {.name = "chosen_share",
     .arity = 2,
     .infer = infer_chosen_share,
     .kernel = chosen_share_kernel,
     .transpose = [](const TransposeRule& r) -> Tangents {
       return {chosen_mean_p(r.cotangent(), {*r.operands[1]}, window_attributes(r.attributes)), std::nullopt};
     },
     .batch = batch_of<chosen_share_p>,
     .examples =
         [] {
           const Array y({1, 2, 1}, {3, 4}), chosen = Array({1, 2, 2, 1}, {0, 1, 1, 1}).as(DType::boolean);
           return std::vector<Example>{{{y, chosen}, {{"window", List{2}}}, {Array({1, 4, 1}, {0, 3, 2, 2})}},
                                       {{y, chosen},
                                        {{"window", List{2}}, {"stride", List{1}}, {"size", List{3}}},
                                        {Array({1, 3, 1}, {0, 5, 2})}}};
         },
     .note = "the transpose of chosen_mean: each window's number in equal shares to its chosen elements",
     .attributes = {window_extents, window_size, pool_stride, window_low, window_high}}};

const Linear average_pool_p{
    {.name = "average_pool",
     .infer = infer_pool,
     .kernel =
         [](KernelBuilder& k, const Attributes& attributes) {
           const int64_t taps = Shape(std::span<const int64_t>(attributes.integers("window"))).elements();
           pool_kernel(
               k, attributes, 0, [](Scalar a, Scalar b) { return a + b; },
               [&](Scalar total, Integer count) {
                 return total / (counts_padding(attributes) ? Scalar(taps) : to_real(count));
               });
         },
     .transpose = average_pool_transpose,
     .batch = batch_of<average_pool_p>,
     .examples =
         [] {
           const Array line({1, 4, 1}, {1, 3, -5, 7}), plane({1, 2, 2, 1}, {1, 2, 3, 4});
           return std::vector<Example>{
               {{line}, {{"window", List{2}}}, {Array({1, 2, 1}, {2, 1})}},
               {{line},
                {{"window", List{2}}, {"low", List{1}}, {"high", List{1}}, {"count_padding", false}},
                {Array({1, 3, 1}, {1, -1, 7})}},
               {{plane},
                {{"window", List{2, 2}}, {"stride", List{1, 1}}, {"low", List{1, 0}}},
                {Array({1, 2, 1, 1}, {0.75, 2.5})}}};
         },
     .attributes = {window_extents,
                    pool_stride,
                    window_low,
                    window_high,
                    {"count_padding", AttributeField::Kind::flag,
                     "padding counts as zeros; otherwise elements alone count", "true"}}}};

Expr max_pool(Sited x, List window, const Pooling& how) {
  return max_pool_p(x, {}, pool_attributes(window, how, x.expr.rank() - 2));
}

Expr average_pool(Sited x, List window, const Pooling& how, bool count_padding) {
  Attributes attributes = pool_attributes(window, how, x.expr.rank() - 2);
  if (!count_padding) attributes.set("count_padding", false);
  return average_pool_p(x, {}, attributes);
}

}  // namespace wengert
