// SPDX-License-Identifier: Apache-2.0
#include "wengert/primitives/windows.h"

#include <fmt/format.h>

#include "wengert/primitives/window_axes.h"

namespace wengert {
namespace {

using List = std::vector<int64_t>;

std::vector<Type> infer_windows(const Signature& s) {
  check_spatial(s, 3, 5, "[batch, spatial..., channels]");
  const Shape& x = s.operands[0].shape;
  const auto over = WindowAxes::checked(s, spatial_extents(x), s.attributes.integers("window"));
  return {{s.operands[0].dtype, joined_shape({{x[0]}, over.places(), {over.taps(), x.back()}})}};
}

void windows_kernel(KernelBuilder& k, const Attributes& attributes) {
  const Buffer x = k.operand(0), y = k.result();
  const WindowAxes over(spatial_extents(x.shape()), attributes.integers("window"), attributes);
  const WindowPlaces at(over, x.shape());
  for_each_window_tap(k, over, x.shape()[0], [&](Integer n, auto& o, auto& tap, const WindowAxes::Tap& under) {
    const bool always = !under.there, never = x.type().elements() == 0;
    k.parallel_loop(x.shape().back(), [&](Integer c) {
      if (always || never)
        return y.store(at.tap(n, o, tap, c), never ? Scalar(0.0) : x.real(at.element(n, under.at, c)));
      const Integer from = select_integer(*under.there, at.element(n, under.at, c), 0);
      y.store(at.tap(n, o, tap, c), select(*under.there, x.real(from), 0));
    });
  });
}

std::vector<Type> infer_overlap_add(const Signature& s) {
  const List window = s.attributes.integers("window");
  check_spatial(s, 4, 6, "[batch, places..., taps, channels]");
  const Shape& y = s.operands[0].shape;
  const List places = spatial_extents(y.without(y.rank() - 2));
  const auto over = WindowAxes::checked_from_places(s, places, window);
  s.require(y[y.rank() - 2] == over.taps(),
            fmt::format("[batch, places..., {}, channels] for windows of {} taps", over.taps(), over.taps()),
            "the last but one axis counts the taps of a window");
  return {{s.operands[0].dtype, with_spatial(y[0], over.input(), y.back())}};
}

void overlap_add_kernel(KernelBuilder& k, const Attributes& attributes) {
  const Buffer y = k.operand(0), x = k.result();
  const List places = spatial_extents(y.shape().without(y.shape().rank() - 2));
  const WindowAxes over = WindowAxes::from_places(places, attributes.integers("window"), attributes);
  const WindowPlaces at(over, x.shape());
  store_zeros(k, x);
  for_each_window_tap(k, over, y.shape()[0], [&](Integer n, auto& o, auto& tap, const WindowAxes::Tap& under) {
    k.parallel_loop(steps_if(under.there, y.shape().back()), [&](Integer c) {
      x.add(at.element(n, under.at, c), y.real(at.tap(n, o, tap, c)));
    });
  });
}

}  // namespace

const Linear windows_p{
    {.name = "windows",
     .infer = infer_windows,
     .kernel = windows_kernel,
     .transpose = [](const TransposeRule& r) -> Tangents {
       return {overlap_add_p(r.cotangent(), {}, with_size(r.attributes, r.operand_types[0]))};
     },
     .batch = [](const BatchRule& r) { return batch_merged(windows_p, r); },
     .examples =
         [] {
           const Array line({1, 3, 2}, {1, 2, 3, 4, 5, 6});  // planes have Hessians of more than 8 axes
           return std::vector<Example>{
               {{line}, {{"window", List{2}}}, {Array({1, 2, 2, 2}, {1, 2, 3, 4, 3, 4, 5, 6})}},
               {{line},
                {{"window", List{2}}, {"stride", List{2}}, {"low", List{1}}, {"dilation", List{2}}},
                {Array({1, 1, 2, 2}, {0, 0, 3, 4})}},
               {{Array(f64({1, 0, 1}))}, {{"window", List{1}}, {"low", List{1}}}, {Array({1, 1, 1, 1}, {0})}}};
         },
     .note = "[batch, spatial..., channels] -> [batch, places..., taps, channels]; zeros where a tap lies on padding",
     .attributes = {window_extents, window_stride, window_low, window_high, window_dilation}}};

const Linear overlap_add_p{
    {.name = "overlap_add",
     .infer = infer_overlap_add,
     .kernel = overlap_add_kernel,
     .transpose = [](const TransposeRule& r) -> Tangents {
       return {windows_p(r.cotangent(), {}, window_attributes(r.attributes))};
     },
     .batch = [](const BatchRule& r) { return batch_merged(overlap_add_p, r); },
     .examples =
         [] {
           const Array line({1, 2, 2, 1}, {1, 2, 3, 4});
           return std::vector<Example>{
               {{line}, {{"window", List{2}}}, {Array({1, 3, 1}, {1, 5, 4})}},
               {{line},
                {{"window", List{2}}, {"stride", List{2}}, {"low", List{1}}, {"size", List{4}}},
                {Array({1, 4, 1}, {2, 3, 4, 0})}},
               {{line}, {{"window", List{2}}, {"dilation", List{2}}}, {Array({1, 4, 1}, {1, 3, 2, 4})}}};
         },
     .note = "the transpose of windows: what lies on one element is added",
     .attributes = {window_extents, window_size, window_stride, window_low, window_high, window_dilation}}};

Expr windows(Sited x, List window, const WindowSteps& how) {
  const int axes = x.expr.rank() - 2;
  Attributes attributes = step_attributes({how.stride, how.padding, how.padding_high, how.dilation}, axes);
  attributes.set("window", for_axes(window, axes));
  return windows_p(x, {}, attributes);
}

}  // namespace wengert
