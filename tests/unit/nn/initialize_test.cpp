// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "wengert/nn/initialize.h"

namespace wengert {
namespace {

std::vector<double> draw(const std::string& text, const Shape& shape, uint64_t key = 1) {
  std::vector<double> elements(static_cast<size_t>(shape.elements()), std::nan(""));
  Random random(key);
  parse_initializer(text).fill(random, shape, elements);
  return elements;
}

struct Moments {
  double mean = 0, variance = 0, largest = 0;
};
Moments moments(const std::vector<double>& x) {
  Moments m;
  for (const double each : x) m.mean += each / static_cast<double>(x.size());
  for (const double each : x) {
    m.variance += (each - m.mean) * (each - m.mean) / static_cast<double>(x.size());
    m.largest = std::max(m.largest, std::abs(each));
  }
  return m;
}

TEST(Initialize, variances_are_those_of_the_papers) {
  const Shape shape{300, 100};  // fan_in 300, fan_out 100
  const auto close = [&](const char* text, double variance) {
    const Moments m = moments(draw(text, shape));
    EXPECT_NEAR(m.variance / variance, 1, 0.03) << text;  // 30000 draws: the ratio's deviation is below 0.0082
    EXPECT_NEAR(m.mean / std::sqrt(variance), 0, 0.03) << text;
  };
  close("xavier_uniform", 2.0 / 400);
  close("xavier_normal", 2.0 / 400);
  close("he_uniform", 2.0 / 300);
  close("he_normal", 2.0 / 300);
  close("normal 0 0.25", 0.0625);
  close("uniform -0.3 0.3", 0.03);
}

TEST(Initialize, uniform_draws_stay_within_their_bounds) {
  EXPECT_LT(moments(draw("xavier_uniform", {300, 100})).largest, std::sqrt(6.0 / 400));
  EXPECT_GT(moments(draw("xavier_uniform", {300, 100})).largest, 0.999 * std::sqrt(6.0 / 400));
  EXPECT_LE(moments(draw("he_uniform", {300, 100})).largest, std::sqrt(6.0 / 300));
  EXPECT_LE(moments(draw("uniform -0.3 0.3", {300, 100})).largest, 0.3);
}

TEST(Initialize, fans_count_a_receptive_field) {
  EXPECT_EQ(fans_of({5, 7}).in, 5);
  EXPECT_EQ(fans_of({5, 7}).out, 7);
  EXPECT_EQ(fans_of({3, 3, 16, 32}).in, 144);
  EXPECT_EQ(fans_of({3, 3, 16, 32}).out, 288);
  EXPECT_EQ(fans_of({9}).in, 9);
  EXPECT_EQ(fans_of({}).in, 1);
}

/// The largest entry of |M' M - gain^2 I| over the columns, or over the rows where they are fewer.
double distance_from_orthonormal(const std::vector<double>& m, size_t rows, size_t columns, double gain) {
  const bool tall = rows >= columns;
  const size_t count = std::min(rows, columns), length = std::max(rows, columns);
  const auto at = [&](size_t vector, size_t i) { return tall ? m[i * columns + vector] : m[vector * columns + i]; };
  double worst = 0;
  for (size_t a = 0; a < count; ++a)
    for (size_t b = 0; b < count; ++b) {
      double product = 0;
      for (size_t i = 0; i < length; ++i) product += at(a, i) * at(b, i);
      worst = std::max(worst, std::abs(product - (a == b ? gain * gain : 0)));
    }
  return worst;
}

TEST(Initialize, orthogonal_vectors_are_orthonormal_up_to_the_gain) {
  EXPECT_LT(distance_from_orthonormal(draw("orthogonal", {40, 40}), 40, 40, 1), 1e-14);
  EXPECT_LT(distance_from_orthonormal(draw("orthogonal", {50, 20}), 50, 20, 1), 1e-14);
  EXPECT_LT(distance_from_orthonormal(draw("orthogonal gain=2", {20, 50}), 20, 50, 2), 1e-13);
  EXPECT_LT(distance_from_orthonormal(draw("orthogonal", {3, 3, 2, 8}), 18, 8, 1), 1e-14);
}

TEST(Initialize, orthogonal_matrices_have_no_preferred_sign) {
  double sum = 0;  // of 1000 first entries of 2 x 2 rotations and reflections: mean 0, variance 1/2
  for (uint64_t key = 0; key < 1000; ++key) sum += draw("orthogonal", {2, 2}, key)[0];
  EXPECT_LT(std::abs(sum), 4 * std::sqrt(500.0));
}

TEST(Initialize, sparse_units_have_so_many_incoming_weights) {
  const auto m = draw("sparse 15", {100, 30});
  double squares = 0;
  for (size_t unit = 0; unit < 30; ++unit) {
    int nonzero = 0;
    for (size_t i = 0; i < 100; ++i) nonzero += m[i * 30 + unit] != 0;
    EXPECT_EQ(nonzero, 15);
  }
  for (const double x : m) squares += x * x;
  EXPECT_NEAR(squares / 450, 1, 0.3);
  const auto few = draw("sparse 15", {4, 2});
  EXPECT_EQ(std::count(few.begin(), few.end(), 0.0), 0) << "all of them where there are fewer";
}

TEST(Initialize, constants_are_constant) {
  EXPECT_EQ(draw("zeros", {2}), (std::vector<double>{0, 0}));
  EXPECT_EQ(draw("constant 0.1", {2}), (std::vector<double>{0.1, 0.1}));
}

TEST(Initialize, one_key_gives_one_array_and_another_key_another) {
  for (const char* text : {"he_normal", "xavier_uniform", "orthogonal", "sparse 3", "uniform 0 1", "normal"}) {
    EXPECT_EQ(draw(text, {6, 5}, 7), draw(text, {6, 5}, 7)) << text;
    EXPECT_NE(draw(text, {6, 5}, 7), draw(text, {6, 5}, 8)) << text;
  }
}

TEST(Initialize, shapes_without_elements_are_left_alone) {
  for (const char* text : {"he_normal", "orthogonal", "sparse", "zeros"}) {
    EXPECT_TRUE(draw(text, {0, 5}).empty()) << text;
    EXPECT_TRUE(draw(text, {5, 0}).empty()) << text;
    EXPECT_EQ(draw(text, {}).size(), 1u) << text;
  }
}

TEST(Initialize, texts_are_kept_in_canonical_form) {
  EXPECT_EQ(parse_initializer("normal 0 1").text, "normal");
  EXPECT_EQ(parse_initializer("uniform low=-0.3 high=0.3").text, "uniform -0.3 0.3");
  EXPECT_EQ(parse_initializer("sparse incoming=4").text, "sparse incoming=4");
}

}  // namespace
}  // namespace wengert
