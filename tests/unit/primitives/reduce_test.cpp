// SPDX-License-Identifier: Apache-2.0
//
// Reductions at their special values: ties, NaN, infinities, no elements, rounding.
#include "wengert/primitives/reduce.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

#include "evaluated.h"

namespace wengert {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
const Array plane({2, 3}, {1, 2, 3, 4, 5, 6});

TEST(Sum, adds_f32_in_f64) {
  const std::vector<double> terms{1e8, 1, -1e8};
  EXPECT_EQ(evaluated([](Expr x) { return sum(x); }, {Array({3}, terms).as(DType::f32)}), Array(1.0).as(DType::f32));
}

TEST(Sum, counts_negative_axes_from_the_end) {
  EXPECT_EQ(evaluated([](Expr x) { return sum(x, {-1}); }, {plane}), Array({2}, {6, 15}));
  EXPECT_EQ(evaluated([](Expr x) { return sum(x, {-1, 0}); }, {plane}), Array(21.0));
  EXPECT_EQ(error_of([](Expr x) { return sum(x, {2}); }, {f64({2, 3})}), "W206");
  EXPECT_EQ(error_of([](Expr x) { return sum(x, {-3}); }, {f64({2, 3})}), "W206");
  EXPECT_EQ(error_of([](Expr x) { return sum(x); }, {i64({2})}), "W206");
}

TEST(Mean, divides_by_the_number_of_elements) {
  EXPECT_EQ(evaluated([](Expr x) { return mean(x); }, {plane}), Array(3.5));
  EXPECT_EQ(evaluated([](Expr x) { return mean(x, {0}); }, {plane}), Array({3}, {2.5, 3.5, 4.5}));
  EXPECT_EQ(evaluated([](Expr x) { return mean(x, {}); }, {plane}), plane);
  EXPECT_TRUE(std::isnan(evaluated([](Expr x) { return mean(x); }, {Array(f64({0}))}).item()));
  EXPECT_EQ(gradient([](Expr x) { return mean(x); }, {Array({4}, {1, 2, 3, 4})}), Array::filled(f64({4}), 0.25));
}

TEST(MaxReduce, shares_the_derivative_equally_among_ties) {
  const Array x({2, 3}, {5, 5, 2, 1, 5, 4});
  EXPECT_EQ(gradient([](Expr a) { return max_reduce(a) * 3; }, {x}), Array({2, 3}, {1, 1, 0, 0, 1, 0}));
  EXPECT_EQ(gradient([](Expr a) { return sum(max_reduce(a, {-1})); }, {x}), Array({2, 3}, {0.5, 0.5, 0, 0, 1, 0}));
  EXPECT_EQ(gradient([](Expr a) { return sum(min_reduce(a, {0})); }, {x}), Array({2, 3}, {0, 0.5, 1, 1, 0.5, 0}));
}

TEST(MaxReduce, is_nan_with_a_nan_derivative_where_an_element_is_nan) {
  for (const Array& x : {Array({3}, {nan, 1, 2}), Array({3}, {1, nan, 2}), Array({3}, {1, 2, nan})}) {
    EXPECT_TRUE(std::isnan(evaluated([](Expr a) { return max_reduce(a); }, {x}).item()));
    EXPECT_TRUE(std::isnan(evaluated([](Expr a) { return min_reduce(a); }, {x}).item()));
    EXPECT_TRUE(std::isnan(gradient([](Expr a) { return max_reduce(a); }, {x})[0]));
  }
}

TEST(MaxReduce, of_infinities_and_of_nothing) {
  EXPECT_EQ(evaluated([](Expr a) { return max_reduce(a); }, {Array({2}, {-infinity, -infinity})}), Array(-infinity));
  EXPECT_EQ(gradient([](Expr a) { return max_reduce(a); }, {Array({2}, {infinity, 1})}), Array({2}, {1, 0}));
  EXPECT_EQ(evaluated([](Expr a) { return max_reduce(a); }, {Array(f64({0}))}), Array(-infinity));
  EXPECT_EQ(evaluated([](Expr a) { return min_reduce(a); }, {Array(f64({0}))}), Array(infinity));
}

TEST(Argmax, is_the_first_of_equals_and_the_first_nan) {
  const auto f = [](Expr a) { return argmax(a); };
  const auto place = [&](std::vector<double> x) { return evaluated(f, {Array(x)}).item(); };
  EXPECT_EQ(place({1, 7, 7, 2}), 1);
  EXPECT_EQ(place({-infinity, -infinity}), 0);
  EXPECT_EQ(place({1, nan, 9, nan}), 1);
  EXPECT_EQ(place({nan, 9}), 0);
  EXPECT_EQ(place({-0.0, 0.0}), 0);
}

TEST(Argmax, refuses_an_axis_without_elements) {
  EXPECT_EQ(error_of([](Expr a) { return argmax(a, 0); }, {f64({0, 2})}), "W206");
  EXPECT_EQ(error_of([](Expr a) { return argmax(a, 2); }, {f64({1, 2})}), "W206");
  EXPECT_EQ(error_of([](Expr a) { return argmax(a); }, {f64()}), "W206");
}

TEST(CumulativeSum, runs_from_either_end) {
  EXPECT_EQ(evaluated([](Expr x) { return cumulative_sum(x); }, {plane}), Array({2, 3}, {1, 3, 6, 4, 9, 15}));
  EXPECT_EQ(evaluated([](Expr x) { return cumulative_sum(x, 0, true); }, {plane}), Array({2, 3}, {5, 7, 9, 4, 5, 6}));
  const auto last = [](Expr x) { return element(cumulative_sum(x), {1}); };
  EXPECT_EQ(gradient(last, {Array({3}, {1, 2, 3})}), Array({3}, {1, 1, 0}));
  EXPECT_EQ(error_of([](Expr x) { return cumulative_sum(x, 1); }, {f64({2})}), "W206");
}

TEST(Logsumexp, neither_overflows_nor_underflows) {
  const double log_2 = 0x1.62e42fefa39efp-1;
  const auto f = [](Expr a) { return logsumexp(a); };
  const auto value = [&](std::vector<double> x) { return evaluated(f, {Array(x)}).item(); };
  EXPECT_EQ(value({1000, 1000}), 1000 + log_2);
  EXPECT_EQ(value({-1000, -1000}), -1000 + log_2);
  EXPECT_EQ(value({1e300, -1e300}), 1e300);
  EXPECT_EQ(value({-infinity, 3}), 3);
  EXPECT_EQ(value({infinity, 3}), infinity);
  EXPECT_EQ(value({infinity, -infinity}), infinity);
  EXPECT_TRUE(std::isnan(value({nan, 3})));
  EXPECT_TRUE(std::isnan(value({nan, infinity})));
}

TEST(Logsumexp, of_minus_infinity_everywhere_is_minus_infinity_with_derivative_zero) {
  const Array x({2, 2}, {-infinity, -infinity, -infinity, 0});
  EXPECT_EQ(evaluated([](Expr a) { return logsumexp(a, {1}); }, {x}), Array({2}, {-infinity, 0}));
  EXPECT_EQ(gradient([](Expr a) { return sum(logsumexp(a, {1})); }, {x}), Array({2, 2}, {0, 0, 0, 1}));
  EXPECT_EQ(evaluated([](Expr a) { return logsumexp(a); }, {Array(f64({0}))}), Array(-infinity));
}

TEST(Softmax, adds_up_to_one_and_gives_masked_elements_nothing) {
  const Array x({3}, {1000, -infinity, 1000});
  EXPECT_EQ(evaluated([](Expr a) { return softmax(a); }, {x}), Array({3}, {0.5, 0, 0.5}));
  const auto first = [](Expr a) { return element(softmax(a), {0}); };
  const Array x_bar = gradient(first, {x});
  EXPECT_EQ(x_bar[0], 0.25);
  EXPECT_EQ(x_bar[1], 0);
  EXPECT_EQ(x_bar[2], -0.25);
}

TEST(Softmax, is_nan_where_there_are_no_weights) {
  const Array x({2, 2}, {-infinity, -infinity, 3, 3});
  const Array y = evaluated([](Expr a) { return softmax(a); }, {x});
  EXPECT_TRUE(std::isnan(y[0]) && std::isnan(y[1]));
  EXPECT_EQ(y[2], 0.5);
  EXPECT_TRUE(std::isnan(evaluated([](Expr a) { return softmax(a); }, {Array({2}, {infinity, 1})})[0]));
}

TEST(LogSoftmax, does_not_cancel) {
  const Array y = evaluated([](Expr a) { return log_softmax(a); }, {Array({2}, {0, 40})});
  EXPECT_EQ(y[0], -40 - std::log1p(std::exp(-40)));
  EXPECT_DOUBLE_EQ(y[1], -std::log(1 + std::exp(-40.0)));
  EXPECT_EQ(evaluated([](Expr a) { return log_softmax(a); }, {Array({2}, {0, -2000})})[1], -2000);
  const auto first = [](Expr a) { return element(log_softmax(a), {0}); };
  EXPECT_EQ(gradient(first, {Array({2}, {1, 1})}), Array({2}, {0.5, -0.5}));
}

TEST(Softmax, goes_along_any_axis_and_refuses_others) {
  const auto along_0 = [](Expr a) { return softmax(a, 0); };
  EXPECT_EQ(evaluated(along_0, {Array({2, 2}, {1, 5, 1, 5})}), Array::filled(f64({2, 2}), 0.5));
  EXPECT_EQ(error_of([](Expr a) { return softmax(a, 1); }, {f64({2})}), "W206");
  EXPECT_EQ(error_of([](Expr a) { return log_softmax(a); }, {f64()}), "W206");
  EXPECT_EQ(error_of([](Expr a) { return logsumexp(a); }, {i64({2})}), "W206");
}

}  // namespace
}  // namespace wengert
