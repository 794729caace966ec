// SPDX-License-Identifier: Apache-2.0
//
// Optimizers made of optimizers, run over several updates of two parameters, "layer1.weight" and "layer2.bias".
#include <gtest/gtest.h>

#include <cmath>

#include "derivative_checks.h"
#include "wengert/exec/interpreter.h"
#include "wengert/optim/first_order.h"
#include "wengert/optim/transforms.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

constexpr double rate = 0.1;
const std::vector<Array> start{Array({2}, {1, -2}), Array({1}, {4})};
/// Of length 5, then shorter than 1.
const std::vector<std::vector<Array>> gradients{{Array({2}, {3, 0}), Array({1}, {-4})},
                                                {Array({2}, {0.5, -0.25}), Array({1}, {0.125})}};

/// (gradients..., parameters..., states..., count) -> (parameters..., states...)
Program update_program(const Optimizer& optimizer) {
  const std::vector<Type> shapes{start[0].type(), start[1].type()};
  std::vector<Type> types;
  for (size_t k = 0; k < 2 + optimizer.slots; ++k) types.insert(types.end(), shapes.begin(), shapes.end());
  types.push_back(f64());
  return trace(
      [&](const std::vector<Expr>& x) {
        std::vector<Expr> states[2];
        for (size_t k = 0; k < 2; ++k)
          for (size_t slot = 0; slot < optimizer.slots; ++slot) states[k].push_back(x[4 + 2 * slot + k]);
        auto updated = update_all(optimizer, {{x[0], x[2], states[0], rate, x.back(), true, "layer1.weight"},
                                              {x[1], x[3], states[1], rate, x.back(), false, "layer2.bias"}});
        for (size_t slot = 0; slot < optimizer.slots; ++slot)
          for (size_t k = 0; k < 2; ++k) updated.parameters.push_back(updated.states[k][slot]);
        return updated.parameters;
      },
      types);
}

/// Parameters and states after these updates, from `start` and zeros.
std::vector<Array> after(const Optimizer& optimizer, size_t updates) {
  const Interpreter run(update_program(optimizer));
  std::vector<Array> kept = start;
  for (size_t slot = 0; slot < optimizer.slots; ++slot)
    for (const Array& parameter : start) kept.emplace_back(parameter.type());
  for (size_t t = 0; t < updates; ++t) {
    auto in = joined(gradients[t % gradients.size()], kept);
    in.emplace_back(static_cast<double>(t + 1));
    kept = run.run(in);
  }
  return kept;
}

/// start - r (sum of these gradients).
std::vector<double> moved(const std::vector<double>& gradient) {
  std::vector<double> x = flat(start);
  for (size_t k = 0; k < x.size(); ++k) x[k] -= rate * gradient[k];
  return x;
}

TEST(Clipping, by_norm_shortens_long_gradients_all_together_and_leaves_short_ones) {
  const Optimizer clipped = clip_norm(gradient_descent(), 1);
  EXPECT_TRUE(all_close(flat(after(clipped, 1)), moved({0.6, 0, -0.8}), 1e-15));
  EXPECT_TRUE(all_close(flat(after(clipped, 2)), moved({0.6 + 0.5, -0.25, -0.8 + 0.125}), 1e-15));
  EXPECT_EQ(after(clip_norm(adam(), 100), 2), after(adam(), 2)) << "to the last bit";
}

TEST(Clipping, by_value_bounds_each_element) {
  EXPECT_TRUE(all_close(flat(after(clip_value(gradient_descent(), 1), 1)), moved({1, 0, -1}), 1e-15));
}

TEST(Clipping, does_not_hide_a_gradient_that_is_no_number) {
  const Program p = update_program(clip_norm(gradient_descent(), 1));
  const auto x = evaluate(p, {Array({2}, {std::nan(""), 0}), Array({1}, {1}), start[0], start[1], Array(1.0)});
  for (const double element : flat(x)) EXPECT_TRUE(std::isnan(element));
}

TEST(Groups, have_rates_and_decays_of_their_own_on_weights) {
  const auto x = flat(after(grouped(gradient_descent(), {{"layer1.*", 0.5, 0.2}, {"*", 2, 0.2}}), 1));
  const double r = 0.5 * rate;
  EXPECT_TRUE(all_close(x, {1 - r * 3 - r * 0.2 * 1, -2 + r * 0.2 * 2, 4 + 2 * rate * 4}, 1e-15));
}

TEST(Groups, a_decay_replaces_the_optimizers_own) {
  EXPECT_EQ(after(grouped(adamw(0.1), {{"layer1.*", 1, 0.0}}), 2), after(adam(), 2));
  EXPECT_TRUE(all_close(after(grouped(adam(), {{"layer1.*", 1, 0.1}}), 2), after(adamw(0.1), 2), 1e-15));
  EXPECT_EQ(after(grouped(adamw(0.1), {{"layer1.*"}}), 2), after(adamw(0.1), 2));
}

TEST(Groups, a_rate_of_zero_freezes_to_the_last_bit) {
  const auto x = after(grouped(adamw(0.1), {{"layer1.*", 0}}), 2), free = after(adamw(0.1), 2);
  EXPECT_EQ(x[0], start[0]);
  EXPECT_EQ(x[1], free[1]);
  EXPECT_EQ(x[2], Array(f64({2}))) << "its state stays zero, too";
}

TEST(Groups, frozen_gradients_count_in_no_norm_whatever_is_put_on_first) {
  const std::vector<ParameterGroup> frozen{{"layer1.*", 0}};
  const std::vector<double> expected{1, -2, 4 + rate};
  EXPECT_TRUE(all_close(flat(after(clip_norm(grouped(gradient_descent(), frozen), 1), 1)), expected, 1e-15));
  EXPECT_TRUE(all_close(flat(after(grouped(clip_norm(gradient_descent(), 1), frozen), 1)), expected, 1e-15));
}

TEST(Groups, patterns_match_whole_names) {
  for (const char* pattern :
       {"layer1.weight", "layer1.*", "*", "*.weight", "l*1*t", "layer?.weight", "*layer1.weight*"})
    EXPECT_TRUE(matches(pattern, "layer1.weight")) << pattern;
  for (const char* pattern : {"", "layer1", "layer1.?", "*.bias", "layer1.weight?", "ayer1.weight"})
    EXPECT_FALSE(matches(pattern, "layer1.weight")) << pattern;
  EXPECT_TRUE(matches("*a*b", "aabab"));
  EXPECT_TRUE(matches("", ""));
  EXPECT_TRUE(matches("**", ""));
}

/// The parameters after 1, 2, ... updates.
std::vector<std::vector<double>> path(const Optimizer& optimizer, size_t updates) {
  std::vector<std::vector<double>> all;
  for (size_t t = 1; t <= updates; ++t) {
    const auto kept = after(optimizer, t);
    all.push_back(flat({{kept[0], kept[1]}}));
  }
  return all;
}

/// The slots of the average after that many updates.
std::vector<double> average(const Optimizer& optimizer, size_t updates) {
  const auto kept = after(optimizer, updates);
  return flat({{kept[kept.size() - 2], kept.back()}});
}

TEST(Averages, are_those_of_the_formulas_and_change_no_step) {
  const auto steps = path(sgd(0.9), 5);
  EXPECT_EQ(path(averaged(sgd(0.9)), 5), steps);
  std::vector<double> exponential(3, 0), polyak(3, 0), late(3, 0);
  for (size_t t = 1; t <= 5; ++t)
    for (size_t k = 0; k < 3; ++k) {
      exponential[k] = 0.75 * exponential[k] + 0.25 * steps[t - 1][k];
      polyak[k] += steps[t - 1][k] / 5;
      if (t >= 3) late[k] += steps[t - 1][k] / 3;
    }
  for (double& x : exponential) x /= 1 - std::pow(0.75, 5);
  EXPECT_TRUE(all_close(average(averaged(sgd(0.9), Averaging::exponential(0.75)), 5), exponential, 1e-14));
  EXPECT_TRUE(all_close(average(averaged(sgd(0.9), Averaging::polyak()), 5), polyak, 1e-14));
  EXPECT_TRUE(all_close(average(averaged(sgd(0.9), Averaging::polyak(3)), 5), late, 1e-14));
  EXPECT_TRUE(all_close(average(averaged(sgd(0.9), Averaging::polyak(9)), 5), steps[4], 1e-14)) << "not yet begun";
  EXPECT_TRUE(all_close(average(averaged(sgd(0.9), Averaging::exponential(0)), 5), steps[4], 1e-14));
}

TEST(Averages, of_what_is_frozen_are_itself) {
  const Optimizer optimizer = averaged(grouped(adam(), {{"layer1.*", 0}}), Averaging::exponential(0.9));
  EXPECT_TRUE(all_close({after(optimizer, 5)[6]}, {start[0]}, 1e-15));
}

TEST(Transforms, say_in_their_text_what_they_are) {
  const Optimizer all =
      averaged(clip_norm(grouped(adamw(0.1), {{"layer1.*", 0}, {"*.bias", 1, 0.5}}), 2), Averaging::polyak(10));
  EXPECT_EQ(all.text, "adamw, layer1.* rate=0, *.bias rate=1 decay=0.5, clip_norm 2, polyak average start=10");
  EXPECT_EQ(all.name, "adamw");
  EXPECT_EQ(all.slots, 3u);
  EXPECT_EQ(clip_value(parse_optimizer("adam beta1=0.5"), 1).text, "adam beta1=0.5, clip_value 1");
}

}  // namespace
}  // namespace wengert
