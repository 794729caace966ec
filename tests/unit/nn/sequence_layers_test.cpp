// SPDX-License-Identifier: Apache-2.0
//
// What layers of sequences promise beyond their formulas, which layers_test.cpp checks: cells and layers agree, masks
// hide, causes come first.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "derivative_checks.h"
#include "wengert/ad/derivatives.h"
#include "wengert/exec/interpreter.h"
#include "wengert/nn/attention.h"
#include "wengert/nn/loss.h"
#include "wengert/nn/recurrent.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::vector<Array> values_of(const std::vector<Type>& types, uint64_t key = 5) {
  Random random(key);
  return random_values(types, random);
}

std::vector<Type> lstm_types(int64_t time, int64_t batch) {
  return {f64({time, batch, 3}), f64({3, 8}), f64({2, 8}), f64({8})};
}

Array mask_of_lengths(int64_t time, const std::vector<int64_t>& lengths) {
  std::vector<double> values;
  for (int64_t t = 0; t < time; ++t)
    for (const int64_t length : lengths) values.push_back(t < length ? 1 : 0);
  return Array({time, static_cast<int64_t>(lengths.size())}, values);
}

/// x with NaN where the mask is 0.
Array spoiled(Array x, const Array& mask) {
  const int64_t width = x.elements() / mask.elements();
  for (int64_t k = 0; k < x.elements(); ++k)
    if (mask[k / width] == 0) x.mutable_values<double>()[static_cast<size_t>(k)] = nan;
  return x;
}

TEST(Recurrent, a_layer_is_its_cell_step_by_step) {
  auto values = values_of(lstm_types(3, 2));
  const Program layer = trace(
      [](const std::vector<Expr>& x) {
        return lstm(x[0], {x[1], x[2], x[3]}).states;
      },
      lstm_types(3, 2));
  const Program steps = trace(
      [](const std::vector<Expr>& x) {
        LstmState state{zeros(f64({2, 2})), zeros(f64({2, 2}))};
        std::vector<Expr> states;
        for (int64_t t = 0; t < 3; ++t) {
          state = lstm_cell(row(x[0], t), state, {x[1], x[2], x[3]});
          states.push_back(state.hidden);
        }
        return stack(states);
      },
      lstm_types(3, 2));
  EXPECT_TRUE(all_close(evaluate(layer, values), evaluate(steps, values), 1e-14));
}

TEST(Recurrent, the_input_products_are_one_product_before_the_loop) {
  const Program p = trace(
      [](const std::vector<Expr>& x) {
        return lstm(x[0], {x[1], x[2], x[3]}).states;
      },
      lstm_types(7, 2));
  int products = 0;
  for (auto v = static_cast<uint32_t>(p.inputs()); v < p.size(); ++v)
    if (!p.is_constant(ValueId{v}) && p.primitive(ValueId{v}).name == "matmul") {
      ++products;
      EXPECT_EQ(p.type(ValueId{v}), f64({14, 8}));
    }
  EXPECT_EQ(products, 1);
}

/// The sum of the squares of all states and of the last, by the three weights.
Program masked_loss(const Array& mask, bool reverse = false) {
  const auto squares = [](Expr x) { return sum(x * x); };
  return trace(
      [&](const std::vector<Expr>& x) {
        const auto result = lstm(x[0], {x[1], x[2], x[3]}, {}, {.mask = constant(mask), .reverse = reverse});
        return squares(result.states) + squares(result.last.cell);
      },
      lstm_types(mask.shape()[0], mask.shape()[1]));
}

TEST(Recurrent, what_is_masked_has_no_share_in_values_and_derivatives) {
  const Array mask = mask_of_lengths(4, {4, 2, 0});
  auto values = values_of(lstm_types(4, 3));
  for (const bool reverse : {false, true}) {
    const Program p = value_and_grad(masked_loss(mask, reverse), {1, 2, 3});
    const auto expected = evaluate(p, values);
    auto with_nan = values;
    with_nan[0] = spoiled(values[0], mask);
    EXPECT_EQ(evaluate(p, with_nan), expected);
    for (const double element : flat(expected)) EXPECT_TRUE(std::isfinite(element));
  }
}

TEST(Recurrent, a_reversed_layer_starts_at_each_sequences_own_end) {
  const auto values = values_of(lstm_types(2, 1));
  auto padded = values;
  padded[0] = Array(f64({4, 1, 3}));
  std::ranges::copy(values[0].values<double>(), padded[0].mutable_values<double>().begin());
  EXPECT_NEAR(evaluate(masked_loss(mask_of_lengths(4, {2}), true), padded)[0].item(),
              evaluate(masked_loss(mask_of_lengths(2, {2}), true), values)[0].item(), 1e-14);
}

TEST(Recurrent, no_steps_leave_the_state_as_it_was) {
  const Program p = trace(
      [](const std::vector<Expr>& x) {
        return std::pair(gru(x[0], {x[1], x[2], x[3], x[4]}, x[5]).last, gru(x[0], {x[1], x[2], x[3], x[4]}).states);
      },
      {f64({0, 2, 3}), f64({3, 6}), f64({2, 6}), f64({6}), f64({2}), f64({2, 2})});
  const auto values = values_of(p.input_types());
  const auto results = evaluate(p, values);
  EXPECT_EQ(results[0], values[5]);
  EXPECT_EQ(results[1].shape(), (Shape{0, 2, 2}));
}

const Type sequence = f64({1, 4, 6});

/// d out[0, i, :] / d x[0, j, :] of self-attention: whether it is there.
std::vector<bool> influences(const AttentionOptions& options) {
  const Program p = trace(
      [&](const std::vector<Expr>& x) {
        return self_attention(x[0], {x[1], x[2], x[3], x[4]}, 3, options);
      },
      {sequence, f64({6, 18}), f64({18}), f64({6, 6}), f64({6})});
  const Array jacobian_of_x = evaluate(jacobian(p), values_of(p.input_types()))[0];
  std::vector<bool> there(16, false);
  for (int64_t k = 0; k < jacobian_of_x.elements(); ++k)
    if (jacobian_of_x[k] != 0) there[static_cast<size_t>(k / (6 * 24) * 4 + k % 24 / 6)] = true;
  return there;
}

TEST(Attention, causal_positions_depend_on_earlier_ones_alone) {
  const auto there = influences({.causal = true});
  for (size_t i = 0; i < 4; ++i)
    for (size_t j = 0; j < 4; ++j) EXPECT_EQ(there[4 * i + j], j <= i) << i << " on " << j;
  EXPECT_EQ(influences({}), std::vector<bool>(16, true));
}

TEST(Attention, a_query_that_may_look_at_nothing_gets_zeros_and_harms_nobody) {
  const bool seen[] = {false, false, true, true};  // causal: positions 0 and 1 see nothing
  const Program p = trace(
      [&](Expr q, Expr k, Expr v) {
        return attention(q, k, v, {.causal = true, .mask = constant(Array::of<bool>({1, 4}, seen))});
      },
      {f64({4, 2}), f64({4, 2}), f64({4, 3})});
  const auto values = values_of(p.input_types());
  const Array y = evaluate(p, values)[0];
  for (int64_t k = 0; k < 6; ++k) EXPECT_EQ(y[k], 0);
  const auto gradients = evaluate(grad(trace(
                                      [&](Expr q, Expr k, Expr v) {
                                        return sum(replay(p, std::vector<Expr>{q, k, v})[0]);
                                      },
                                      p.input_types())),
                                  values);
  for (const double element : flat(gradients)) EXPECT_TRUE(std::isfinite(element));
}

TEST(SequenceLoss, what_is_masked_has_no_share_in_value_and_derivative) {
  const int64_t labels[] = {1, 0, -1, 7};
  const Array mask({4}, {1, 1, 0, 0});
  Array logits({4, 2}, {1, 2, 3, 5, 4, 4, 4, 4});
  const Program p = value_and_grad(trace(
      [&](Expr z) { return sequence_cross_entropy(z, constant(Array::of<int64_t>({4}, labels)), constant(mask)); },
      {logits.type()}));
  const auto expected = evaluate(p, {logits});
  EXPECT_NEAR(expected[0].item(), (std::log1p(std::exp(-1)) + std::log1p(std::exp(2))) / 2, 1e-15);
  EXPECT_EQ(evaluate(p, {spoiled(logits, mask)}), expected);
  for (int64_t k = 4; k < 8; ++k) EXPECT_EQ(expected[1][k], 0);
}

TEST(SequenceLoss, a_label_that_is_no_class_makes_it_nan_and_so_does_no_token) {
  const auto value = [](int64_t label, bool counts) {
    const int64_t labels[] = {label};
    const bool mask[] = {counts};
    return evaluate(trace(
                        [&](Expr z) {
                          return sequence_cross_entropy(z, constant(Array::of<int64_t>({1}, labels)),
                                                        constant(Array::of<bool>({1}, mask)));
                        },
                        {f64({1, 3})}),
                    {Array({1, 3}, {1, 2, 3})})[0]
        .item();
  };
  EXPECT_TRUE(std::isfinite(value(2, true)));
  EXPECT_TRUE(std::isnan(value(3, true)));
  EXPECT_TRUE(std::isnan(value(0, false)));
}

}  // namespace
}  // namespace wengert
