// SPDX-License-Identifier: Apache-2.0
//
// Every candidate for convolutions against sums in f64: windows, strides, paddings, dilations and groups drawn at
// random, widths around those of strips; and as the interpreter runs them.
#include "wengert/exec/convolve.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <thread>

#include "derivative_checks.h"
#include "same_values.h"
#include "wengert/base/random.h"
#include "wengert/exec/interpreter.h"
#include "wengert/primitives/convolution.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

using Result = ConvolveShape::Result;

/// x, w and y of a shape, and the derivatives of T by each.
struct Case {
  ConvolveShape shape;
  std::vector<double> x, w, y, by_x, by_w, by_y;

  explicit Case(const ConvolveShape& s, uint64_t key = 1) : shape(s) {
    while (shape.axes.size() < 2) shape.axes.insert(shape.axes.begin(), ConvolveAxis{});
    const auto& [a, b] = std::array{shape.axes[0], shape.axes[1]};
    const auto size = [](int64_t n) { return static_cast<size_t>(n); };
    x.resize(size(s.batch * a.input * b.input * s.groups * s.c));
    w.resize(size(a.window * b.window * s.c * s.groups * s.e));
    y.resize(size(s.batch * a.places * b.places * s.groups * s.e));
    Random random(key);
    for (auto* all : {&x, &w, &y})
      for (double& value : *all) value = static_cast<double>(static_cast<float>(random.uniform(-1, 1)));
    by_x.resize(x.size());
    by_w.resize(w.size());
    by_y.resize(y.size());
    const Shape pairs{s.batch, a.places, b.places, a.window, b.window};
    for (int64_t flat = 0; flat < pairs.elements(); ++flat) add_terms(pairs, flat);
  }

  /// All channels of one tap at one place.
  void add_terms(const Shape& pairs, int64_t flat) {
    int64_t i[5];
    for (int axis = 4; axis >= 0; flat /= pairs[axis], --axis) i[axis] = flat % pairs[axis];
    const ConvolveAxis &a = shape.axes[0], &b = shape.axes[1];
    const int64_t at = i[1] * a.stride + i[3] * a.dilation - a.low,
                  beside = i[2] * b.stride + i[4] * b.dilation - b.low;
    if (at < 0 || beside < 0 || at >= a.input || beside >= b.input) return;
    const int64_t in_x = ((i[0] * a.input + at) * b.input + beside) * shape.groups * shape.c,
                  row = shape.groups * shape.e;
    const int64_t in_w = (i[3] * b.window + i[4]) * shape.c * row,
                  in_y = ((i[0] * a.places + i[1]) * b.places + i[2]) * row;
    for (int64_t g = 0; g < shape.groups; ++g)
      for (int64_t c = 0; c < shape.c; ++c)
        for (int64_t e = g * shape.e; e < (g + 1) * shape.e; ++e) {
          const auto p = static_cast<size_t>(in_x + g * shape.c + c), q = static_cast<size_t>(in_w + c * row + e),
                     r = static_cast<size_t>(in_y + e);
          by_x[p] += w[q] * y[r];
          by_w[q] += x[p] * y[r];
          by_y[r] += x[p] * w[q];
        }
  }

  template <class T> std::vector<T> run(const ConvolveKernel& kernel) const {
    const auto in = [](const std::vector<double>& from) { return std::vector<T>(from.begin(), from.end()); };
    const std::vector<T> a = in(kernel_operands().first), b = in(kernel_operands().second);
    std::vector<T> result(expected().size(), T(7));
    kernel(a.data(), b.data(), result.data());
    return result;
  }
  std::pair<const std::vector<double>&, const std::vector<double>&> kernel_operands() const {
    return {shape.result == Result::x ? y : x, shape.result == Result::w ? y : w};
  }
  const std::vector<double>& expected() const {
    return shape.result == Result::x ? by_x : shape.result == Result::w ? by_w : by_y;
  }
};

template <class T> testing::AssertionResult agrees(const Case& c, const ConvolveKernel& kernel) {
  const auto found = c.run<T>(kernel);
  for (size_t i = 0; i < found.size(); ++i) {
    const double wanted = c.expected()[i], tolerance = 200 * static_cast<double>(std::numeric_limits<T>::epsilon());
    if (!(std::abs(static_cast<double>(found[i]) - wanted) <= tolerance * (1 + std::abs(wanted))))
      return testing::AssertionFailure() << "element " << i << " is " << found[i] << ", expected " << wanted;
  }
  return testing::AssertionSuccess();
}

void check_candidates(const ConvolveShape& shape) {
  Case c(shape);
  for (const Result result : {Result::y, Result::x, Result::w})
    for (const ConvolveCandidate& candidate : convolve_candidates())
      for (const DType dtype : {DType::f64, DType::f32}) {
        c.shape.result = result;
        c.shape.dtype = dtype;
        const ConvolveKernel kernel = candidate.kernel(c.shape);
        if (!kernel) continue;
        ASSERT_TRUE(dtype == DType::f64 ? agrees<double>(c, kernel) : agrees<float>(c, kernel))
            << candidate.name << " " << to_string(dtype) << " result " << static_cast<int>(result);
      }
}

ConvolveAxis axis(int64_t input, int64_t window, int64_t stride = 1, int64_t low = 0, int64_t high = 0,
                  int64_t dilation = 1) {
  const int64_t reach = (window - 1) * dilation + 1, whole = std::max(input + low + high, reach);
  return {whole - low - high, window, (whole - reach) / stride + 1, stride, low, dilation};
}

TEST(Convolve, of_any_shape_agrees_with_its_definition) {
  Random random(3);
  const auto from = [&](int64_t low, int64_t high) {
    return low + static_cast<int64_t>(random.uniform(0, 1) * static_cast<double>(high - low + 1));
  };
  for (int trial = 0; trial < 60; ++trial) {
    ConvolveShape s{.batch = from(1, 3), .groups = trial % 3 == 0 ? from(1, 3) : 1, .c = from(1, 5), .e = from(1, 12)};
    for (int64_t k = from(1, 2); k > 0; --k)
      s.axes.push_back(axis(from(1, 8), from(1, 4), from(1, 3), from(0, 3), from(0, 3), from(1, 2)));
    check_candidates(s);
    if (HasFatalFailure()) FAIL() << "trial " << trial;
  }
}

TEST(Convolve, of_widths_around_those_of_strips_agrees_with_its_definition) {
  for (const int64_t width : {1, 3, 4, 7, 8, 9, 15, 16, 17, 24, 33}) {
    check_candidates({.batch = 2, .c = 2, .e = width, .axes = {axis(4, 3, 1, 1, 1)}});
    check_candidates({.batch = 2, .c = width, .e = 2, .axes = {axis(4, 3, 1, 1, 1)}});
  }
}

TEST(Convolve, gives_the_same_bits_wherever_an_array_stands_in_the_batch) {
  const ConvolveAxis a = axis(7, 3, 1, 1, 1);
  for (const Result result : {Result::y, Result::x}) {
    const Case one({.dtype = DType::f32, .result = result, .batch = 1, .c = 3, .e = 10, .axes = {a, a}});
    Case many({.dtype = DType::f32, .result = result, .batch = 11, .c = 3, .e = 10, .axes = {a, a}});
    for (int64_t n = 0; n < 11; ++n) {
      std::ranges::copy(one.x, many.x.begin() + n * static_cast<int64_t>(one.x.size()));
      std::ranges::copy(one.y, many.y.begin() + n * static_cast<int64_t>(one.y.size()));
    }
    many.w = one.w;
    const auto expected = one.run<float>(choose_convolve(one.shape)),
               found = many.run<float>(choose_convolve(many.shape));
    for (size_t i = 0; i < found.size(); ++i) ASSERT_EQ(found[i], expected[i % expected.size()]) << i;
  }
}

TEST(Convolve, may_be_called_by_several_threads) {
  const ConvolveAxis a = axis(9, 3, 1, 1, 1);
  const Case c({.dtype = DType::f32, .result = Result::w, .batch = 3, .c = 5, .e = 9, .axes = {a, a}});
  const ConvolveKernel kernel = choose_convolve(c.shape);
  const auto expected = c.run<float>(kernel);
  std::vector<std::vector<float>> found(4);
  std::vector<std::thread> threads;
  for (auto& result : found) threads.emplace_back([&] { result = c.run<float>(kernel); });
  for (std::thread& thread : threads) thread.join();
  for (const auto& result : found) EXPECT_EQ(result, expected);
}

TEST(Convolve, has_no_tables_of_many_millions_of_entries) {
  EXPECT_FALSE(choose_convolve({.axes = {axis(100'000, 50'000, 1, 25'000, 25'000)}}));
}

TEST(NativeConvolve, agrees_with_the_reference) {
  for (const DType dtype : {DType::f64, DType::f32}) {
    const std::vector<Type> types{{dtype, {2, 9, 8, 4}}, {dtype, {3, 3, 2, 6}}, {dtype, {2, 5, 4, 6}}};
    const Attributes how{{"stride", std::vector<int64_t>{2, 2}},
                         {"low", std::vector<int64_t>{1, 1}},
                         {"high", std::vector<int64_t>{1, 1}},
                         {"groups", int64_t{2}}};
    const auto with = [&](std::string name, std::vector<int64_t> list) {
      Attributes all = how;
      all.set(std::move(name), std::move(list));
      return all;
    };
    const Program p = trace(
        [&](Expr x, Expr w, Expr y) {
          return std::vector<Expr>{convolve_p(x, {w}, how), convolve_transposed_p(y, {w}, with("size", {9, 8})),
                                   convolve_weights_p(x, {y}, with("window", {3, 3}))};
        },
        types);
    Random random(4);
    const auto x = random_values(types, random);
    EXPECT_TRUE(all_close(evaluate(p, x), evaluate(p, x, {.reference = true}), dtype == DType::f64 ? 1e-13 : 1e-5));
  }
}

TEST(NativeConvolve, equals_the_reference_to_the_last_bit_where_small) {
  const std::vector<Type> types{f32({1, 6, 6, 2}), f32({3, 3, 2, 4})};
  const Program p = trace([](Expr x, Expr w) { return convolve(x, w, {.padding = {1}}); }, types);
  Random random(5);
  const auto x = random_values(types, random);
  EXPECT_TRUE(same_values(evaluate(p, x), evaluate(p, x, {.reference = true})));
}

}  // namespace
}  // namespace wengert
