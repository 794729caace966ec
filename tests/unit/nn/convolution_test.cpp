// SPDX-License-Identifier: Apache-2.0
#include "wengert/nn/convolution.h"

#include <gtest/gtest.h>

#include "derivative_checks.h"
#include "wengert/check/grad_check.h"
#include "wengert/exec/interpreter.h"
#include "wengert/primitives/arithmetic.h"
#include "wengert/primitives/pooling.h"
#include "wengert/primitives/reduce.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

template <class F> Array value(F f, const std::vector<Array>& x) {
  std::vector<Type> types;
  for (const Array& array : x) types.push_back(array.type());
  return evaluate(trace(f, types), std::span(x))[0];
}

TEST(ConvolutionLayer, adds_a_bias_to_each_channel) {
  const Array x({1, 2, 1}, {1, 2}), w({1, 1, 2}, {1, 10}), b({2}, {0.5, -1});
  EXPECT_EQ(value([](Expr a, Expr c, Expr d) { return convolution(a, c, d); }, {x, w, b}),
            Array({1, 2, 2}, {1.5, 9, 2.5, 19}));
  const Array narrow({1}, {0.5});
  EXPECT_EQ(value([](Expr a, Expr c, Expr d) { return transposed_convolution(a, c, d, {.stride = {2}}, {4}); },
                  {x, Array({1, 1, 1}, {3.0}), narrow}),
            Array({1, 4, 1}, {3.5, 0.5, 6.5, 0.5}));
}

TEST(GlobalPool, leaves_a_number_for_each_channel) {
  const Array x({1, 2, 2, 2}, {1, 8, 2, 7, 3, 6, 6, 3});
  EXPECT_EQ(value(global_average_pool, {x}), Array({1, 2}, {3, 6}));
  EXPECT_EQ(value(global_max_pool, {x}), Array({1, 2}, {6, 8}));
  EXPECT_EQ(value(flatten, {x}), Array({1, 8}, {1, 8, 2, 7, 3, 6, 6, 3}));
}

TEST(ConvolutionLayers, one_after_the_other_have_right_gradients) {
  const std::vector<Type> types{f64({1, 4, 4, 1}), f64({2, 2, 1, 2}), f64({2}), f64({2, 2, 1, 2}), f64({1})};
  const Program p = trace(
      [](const std::vector<Expr>& v) {
        const Expr h = max_pool(convolution(v[0], v[1], v[2], {.padding = {1}, .padding_high = {0}}), {2});
        const Expr z = transposed_convolution(average_pool(h, {2}, {.stride = {1}}), v[3], v[4], {.stride = {2}});
        return sum(global_average_pool(z * z));
      },
      types);
  Random random(8);
  const auto report = grad_check(p, random_values(types, random));
  EXPECT_TRUE(report.passed) << report.worst_entry;
}

}  // namespace
}  // namespace wengert
