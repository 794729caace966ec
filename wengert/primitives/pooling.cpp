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

namespace wengert {
namespace {

using List = std::vector<int64_t>;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr AttributeField pool_stride{"stride", AttributeField::Kind::integers, window_stride.meaning, "the window"};

Shape shape_of(std::initializer_list<List> parts) { return Shape(joined_extents(parts)); }

void check_operand(const Signature& s, int least, int most, std::string_view what) {
  const Type& x = s.operands[0];
  s.require(is_float(x.dtype), "a float operand", "cast it to f64 or f32 first");
  s.require(x.shape.rank() >= least && x.shape.rank() <= most, fmt::format("1 to 3 spatial axes, {}", what),
            "reshape: an image of one channel is [1, height, width, 1]");
}

/// The indices [first, last) of an index.
std::vector<Integer> part(std::span<const Integer> index, size_t first, size_t last) {
  return {index.begin() + static_cast<std::ptrdiff_t>(first), index.begin() + static_cast<std::ptrdiff_t>(last)};
}

// windows and overlap_add: x [batch, input..., channels], y [batch, places..., taps..., channels].

std::vector<Type> infer_windows(const Signature& s) {
  check_operand(s, 3, 5, "[batch, spatial..., channels]");
  const Shape& x = s.operands[0].shape;
  const auto over = WindowAxes::checked(s, spatial_extents(x), s.attributes.integers("window"));
  return {{s.operands[0].dtype, shape_of({{x[0]}, over.places(), {over.taps(), x.back()}})}};
}

void windows_kernel(KernelBuilder& k, const Attributes& attributes) {
  const Buffer x = k.operand(0);
  const WindowAxes over(spatial_extents(x.shape()), attributes.integers("window"), attributes);
  const int64_t batch = x.shape()[0], channels = x.shape().back();
  const List from = to_list(x.shape()), to = joined_extents({{batch}, over.places(), over.window(), {channels}});
  const size_t axes = over.axes().size();
  k.parallel_loop_over(Shape(std::span<const int64_t>(to)), [&](std::span<const Integer> index) {
    const auto under = over.element(part(index, 1, 1 + axes), part(index, 1 + axes, 1 + 2 * axes));
    const Integer flat = flat_position(to, {index});
    if (x.type().elements() == 0) return k.result().store(flat, Scalar(0.0));
    const Integer at = flat_position(from, {index.first(1), under.at, index.last(1)});
    if (!under.there) return k.result().store(flat, x.real(at));
    k.result().store(flat, select(*under.there, x.real(select_integer(*under.there, at, 0)), 0));
  });
}

std::vector<Type> infer_overlap_add(const Signature& s) {
  const List window = s.attributes.integers("window");
  check_operand(s, 4, 6, "[batch, places..., taps, channels]");
  const Shape& y = s.operands[0].shape;
  const List places = spatial_extents(y.without(y.rank() - 2));
  const auto over = WindowAxes::checked_from_places(s, places, window);
  s.require(y[y.rank() - 2] == over.taps(), fmt::format("[batch, places..., {}, channels] for windows of {} taps", over.taps(), over.taps()),
            "the last but one axis counts the taps of a window");
  return {{s.operands[0].dtype, with_spatial(y[0], over.input(), y.back())}};
}

void overlap_add_kernel(KernelBuilder& k, const Attributes& attributes) {
  const Buffer y = k.operand(0);
  const List places = spatial_extents(y.shape().without(y.shape().rank() - 2));
  const WindowAxes over = WindowAxes::from_places(places, attributes.integers("window"), attributes);
  const List from = joined_extents({{y.shape()[0]}, places, over.window(), {y.shape().back()}}), to = to_list(k.result().shape());
  k.parallel_loop_over(k.result().shape(), [&](std::span<const Integer> index) {
    const Scalar total = k.variable(Scalar(0.0));
    k.loop_over(Shape(std::span<const int64_t>(over.window())), [&](std::span<const Integer> tap) {
      const auto at = over.place(part(index, 1, index.size() - 1), tap);
      k.loop(steps_if(at.there, 1), [&](Integer) {
        k.assign(total, total + y.real(flat_position(from, {index.first(1), at.at, tap, index.last(1)})));
      });
    });
    k.result().store(flat_position(to, {index}), total);
  });
}

/// The attributes that windows and overlap_add have in common with another record, and `window`.
Attributes steps_of(const Attributes& attributes) {
  Attributes result;
  for (const auto& [name, value] : attributes)
    if (name != "size" && name != "count_padding") result.set(name, value);
  return result;
}

Attributes with_size(const Attributes& attributes, const Type& result) {
  Attributes all = steps_of(attributes);
  all.set("size", spatial_extents(result.shape));
  return all;
}

// Pools: the stride is the window where it is not given.

Attributes pool_steps(const Attributes& attributes) {
  Attributes result = steps_of(attributes);
  if (!attributes.has("stride")) result.set("stride", attributes.integers("window"));
  return result;
}

std::vector<Type> infer_pool(const Signature& s) {
  check_operand(s, 3, 5, "[batch, spatial..., channels]");
  const Shape& x = s.operands[0].shape;
  const Attributes steps = pool_steps(s.attributes);
  const auto over = WindowAxes::checked({s.primitive, s.operands, steps}, spatial_extents(x), s.attributes.integers("window"));
  for (const WindowAxis& a : over.axes())
    s.require(a.input > 0 && a.low < a.window && a.high < a.window, "an element under each window: less padding than the window is long",
              fmt::format("pad by less than {}", a.window));
  return {{s.operands[0].dtype, with_spatial(x[0], over.places(), x.back())}};
}

/// start and step make one number of the elements under each window; finish(number, how many) what is stored.
template <class Step, class Finish> void pool_kernel(KernelBuilder& k, const Attributes& attributes, double start, Step step, Finish finish) {
  const Buffer x = k.operand(0);
  const WindowAxes over(spatial_extents(x.shape()), attributes.integers("window"), pool_steps(attributes));
  const List from = to_list(x.shape()), to = to_list(k.result().shape());
  k.parallel_loop_over(k.result().shape(), [&](std::span<const Integer> index) {
    const Scalar number = k.variable(Scalar(start));
    const Integer count = k.variable(Integer(0));
    k.loop_over(Shape(std::span<const int64_t>(over.window())), [&](std::span<const Integer> tap) {
      const auto under = over.element(part(index, 1, index.size() - 1), tap);
      const Integer steps = steps_if(under.there, 1);
      k.assign(count, count + steps);
      k.loop(steps, [&](Integer) { k.assign(number, step(number, x.real(flat_position(from, {index.first(1), under.at, index.last(1)})))); });
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

/// y_dot = the mean of x_dot over the elements under the window that equal y; where y is NaN none does, and y_dot is NaN.
Tangents max_pool_jvp(const JvpRule& r) {
  const Attributes steps = pool_steps(r.attributes);
  const Expr x = windows_p(r.operands[0], {}, steps);
  const int64_t taps = x.shape()[x.rank() - 2];
  Expr chosen = equal(x, for_each_tap(r.results[0], taps));
  if (steps.has("low") || steps.has("high")) chosen = logical_and(chosen, less(0.0, windows_of_ones(r.operands[0].type(), steps)));
  const Expr x_dot = windows_p(r.tangent(0), {}, steps);
  return {taps_total(select(chosen, x_dot, 0.0)) / taps_total(convert(chosen, x.type().dtype))};
}

bool counts_padding(const Attributes& attributes) { return !attributes.has("count_padding") || attributes.flag("count_padding"); }

Tangents average_pool_transpose(const TransposeRule& r) {
  const Type& x = r.operand_types[0];
  const int64_t taps = Shape(std::span<const int64_t>(r.attributes.integers("window"))).elements();
  const bool all = counts_padding(r.attributes) || !(r.attributes.has("low") || r.attributes.has("high"));
  const Expr share = all ? r.cotangent() / Expr(taps) : r.cotangent() / taps_total(windows_of_ones(x, pool_steps(r.attributes)));
  return {overlap_add_p(for_each_tap(share, taps), {}, with_size(pool_steps(r.attributes), x))};
}

template <auto& record> std::vector<Expr> batch_of(const BatchRule& r) {
  const Expr y = record(with_merged_batch(r.operands[0]), {}, r.attributes);
  return {with_split_batch(y, r.size, r.operands[0].shape()[1])};
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
  for (int64_t i = 0; i < Shape(shape).elements(); ++i) numbers.push_back(static_cast<double>(i * 7 % 11) - 3);  // no two of 11 alike
  return Array(Shape(shape), numbers);
}

}  // namespace

const Linear windows_p{{
    .name = "windows", .infer = infer_windows, .kernel = windows_kernel,
    .transpose = [](const TransposeRule& r) -> Tangents { return {overlap_add_p(r.cotangent(), {}, with_size(r.attributes, r.operand_types[0]))}; },
    .batch = batch_of<windows_p>,
    .examples = [] {
      const Array line({1, 3, 2}, {1, 2, 3, 4, 5, 6});  // planes have Hessians of more than 8 axes
      return std::vector<Example>{
          {{line}, {{"window", List{2}}}, {Array({1, 2, 2, 2}, {1, 2, 3, 4, 3, 4, 5, 6})}},
          {{line}, {{"window", List{2}}, {"stride", List{2}}, {"low", List{1}}, {"dilation", List{2}}}, {Array({1, 1, 2, 2}, {0, 0, 3, 4})}},
          {{Array(f64({1, 0, 1}))}, {{"window", List{1}}, {"low", List{1}}}, {Array({1, 1, 1, 1}, {0})}}};
    },
    .note = "[batch, spatial..., channels] -> [batch, places..., taps, channels]; zeros where a tap lies on padding",
    .attributes = {window_extents, window_stride, window_low, window_high, window_dilation},
    .access = Access::rearranges}};

const Linear overlap_add_p{{
    .name = "overlap_add", .infer = infer_overlap_add, .kernel = overlap_add_kernel,
    .transpose = [](const TransposeRule& r) -> Tangents { return {windows_p(r.cotangent(), {}, steps_of(r.attributes))}; },
    .batch = batch_of<overlap_add_p>,
    .examples = [] {
      const Array line({1, 2, 2, 1}, {1, 2, 3, 4});
      return std::vector<Example>{
          {{line}, {{"window", List{2}}}, {Array({1, 3, 1}, {1, 5, 4})}},
          {{line}, {{"window", List{2}}, {"stride", List{2}}, {"low", List{1}}, {"size", List{4}}}, {Array({1, 4, 1}, {2, 3, 4, 0})}},
          {{line}, {{"window", List{2}}, {"dilation", List{2}}}, {Array({1, 4, 1}, {1, 3, 2, 4})}}};
    },
    .note = "the transpose of windows: what lies on one element is added",
    .attributes = {window_extents, window_size, window_stride, window_low, window_high, window_dilation},
    .access = Access::once}};

const Composite max_pool_p{{
    .name = "max_pool", .infer = infer_pool,
    .kernel = [](KernelBuilder& k, const Attributes& attributes) {
      pool_kernel(k, attributes, -infinity, [](Scalar a, Scalar b) { return max(a, b); }, [](Scalar best, Integer) { return best; });
    },
    .jvp = max_pool_jvp,
    .batch = batch_of<max_pool_p>,
    .examples = [] {
      const Array line({1, 4, 2}, {1, 8, 3, -4, -5, 6, 7, 2});
      return std::vector<Example>{
          {{line}, {{"window", List{2}}}, {Array({1, 2, 2}, {3, 8, 7, 6})}},
          {{line}, {{"window", List{3}}, {"stride", List{2}}, {"low", List{1}}}, {Array({1, 2, 2}, {3, 8, 7, 6})}},
          {{counted({1, 3, 3, 1})}, {{"window", List{2, 2}}, {"stride", List{1, 1}}}, {Array({1, 2, 2, 1}, {7, 4, 7, 3})}},
          {{counted({1, 2, 3, 1})}, {{"window", List{2, 2}}, {"low", List{1, 0}}, {"high", List{1, 1}}}, {Array({1, 2, 2, 1}, {4, 0, 7, -1})}}};
    },
    .note = "at a tie equal shares of the derivative; padding does not count",
    .attributes = pool_fields}};

const Linear average_pool_p{{
    .name = "average_pool", .infer = infer_pool,
    .kernel = [](KernelBuilder& k, const Attributes& attributes) {
      const int64_t taps = Shape(std::span<const int64_t>(attributes.integers("window"))).elements();
      pool_kernel(k, attributes, 0, [](Scalar a, Scalar b) { return a + b; },
                  [&](Scalar total, Integer count) { return total / (counts_padding(attributes) ? Scalar(taps) : to_real(count)); });
    },
    .transpose = average_pool_transpose,
    .batch = batch_of<average_pool_p>,
    .examples = [] {
      const Array line({1, 4, 1}, {1, 3, -5, 7}), plane({1, 2, 2, 1}, {1, 2, 3, 4});
      return std::vector<Example>{
          {{line}, {{"window", List{2}}}, {Array({1, 2, 1}, {2, 1})}},
          {{line}, {{"window", List{2}}, {"low", List{1}}, {"high", List{1}}, {"count_padding", false}}, {Array({1, 3, 1}, {1, -1, 7})}},
          {{plane}, {{"window", List{2, 2}}, {"stride", List{1, 1}}, {"low", List{1, 0}}}, {Array({1, 2, 1, 1}, {0.75, 2.5})}}};
    },
    .attributes = {window_extents, pool_stride, window_low, window_high,
                   {"count_padding", AttributeField::Kind::flag, "padding counts as zeros; otherwise elements alone count", "true"}}}};

Expr max_pool(Sited x, List window, const Pooling& how) { return max_pool_p(x, {}, pool_attributes(window, how, x.expr.rank() - 2)); }

Expr average_pool(Sited x, List window, const Pooling& how, bool count_padding) {
  Attributes attributes = pool_attributes(window, how, x.expr.rank() - 2);
  if (!count_padding) attributes.set("count_padding", false);
  return average_pool_p(x, {}, attributes);
}

Expr windows(Sited x, List window, const WindowSteps& how) {
  const int axes = x.expr.rank() - 2;
  Attributes attributes = step_attributes({how.stride, how.padding, how.padding_high, how.dilation}, axes);
  attributes.set("window", for_axes(window, axes));
  return windows_p(x, {}, attributes);
}

}  // namespace wengert
