// SPDX-License-Identifier: Apache-2.0
//
// Windows that go over the spatial axes of an array [batch, spatial..., channels]: how the records about them read
// their attributes, what they refuse, and the loops of their kernels. For authors of records; users of the library do
// not need it.
//
// Along each spatial axis tap k of the window at place o lies on element o * stride + k * dilation - low of the
// operand, or on the padding around it.
#pragma once

#include <optional>
#include <vector>

#include "wengert/ir/primitive.h"
#include "wengert/kernel/kernel.h"
#include "wengert/primitives/families.h"

namespace wengert {

inline constexpr AttributeField window_stride{"stride", AttributeField::Kind::integers,
                                              "steps from window to window along each spatial axis", "1 each"};
inline constexpr AttributeField window_low{"low", AttributeField::Kind::integers,
                                           "places of padding before each spatial axis", "0 each"};
inline constexpr AttributeField window_high{"high", AttributeField::Kind::integers,
                                            "places of padding behind each spatial axis", "0 each"};
inline constexpr AttributeField window_dilation{"dilation", AttributeField::Kind::integers,
                                                "steps from tap to tap along each spatial axis", "1 each"};
inline constexpr AttributeField window_size{"size", AttributeField::Kind::integers, "spatial extents of the result",
                                            "the smallest there can be"};
inline constexpr AttributeField window_extents{"window", AttributeField::Kind::integers,
                                               "taps along each spatial axis"};

/// One spatial axis of an array that windows go over.
struct WindowAxis {
  int64_t input = 0, window = 1, stride = 1, low = 0, high = 0, dilation = 1;

  int64_t padded() const { return input + low + high; }
  int64_t reach() const { return (window - 1) * dilation + 1; }
  int64_t places() const { return (padded() - reach()) / stride + 1; }
  /// Whether some tap of some window lies on padding.
  bool leaves() const { return low > 0 || (places() - 1) * stride + reach() - low > input; }
};

/// Spatial extents of [batch, spatial..., channels].
std::vector<int64_t> spatial_extents(const Shape& shape);
/// [batch, spatial..., channels].
Shape with_spatial(int64_t batch, const std::vector<int64_t>& spatial, int64_t channels);

class WindowAxes {
 public:
  /// As the attributes `stride`, `low`, `high` and `dilation` say.
  WindowAxes(const std::vector<int64_t>& input, const std::vector<int64_t>& window, const Attributes& attributes);

  /// The same for an instruction that is being recorded.
  /// throws : ShapeError W206 for lists of another length or numbers that are none of strides, paddings, dilations;
  ///          W212 where a window is larger than the padded operand
  static WindowAxes checked(const Signature& s, const std::vector<int64_t>& input, const std::vector<int64_t>& window);
  /// The same where places of windows are given, and the attribute `size` says how many elements they go over: by
  /// default as few as there can be. throws : also ShapeError W206 for a size that has other places
  static WindowAxes checked_from_places(const Signature& s, const std::vector<int64_t>& places,
                                        const std::vector<int64_t>& window);
  static WindowAxes from_places(const std::vector<int64_t>& places, const std::vector<int64_t>& window,
                                const Attributes& attributes);

  const std::vector<WindowAxis>& axes() const { return axes_; }
  std::vector<int64_t> input() const;
  std::vector<int64_t> window() const;
  std::vector<int64_t> places() const;
  int64_t taps() const;

  /// Where a tap lies, and whether that is an element at all; a missing condition is always true.
  struct Tap {
    std::vector<Integer> at;
    std::optional<Boolean> there;
  };
  /// The element of the operand under tap k of the window at place o.
  Tap element(std::span<const Integer> o, std::span<const Integer> k) const;
  /// The place of the window whose tap k lies on element i.
  Tap place(std::span<const Integer> i, std::span<const Integer> k) const;

 private:
  std::vector<WindowAxis> axes_;
};

/// So many steps of a loop, or none.
inline Integer steps_if(const std::optional<Boolean>& condition, int64_t count) {
  return condition ? select_integer(*condition, Integer(count), 0) : Integer(count);
}
/// Row-major position of an index that is put together of parts.
Integer flat_position(const std::vector<int64_t>& extents, std::initializer_list<std::span<const Integer>> parts);
/// Extents that are put together of parts.
std::vector<int64_t> joined_extents(std::initializer_list<std::vector<int64_t>> parts);

/// Refuses what is no float array with `least` to `most` axes. throws : ShapeError W206
void check_spatial(const Signature& s, int least, int most, std::string_view what);
inline Shape joined_shape(std::initializer_list<std::vector<int64_t>> parts) { return Shape(joined_extents(parts)); }
/// The indices [first, last) of an index.
inline std::vector<Integer> index_part(std::span<const Integer> index, size_t first, size_t last) {
  return {index.begin() + static_cast<std::ptrdiff_t>(first), index.begin() + static_cast<std::ptrdiff_t>(last)};
}

/// Flat places in x [batch, elements..., channels], y [batch, places..., channels] and [batch, places..., taps...,
/// channels].
struct WindowPlaces {
  std::vector<int64_t> x, y, each_tap;

  WindowPlaces(const WindowAxes& over, const Shape& whole)
      : x(whole.begin(), whole.end()), y(joined_extents({{x[0]}, over.places(), {x.back()}})),
        each_tap(joined_extents({{x[0]}, over.places(), over.window(), {x.back()}})) {}

  using Index = std::span<const Integer>;
  Integer element(Integer n, Index at, Integer c) const { return flat_position(x, {{&n, 1}, at, {&c, 1}}); }
  Integer window(Integer n, Index o, Integer c) const { return flat_position(y, {{&n, 1}, o, {&c, 1}}); }
  Integer tap(Integer n, Index o, Index tap, Integer c) const {
    return flat_position(each_tap, {{&n, 1}, o, tap, {&c, 1}});
  }
};

/// visit(tap) for every tap of a window. A few are written out one after the other: a loop would cost more than its body.
template <class Visit> void for_each_tap_of(KernelBuilder& k, const std::vector<int64_t>& window, Visit visit) {
  constexpr int64_t most_written_out = 16;
  const Shape taps(std::span<const int64_t>(window.data(), window.size()));
  if (taps.elements() > most_written_out) return k.loop_over(taps, visit);
  for (int64_t flat = 0; flat < taps.elements(); ++flat) {
    std::vector<Integer> tap(window.size(), Integer(0));
    int64_t rest = flat;
    for (size_t axis = window.size(); axis-- > 0; rest /= window[axis]) tap[axis] = Integer(rest % window[axis]);
    visit(std::span<const Integer>(tap));
  }
}

/// visit(n, o, tap, under) for every array, window and tap, and what is under it; in the order of memory.
template <class Visit> void for_each_window_tap(KernelBuilder& k, const WindowAxes& over, int64_t batch, Visit visit) {
  k.loop_over(joined_shape({{batch}, over.places()}), [&](std::span<const Integer> index) {
    const auto o = index_part(index, 1, index.size());
    for_each_tap_of(k, over.window(), [&](std::span<const Integer> tap) { visit(index.front(), o, tap, over.element(o, tap)); });
  });
}

/// Zeros everywhere in x, to be added to.
inline void store_zeros(KernelBuilder& k, const Buffer& x) {
  k.parallel_loop(x.elements(), [&](Integer i) { x.store(i, Scalar(0.0)); });
}

/// `window` and how it goes: what records about the same windows have in common.
Attributes window_attributes(const Attributes& attributes);
/// The same with the spatial extents of `result` as `size`.
Attributes with_size(const Attributes& attributes, const Type& result);

/// How windows go, as users say it: lists with a number for each spatial axis, or one for all; empty: the usual one.
struct SaidSteps {
  const std::vector<int64_t>&stride, &padding, &padding_high, &dilation;
};
/// The attributes for `axes` spatial axes, without those that hold anyway, so that equal instructions have equal ones.
Attributes step_attributes(const SaidSteps& said, int axes);
/// One number for all of the axes, if one is given.
std::vector<int64_t> for_axes(const std::vector<int64_t>& list, int axes);

/// The batching of a record that treats each array of a batch alike: [count, batch, ...] as [count * batch, ...].
std::vector<Expr> batch_merged(const Primitive& primitive, const BatchRule& r);

}  // namespace wengert
