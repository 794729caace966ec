// SPDX-License-Identifier: Apache-2.0
//
// Convolutions against their definition, T(x, w, y) summed term by term, for every way that weights go over an array.
#include "wengert/primitives/convolution.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "derivative_checks.h"
#include "evaluated.h"
#include "wengert/primitives/arithmetic.h"
#include "wengert/primitives/reduce.h"

namespace wengert {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// A convolution of planes, its extents, and the terms of T.
struct Planes {
  int64_t batch, height, width, channels, taps, out, stride, padding, dilation, groups;

  Convolution how() const {
    return {.stride = {stride}, .padding = {padding}, .dilation = {dilation}, .groups = groups};
  }
  int64_t places(int64_t extent) const { return (extent + 2 * padding - (taps - 1) * dilation - 1) / stride + 1; }
  Type x() const { return f64({batch, height, width, channels}); }
  Type w() const { return f64({taps, taps, channels / groups, out}); }
  Type y() const { return f64({batch, places(height), places(width), out}); }

  /// term(place in x, in w, in y) for every product in T.
  template <class Term> void for_each_term(Term term) const {
    const Shape all{batch, places(height), places(width), taps, taps, channels / groups, out};
    for (int64_t flat = 0; flat < all.elements(); ++flat) {
      std::array<int64_t, 7> i{};
      for (int64_t axis = 6, rest = flat; axis >= 0; rest /= all[static_cast<int>(axis)], --axis)
        i[static_cast<size_t>(axis)] = rest % all[static_cast<int>(axis)];
      const auto [n, row, column, k, l, c, e] = i;
      const int64_t at = row * stride + k * dilation - padding, beside = column * stride + l * dilation - padding;
      if (at < 0 || at >= height || beside < 0 || beside >= width) continue;
      const int64_t channel = e / (out / groups) * (channels / groups) + c;
      term(((n * height + at) * width + beside) * channels + channel,
           ((k * taps + l) * (channels / groups) + c) * out + e,
           ((n * places(height) + row) * places(width) + column) * out + e);
    }
  }
};

const std::vector<Planes> planes{{1, 4, 5, 1, 2, 1, 1, 0, 1, 1}, {2, 5, 4, 2, 3, 3, 1, 1, 1, 1},
                                 {2, 6, 5, 3, 3, 2, 2, 1, 1, 1}, {1, 7, 7, 1, 3, 2, 1, 2, 2, 1},
                                 {1, 6, 6, 4, 2, 6, 3, 1, 2, 2}, {3, 4, 4, 4, 3, 4, 1, 1, 1, 4},
                                 {1, 5, 5, 2, 1, 3, 2, 0, 1, 1}, {1, 3, 3, 1, 3, 1, 2, 3, 1, 1}};

Array random_array(const Type& type, uint64_t key) {
  Random random(key);
  return random_values({type}, random)[0];
}

TEST(Convolve, is_the_sum_of_its_definition) {
  for (const Planes& p : planes) {
    const Array x = random_array(p.x(), 1), w = random_array(p.w(), 2);
    Array y = Array::filled(p.y(), 0);
    p.for_each_term([&](int64_t in_x, int64_t in_w, int64_t in_y) {
      y.mutable_values<double>()[static_cast<size_t>(in_y)] += x[in_x] * w[in_w];
    });
    EXPECT_TRUE(all_close({evaluated([&](Expr a, Expr b) { return convolve(a, b, p.how()); }, {x, w})}, {y}, 1e-14));
  }
}

TEST(ConvolveTransposed, is_the_sum_of_its_definition) {
  for (const Planes& p : planes) {
    const Array y = random_array(p.y(), 1), w = random_array(p.w(), 2);
    Array x = Array::filled(p.x(), 0);
    p.for_each_term([&](int64_t in_x, int64_t in_w, int64_t in_y) {
      x.mutable_values<double>()[static_cast<size_t>(in_x)] += y[in_y] * w[in_w];
    });
    const auto transposed = [&](Expr a, Expr b) { return convolve_transposed(a, b, p.how(), {p.height, p.width}); };
    EXPECT_TRUE(all_close({evaluated(transposed, {y, w})}, {x}, 1e-14));
  }
}

TEST(Convolve, has_the_gradients_of_its_definition) {
  for (const Planes& p : planes) {
    const Array x = random_array(p.x(), 1), w = random_array(p.w(), 2), y = random_array(p.y(), 3);
    Array x_bar = Array::filled(p.x(), 0), w_bar = Array::filled(p.w(), 0);
    p.for_each_term([&](int64_t in_x, int64_t in_w, int64_t in_y) {
      x_bar.mutable_values<double>()[static_cast<size_t>(in_x)] += y[in_y] * w[in_w];
      w_bar.mutable_values<double>()[static_cast<size_t>(in_w)] += y[in_y] * x[in_x];
    });
    const Program f =
        trace([&](Expr a, Expr b, Expr c) { return sum(convolve(a, b, p.how()) * c); }, {p.x(), p.w(), p.y()});
    const auto found = evaluate(grad(f), std::vector{x, w, y}, {.reference = true});
    EXPECT_TRUE(all_close({found[0], found[1]}, {x_bar, w_bar}, 1e-13));
  }
}

TEST(ConvolveTransposed, makes_the_smallest_of_the_sizes_that_there_are) {
  const auto size = [](const Convolution& how, std::vector<int64_t> asked) {
    const Program p =
        trace([&](Expr y, Expr w) { return convolve_transposed(y, w, how, asked); }, {f64({1, 5, 2}), f64({3, 4, 2})});
    return p.output_types()[0].shape;
  };
  EXPECT_EQ(size({}, {}), (Shape{1, 7, 4}));
  EXPECT_EQ(size({.stride = {2}, .padding = {1}}, {}), (Shape{1, 9, 4}));
  EXPECT_EQ(size({.stride = {2}, .padding = {1}}, {10}), (Shape{1, 10, 4}));
  EXPECT_EQ(size({.stride = {2}, .dilation = {3}, .groups = 2}, {}), (Shape{1, 15, 8}));
}

TEST(Convolve, takes_one_to_three_spatial_axes) {
  const auto ones = [](Shape shape) { return Array::filled({DType::f64, shape}, 1); };
  const auto f = [](Expr x, Expr w) { return convolve(x, w, {.padding = {1}}); };
  EXPECT_EQ(evaluated(f, {ones({1, 3, 1}), ones({3, 1, 1})}), Array({1, 3, 1}, {2, 3, 2}));
  EXPECT_EQ(evaluated(f, {ones({1, 1, 2, 2, 1}), ones({1, 3, 3, 1, 1})}).type(), f64({1, 3, 2, 2, 1}));
}

TEST(Convolve, pads_either_side_by_a_number_of_its_own) {
  const Array x({1, 2, 1}, {1, 2}), w({2, 1, 1}, {1, 10});
  const auto f = [](Expr a, Expr b) { return convolve(a, b, {.padding = {2}, .padding_high = {0}}); };
  EXPECT_EQ(evaluated(f, {x, w}), Array({1, 3, 1}, {0, 10, 21}));
}

TEST(Convolve, never_multiplies_by_padding) {
  const Array x({1, 2, 1}, {1, 2}), w({3, 1, 1}, {infinity, 1, 1});
  const auto f = [](Expr a, Expr b) { return convolve(a, b, {.padding = {1}}); };
  EXPECT_EQ(evaluated(f, {x, w}), Array({1, 2, 1}, {3, infinity}));
}

TEST(Convolve, refuses_what_does_not_fit) {
  const auto error = [](Convolution how, Type x, Type w) {
    return error_of([&](Expr a, Expr b) { return convolve(a, b, how); }, {x, w});
  };
  EXPECT_EQ(error({}, f64({1, 4, 2}), f64({3, 2, 1})), "none");
  EXPECT_EQ(error({}, f64({1, 4, 2}), f32({3, 2, 1})), "W206");
  EXPECT_EQ(error({}, f64({4, 2}), f64({3, 2})), "W206");
  EXPECT_EQ(error({}, f64({1, 1, 1, 1, 1, 1}), f64({1, 1, 1, 1, 1, 1})), "W206");
  EXPECT_EQ(error({}, f64({1, 4, 2}), f64({0, 2, 1})), "W206");
  EXPECT_EQ(error({.stride = {0}}, f64({1, 4, 2}), f64({3, 2, 1})), "W206");
  EXPECT_EQ(error({.stride = {2, 2}}, f64({1, 4, 2}), f64({3, 2, 1})), "W206");
  EXPECT_EQ(error({.padding = {-1}}, f64({1, 4, 2}), f64({3, 2, 1})), "W206");
  EXPECT_EQ(error({.dilation = {int64_t{1} << 48}}, f64({1, 4, 2}), f64({3, 2, 1})), "W206");
  EXPECT_EQ(error({}, f64({1, 2, 2}), f64({3, 2, 1})), "W212");
  EXPECT_EQ(error({}, f64({1, 4, 2}), f64({3, 3, 1})), "W213");
  EXPECT_EQ(error({.groups = 2}, f64({1, 4, 2}), f64({3, 1, 3})), "W213");
  EXPECT_EQ(error({.groups = 0}, f64({1, 4, 2}), f64({3, 2, 1})), "W213");
}

TEST(ConvolveTransposed, refuses_what_does_not_fit) {
  const auto error = [](Convolution how, std::vector<int64_t> size, Type y, Type w) {
    return error_of([&](Expr a, Expr b) { return convolve_transposed(a, b, how, size); }, {y, w});
  };
  EXPECT_EQ(error({}, {}, f64({1, 4, 2}), f64({3, 1, 2})), "none");
  EXPECT_EQ(error({}, {}, f64({1, 4, 2}), f64({3, 1, 1})), "W213");
  EXPECT_EQ(error({}, {7}, f64({1, 4, 2}), f64({3, 1, 2})), "W206");
  EXPECT_EQ(error({.stride = {2}}, {11}, f64({1, 4, 2}), f64({3, 1, 2})), "W206");
  EXPECT_EQ(error({.padding = {5}}, {}, f64({1, 4, 2}), f64({3, 1, 2})), "W206");
  EXPECT_EQ(error({}, {}, f64({1, 0, 2}), f64({3, 1, 2})), "W206");
  EXPECT_EQ(error({.stride = {int64_t{1} << 47}}, {}, f64({1, 9, 2}), f64({3, 1, 2})), "W206");
}

}  // namespace
}  // namespace wengert
