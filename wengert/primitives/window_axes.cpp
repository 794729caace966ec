// SPDX-License-Identifier: Apache-2.0
#include "wengert/primitives/window_axes.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "wengert/primitives/rearrange.h"

namespace wengert {
namespace {

using List = std::vector<int64_t>;

constexpr int64_t most_elements = int64_t{1} << 48;  // of a Shape: so nothing overflows

List list_or(const Attributes& attributes, std::string_view name, int64_t usual, size_t count) {
  return attributes.has(name) ? attributes.integers(name) : List(count, usual);
}

/// Refuses a list that has not one number for each spatial axis, or a number out of range.
void check_list(const Signature& s, std::string_view name, const List& list, int64_t least, size_t axes) {
  const bool numbers = std::ranges::all_of(list, [&](int64_t x) { return x >= least && x <= most_elements; });
  if (list.size() == axes && numbers) return;
  const std::string expected =
      fmt::format("{} numbers of at least {} as {}, one for each spatial axis", axes, least, name);
  s.refuse(fmt::format("{}, not [{}]", expected, fmt::join(list, ", ")),
           fmt::format("give {} {} number{}, of {} or more", name, axes, axes == 1 ? "" : "s", least));
}

/// All but how many elements there are.
void check_attributes(const Signature& s, const List& window, size_t axes) {
  const List stride = list_or(s.attributes, "stride", 1, axes), dilation = list_or(s.attributes, "dilation", 1, axes);
  check_list(s, "window", window, 1, axes);
  check_list(s, "stride", stride, 1, axes);
  check_list(s, "dilation", dilation, 1, axes);
  for (std::string_view name : {"low", "high"}) check_list(s, name, list_or(s.attributes, name, 0, axes), 0, axes);
  for (size_t k = 0; k < axes; ++k)
    if (window[k] > 1 && dilation[k] > most_elements / (window[k] - 1))
      s.refuse(fmt::format("windows of at most 2^48 places, not {} taps of dilation {}", window[k], dilation[k]),
               "take a smaller dilation");
}

Attributes without_size(const Attributes& attributes) {
  Attributes rest;
  for (const auto& [name, value] : attributes)
    if (name != "size") rest.set(name, value);
  return rest;
}

[[noreturn]] void too_large(const Signature& s, size_t number, const WindowAxis& a) {
  const std::string padding = a.low + a.high == 0 ? "" : fmt::format(" with {} + {} of padding", a.low, a.high);
  const std::string dilation =
      a.dilation == 1 ? "" : fmt::format(" of dilation {}, {} from end to end", a.dilation, a.reach());
  const int64_t missing = a.reach() - a.padded(), fewer = (missing + a.dilation - 1) / a.dilation;
  throw ShapeError("W212",
                   fmt::format("the windows of {} have {} taps{}; spatial axis {} has {} element{}{}", s.primitive.name,
                               a.window, dilation, number, a.input, a.input == 1 ? "" : "s", padding),
                   {},
                   fewer < a.window
                       ? fmt::format("take a window that is smaller by {}, or pad by {} more", fewer, missing)
                       : fmt::format("pad by {} more", missing));
}

}  // namespace

List spatial_extents(const Shape& shape) {
  const auto all = shape.extents();
  return {all.begin() + 1, all.end() - 1};
}

Shape with_spatial(int64_t batch, const List& spatial, int64_t channels) {
  return Shape(joined_extents({{batch}, spatial, {channels}}));
}

WindowAxes::WindowAxes(const List& input, const List& window, const Attributes& attributes) {
  const size_t count = input.size();
  const List stride = list_or(attributes, "stride", 1, count), dilation = list_or(attributes, "dilation", 1, count);
  const List low = list_or(attributes, "low", 0, count), high = list_or(attributes, "high", 0, count);
  for (size_t k = 0; k < count; ++k) axes_.push_back({input[k], window[k], stride[k], low[k], high[k], dilation[k]});
}

WindowAxes WindowAxes::checked(const Signature& s, const List& input, const List& window) {
  check_attributes(s, window, input.size());
  const WindowAxes windows(input, window, s.attributes);
  for (size_t k = 0; k < input.size(); ++k)
    if (windows.axes()[k].reach() > windows.axes()[k].padded()) too_large(s, k, windows.axes()[k]);
  return windows;
}

WindowAxes WindowAxes::from_places(const List& places, const List& window, const Attributes& attributes) {
  if (attributes.has("size")) return {attributes.integers("size"), window, attributes};
  WindowAxes windows(places, window, attributes);
  for (size_t k = 0; k < places.size(); ++k) {
    WindowAxis& a = windows.axes_[k];
    a.input = (places[k] - 1) * a.stride + a.reach() - a.low - a.high;
  }
  return windows;
}

WindowAxes WindowAxes::checked_from_places(const Signature& s, const List& places, const List& window) {
  const size_t count = places.size();
  if (s.attributes.has("size")) check_list(s, "size", s.attributes.integers("size"), 0, count);
  check_attributes(s, window, count);
  const List stride = list_or(s.attributes, "stride", 1, count);
  for (size_t k = 0; k < count; ++k)
    if (places[k] < 1 || (places[k] > 1 && stride[k] > most_elements / (places[k] - 1)))
      s.refuse("at least one window along each spatial axis, and less than 2^48 elements under all of them",
               "check extents and strides");
  const WindowAxes least = from_places(places, window, without_size(s.attributes)),
                   windows = from_places(places, window, s.attributes);
  for (size_t k = 0; k < count; ++k) {
    const int64_t smallest = least.axes()[k].input, largest = smallest + stride[k] - 1, found = windows.axes()[k].input;
    if (found >= std::max<int64_t>(smallest, 0) && found <= largest) continue;
    if (largest < 0) s.refuse("padding that leaves something of the result", fmt::format("pad by {} less", -largest));
    s.refuse(fmt::format("a size that windows go over in {} steps along spatial axis {}, not {}", places[k], k, found),
             stride[k] == 1 ? fmt::format("make it {}", smallest)
                            : fmt::format("make it {} to {}", std::max<int64_t>(smallest, 0), largest));
  }
  return windows;
}

List WindowAxes::input() const {
  List list;
  for (const WindowAxis& a : axes_) list.push_back(a.input);
  return list;
}
List WindowAxes::window() const {
  List list;
  for (const WindowAxis& a : axes_) list.push_back(a.window);
  return list;
}
List WindowAxes::places() const {
  List list;
  for (const WindowAxis& a : axes_) list.push_back(a.places());
  return list;
}
int64_t WindowAxes::taps() const { return Shape(std::span<const int64_t>(window())).elements(); }

WindowAxes::Tap WindowAxes::element(std::span<const Integer> o, std::span<const Integer> k) const {
  Tap tap;
  const auto need = [&](Boolean condition) { tap.there = tap.there ? logical_and(*tap.there, condition) : condition; };
  for (size_t axis = 0; axis < axes_.size(); ++axis) {
    const WindowAxis& a = axes_[axis];
    const Integer at = o[axis] * Integer(a.stride) + k[axis] * Integer(a.dilation) - Integer(a.low);
    if (a.low > 0) need(integer_less(Integer(-1), at));
    if (a.leaves()) need(integer_less(at, Integer(a.input)));
    tap.at.push_back(at);
  }
  return tap;
}

WindowAxes::Tap WindowAxes::place(std::span<const Integer> i, std::span<const Integer> k) const {
  Tap tap;
  const auto need = [&](Boolean condition) { tap.there = tap.there ? logical_and(*tap.there, condition) : condition; };
  for (size_t axis = 0; axis < axes_.size(); ++axis) {
    const WindowAxis& a = axes_[axis];
    const Integer from_first = i[axis] + Integer(a.low) - k[axis] * Integer(a.dilation), stride(a.stride);
    const Integer at = a.stride == 1 ? from_first : from_first / stride;
    need(integer_less(Integer(-1), from_first));
    if (a.stride > 1) need(integer_equal(at * stride, from_first));
    need(integer_less(at, Integer(a.places())));
    tap.at.push_back(at);
  }
  return tap;
}

Integer flat_position(const List& extents, std::initializer_list<std::span<const Integer>> parts) {
  std::optional<Integer> flat;
  size_t axis = 0;
  for (const auto& part : parts)
    for (const Integer& i : part) {
      flat = flat ? *flat * Integer(extents[axis]) + i : i;
      ++axis;
    }
  return *flat;
}

List joined_extents(std::initializer_list<List> parts) {
  List extents;
  for (const List& part : parts) extents.insert(extents.end(), part.begin(), part.end());
  return extents;
}

List for_axes(const List& list, int axes) {
  return list.size() == 1 && axes > 0 ? List(static_cast<size_t>(axes), list[0]) : list;
}

Attributes step_attributes(const SaidSteps& said, int axes) {
  Attributes attributes;
  const auto set_unless_usual = [&](std::string name, const List& list, int64_t usual) {
    const List whole = for_axes(list, axes);
    if (std::ranges::any_of(whole, [&](int64_t x) { return x != usual; })) attributes.set(std::move(name), whole);
  };
  set_unless_usual("stride", said.stride, 1);
  set_unless_usual("low", said.padding, 0);
  set_unless_usual("high", said.padding_high.empty() ? said.padding : said.padding_high, 0);
  set_unless_usual("dilation", said.dilation, 1);
  return attributes;
}

std::vector<Expr> batch_merged(const Primitive& primitive, const BatchRule& r) {
  std::vector<Expr> operands(r.operands.begin(), r.operands.end());
  int64_t batch = 0;
  for (size_t k = 0; k < operands.size(); ++k) {
    if (!r.batched[k]) continue;
    const Shape shape = operands[k].shape();
    batch = shape[1];
    operands[k] = reshape(operands[k], shape.without(0).without(0).with(0, shape[0] * shape[1]));
  }
  const Expr y = record_all(primitive, operands, r.attributes)[0];
  return {reshape(y, y.shape().without(0).with(0, batch).with(0, r.size))};
}

void check_spatial(const Signature& s, int least, int most, std::string_view what) {
  const Type& x = s.operands[0];
  s.require(is_float(x.dtype), "a float operand", "cast it to f64 or f32 first");
  s.require(x.shape.rank() >= least && x.shape.rank() <= most, fmt::format("1 to 3 spatial axes, {}", what),
            "reshape: an image of one channel is [1, height, width, 1]");
}

Attributes window_attributes(const Attributes& attributes) {
  Attributes result;
  for (const auto& [name, value] : attributes)
    if (name != "size" && name != "count_padding") result.set(name, value);
  return result;
}

Attributes with_size(const Attributes& attributes, const Type& result) {
  Attributes all = window_attributes(attributes);
  all.set("size", spatial_extents(result.shape));
  return all;
}
}  // namespace wengert
