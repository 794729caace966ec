// SPDX-License-Identifier: Apache-2.0
#include "wengert/nn/normalization.h"

#include <gtest/gtest.h>

#include <cmath>

#include "derivative_checks.h"
#include "wengert/base/error.h"
#include "wengert/check/grad_check.h"
#include "wengert/exec/interpreter.h"
#include "wengert/primitives/arithmetic.h"
#include "wengert/primitives/reduce.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

const Type images = f64({3, 2, 2, 4}), channels = f64({4});

std::vector<Array> draw(const std::vector<Type>& types, uint64_t key) {
  Random random(key);
  return random_values(types, random);
}

using Layer = Expr (*)(Expr x, Expr scale, Expr shift);
Expr over_batch(Expr x, Expr scale, Expr shift) { return batch_normalization(x, scale, shift).y; }
Expr over_channels(Expr x, Expr scale, Expr shift) { return layer_normalization(x, scale, shift); }
Expr over_groups(Expr x, Expr scale, Expr shift) { return group_normalization(x, 2, scale, shift); }

/// y of the layer with scale 1 and shift 0.
Array plain(Layer layer, const Array& x) {
  return evaluate(trace([&](Expr a, Expr s, Expr t) { return layer(a, s, t); }, {x.type(), channels, channels}),
                  {x, Array::filled(channels, 1), Array::filled(channels, 0)})[0];
}

/// For elements of x with which(i) true, that y is x less their mean by the root of their variance plus 1e-5.
template <class Which> void expect_normalized(const Array& x, const Array& y, Which which) {
  double count = 0, sum = 0, squares = 0;
  for (int64_t i = 0; i < x.elements(); ++i)
    if (which(i)) sum += x[i], ++count;
  for (int64_t i = 0; i < x.elements(); ++i)
    if (which(i)) squares += (x[i] - sum / count) * (x[i] - sum / count);
  for (int64_t i = 0; i < x.elements(); ++i)
    if (which(i)) EXPECT_NEAR(y[i], (x[i] - sum / count) / std::sqrt(squares / count + 1e-5), 1e-13);
}

TEST(Normalization, makes_mean_0_and_variance_1_of_its_part) {
  const Array x = draw({images}, 1)[0];
  const Array by_batch = plain(over_batch, x), by_layer = plain(over_channels, x), by_group = plain(over_groups, x);
  for (int64_t part = 0; part < 4; ++part) expect_normalized(x, by_batch, [&](int64_t i) { return i % 4 == part; });
  for (int64_t part = 0; part < 12; ++part) expect_normalized(x, by_layer, [&](int64_t i) { return i / 4 == part; });
  for (int64_t part = 0; part < 6; ++part)
    expect_normalized(x, by_group, [&](int64_t i) { return i / 16 == part / 2 && i % 4 / 2 == part % 2; });
}

TEST(Normalization, scales_and_shifts_each_channel) {
  for (const Layer layer : {over_batch, over_channels, over_groups}) {
    const auto x = draw({images, channels, channels}, 2);
    const Array y = evaluate(
        trace([&](Expr a, Expr s, Expr t) { return layer(a, s, t); }, {images, channels, channels}), std::span(x))[0];
    const Array unit = plain(layer, x[0]);
    for (int64_t i = 0; i < y.elements(); ++i) EXPECT_NEAR(y[i], unit[i] * x[1][i % 4] + x[2][i % 4], 1e-13);
  }
}

TEST(Normalization, has_right_gradients) {
  for (const Layer layer : {over_batch, over_channels, over_groups}) {
    const std::vector<Type> types{images, channels, channels, images};
    const Program p = trace([&](Expr x, Expr s, Expr t, Expr w) { return sum(layer(x, s, t) * w); }, types);
    const auto report = grad_check(p, draw(types, 3));
    EXPECT_TRUE(report.passed) << report.worst_entry;
  }
}

TEST(BatchNormalization, by_its_own_mean_and_variance_is_itself) {
  const Program p = trace(
      [](Expr x, Expr s, Expr t) {
        const NormalizedBatch batch = batch_normalization(x, s, t);
        return std::vector<Expr>{batch.y, normalization_by(x, batch.mean, batch.variance, s, t)};
      },
      {images, channels, channels});
  const auto y = evaluate(p, draw({images, channels, channels}, 4));
  EXPECT_TRUE(all_close({y[0]}, {y[1]}, 1e-14));
}

TEST(BatchNormalization, averages_move_by_their_momentum) {
  const Program p = trace([](Expr a, Expr v) { return moving_average(a, v, 0.25); }, {f64(), f64()});
  EXPECT_EQ(evaluate(p, {Array(4.0), Array(8.0)})[0].item(), 5);
}

TEST(GroupNormalization, needs_groups_that_divide_the_channels) {
  for (const int64_t groups : {0, 3, 8}) {
    try {
      trace([&](Expr x, Expr s, Expr t) { return group_normalization(x, groups, s, t); }, {images, channels, channels});
      FAIL() << groups;
    } catch (const Error& error) {
      EXPECT_EQ(error.id(), "W213");
    }
  }
}

}  // namespace
}  // namespace wengert
