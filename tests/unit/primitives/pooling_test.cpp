// SPDX-License-Identifier: Apache-2.0
//
// Pools and windows at ties, NaN and padding; strides that are left out; what is refused.
#include "wengert/primitives/pooling.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "evaluated.h"
#include "wengert/primitives/arithmetic.h"
#include "wengert/primitives/reduce.h"
#include "wengert/primitives/windows.h"

namespace wengert {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

TEST(MaxPool, shares_the_derivative_equally_among_ties) {
  const Array x({1, 2, 4, 1}, {5, 5, 1, 2, 0, 5, 3, 3});
  const auto f = [](Expr a) { return sum(max_pool(a, {2}) * 6); };
  EXPECT_EQ(gradient(f, {x}), Array({1, 2, 4, 1}, {2, 2, 0, 0, 0, 2, 3, 3}));
}

TEST(MaxPool, adds_the_derivatives_of_windows_that_overlap) {
  const Array x({1, 4, 1}, {1, 7, 2, 3});
  EXPECT_EQ(gradient([](Expr a) { return sum(max_pool(a, {3}, {.stride = {1}})); }, {x}),
            Array({1, 4, 1}, {0, 2, 0, 0}));
}

TEST(MaxPool, does_not_count_padding) {
  const Array x({1, 3, 1}, {-4, -2, -3});
  const auto f = [](Expr a) { return max_pool(a, {3}, {.stride = {1}, .padding = {1}}); };
  EXPECT_EQ(evaluated(f, {x}), Array({1, 3, 1}, {-2, -2, -2}));
  const Array zeros({1, 2, 1}, {0, -1});  // padding is no zero that ties with the element
  EXPECT_EQ(gradient([](Expr a) { return sum(max_pool(a, {2}, {.padding = {1}})); }, {zeros}),
            Array({1, 2, 1}, {1, 1}));
}

TEST(MaxPool, is_nan_with_a_nan_derivative_where_an_element_is_nan) {
  const Array x({1, 4, 1}, {1, nan, 2, 3});
  const Array y = evaluated([](Expr a) { return max_pool(a, {2}); }, {x});
  EXPECT_TRUE(std::isnan(y[0]));
  EXPECT_EQ(y[1], 3);
  const Array slope = gradient([](Expr a) { return sum(max_pool(a, {2})); }, {x});
  EXPECT_TRUE(std::isnan(slope[0]) && std::isnan(slope[1]));
  EXPECT_EQ(slope[3], 1);
}

TEST(MaxPool, treats_channels_apart_and_drops_what_no_window_reaches) {
  const Array x({1, 3, 2}, {1, 6, 2, 5, 9, 9});
  EXPECT_EQ(evaluated([](Expr a) { return max_pool(a, {2}); }, {x}), Array({1, 1, 2}, {2, 6}));
  EXPECT_EQ(gradient([](Expr a) { return sum(max_pool(a, {2})); }, {x}), Array({1, 3, 2}, {0, 1, 1, 0, 0, 0}));
}

TEST(AveragePool, counts_padding_as_zeros_unless_told_otherwise) {
  const Array x({1, 2, 1}, {4, 8});
  const Pooling how{.stride = {1}, .padding = {1}};
  EXPECT_EQ(evaluated([&](Expr a) { return average_pool(a, {2}, how); }, {x}), Array({1, 3, 1}, {2, 6, 4}));
  EXPECT_EQ(evaluated([&](Expr a) { return average_pool(a, {2}, how, false); }, {x}), Array({1, 3, 1}, {4, 6, 8}));
  EXPECT_EQ(gradient([&](Expr a) { return sum(average_pool(a, {2}, how, false)); }, {x}), Array({1, 2, 1}, {1.5, 1.5}));
}

TEST(AveragePool, over_everything_is_the_mean) {
  const Array x({2, 2, 3, 1}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
  EXPECT_EQ(evaluated([](Expr a) { return average_pool(a, {2, 3}); }, {x}), Array({2, 1, 1, 1}, {3.5, 9.5}));
  EXPECT_EQ(evaluated([](Expr a) { return mean(a, {1, 2}); }, {x}), Array({2, 1}, {3.5, 9.5}));
}

TEST(Windows, lie_row_by_row) {
  const Array x({1, 2, 2, 1}, {1, 2, 3, 4});
  EXPECT_EQ(evaluated(
                [](Expr a) {
                  return windows(a, {2, 1}, {.padding = {0}, .padding_high = {1, 0}});
                },
                {x}),
            Array({1, 2, 2, 2, 1}, {1, 3, 2, 4, 3, 0, 4, 0}));
}

TEST(Pools, refuse_what_does_not_fit) {
  const auto error = [](std::vector<int64_t> window, Pooling how, Type x) {
    return error_of([&](Expr a) { return max_pool(a, window, how); }, {x});
  };
  EXPECT_EQ(error({2}, {}, f64({1, 4, 1})), "none");
  EXPECT_EQ(error({2}, {}, i64({1, 4, 1})), "W206");
  EXPECT_EQ(error({2}, {}, f64({4, 1})), "W206");
  EXPECT_EQ(error({2, 2}, {}, f64({1, 4, 1})), "W206");
  EXPECT_EQ(error({}, {}, f64({1, 4, 1})), "W206");
  EXPECT_EQ(error({5}, {}, f64({1, 4, 1})), "W212");
  EXPECT_EQ(error({2}, {.padding = {2}}, f64({1, 4, 1})), "W206");
  EXPECT_EQ(error({1}, {.padding = {0}}, f64({1, 0, 1})), "W212");
  EXPECT_EQ(error({2}, {.padding = {1}}, f64({1, 0, 1})), "W206");
}

}  // namespace
}  // namespace wengert
