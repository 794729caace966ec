// SPDX-License-Identifier: Apache-2.0
//
// Optimizers against the equations of their papers, written again in double, over several steps with changing gradients
// and rates.
#include <gtest/gtest.h>

#include <cmath>

#include "derivative_checks.h"
#include "wengert/exec/interpreter.h"
#include "wengert/optim/first_order.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

const std::vector<double> gradients{0.5, -1.25, 2, 0, -0.001, 3};
const std::vector<double> rates{0.1, 0.1, 0.1, 0.05, 0.05, 0.01};

/// One update as a Program: (gradient, parameter, rate, count, state...) -> (parameter, state...).
Program update_program(const Optimizer& optimizer, DType dtype, bool decays) {
  std::vector<Type> types{{dtype, {2}}, {dtype, {2}}, {dtype, {}}, {dtype, {}}};
  for (size_t k = 0; k < optimizer.slots; ++k) types.push_back({dtype, {2}});
  return trace(
      [&](const std::vector<Expr>& x) {
        const auto update = optimizer.update({x[0], x[1], std::span(x).subspan(4), x[2], x[3], decays});
        std::vector<Expr> results{x[1] + update.step};
        results.insert(results.end(), update.state.begin(), update.state.end());
        return results;
      },
      types);
}

/// The parameter, from 1, after each step; the gradients are those above, its second element's are doubled.
std::vector<double> path(const Optimizer& optimizer, DType dtype = DType::f64, size_t element = 0, bool decays = true) {
  const Interpreter run(update_program(optimizer, dtype, decays));
  std::vector<Array> kept{Array::filled({dtype, {2}}, 1)};
  for (size_t k = 0; k < optimizer.slots; ++k) kept.push_back(Array::filled({dtype, {2}}, 0));
  std::vector<double> points;
  for (size_t k = 0; k < gradients.size(); ++k) {
    std::vector<Array> in{Array({2}, {gradients[k], 2 * gradients[k]}).as(dtype), kept[0],
                          Array::filled({dtype, {}}, rates[k]), Array::filled({dtype, {}}, static_cast<double>(k + 1))};
    in.insert(in.end(), kept.begin() + 1, kept.end());
    kept = run.run(in);
    points.push_back(kept[0][static_cast<int64_t>(element)]);
  }
  return points;
}

/// The same by step(g, rate, t), which keeps its own state, on doubles.
template <class Step> std::vector<double> by_hand(Step step) {
  std::vector<double> points;
  double theta = 1;
  for (size_t k = 0; k < gradients.size(); ++k)
    points.push_back(theta += step(gradients[k], rates[k], static_cast<double>(k + 1), theta));
  return points;
}

std::vector<double> adam_by_hand(double b1, double b2, double epsilon, double decay) {
  double m = 0, v = 0;
  return by_hand([=](double g, double r, double t, double theta) mutable {
    m = b1 * m + (1 - b1) * g;
    v = b2 * v + (1 - b2) * g * g;
    return -r * (m / (1 - std::pow(b1, t)) / (std::sqrt(v / (1 - std::pow(b2, t))) + epsilon) + decay * theta);
  });
}

TEST(FirstOrder, gradient_descent_and_momentum) {
  EXPECT_TRUE(
      all_close(path(gradient_descent()), by_hand([](double g, double r, double, double) { return -r * g; }), 1e-15));
  EXPECT_EQ(path(sgd(0)), path(gradient_descent()));
  double v = 0, s = 0, n = 0;
  EXPECT_TRUE(all_close(path(sgd(0.9)),
                        by_hand([&](double g, double r, double, double) { return -r * (v = 0.9 * v + g); }), 1e-15));
  EXPECT_TRUE(all_close(path(rumelhart(0.9)),
                        by_hand([&](double g, double r, double, double) { return s = 0.9 * s - r * g; }), 1e-15));
  EXPECT_TRUE(all_close(path(nesterov(0.9)), by_hand([&](double g, double r, double, double) {
                          n = 0.9 * n + g;
                          return -r * (g + 0.9 * n);
                        }),
                        1e-15));
}

TEST(FirstOrder, both_momenta_agree_until_the_rate_changes) {
  const auto outside = path(sgd(0.9)), inside = path(rumelhart(0.9));
  for (size_t k = 0; k < 3; ++k) EXPECT_NEAR(outside[k], inside[k], 1e-15);
  EXPECT_GT(std::abs(outside[3] - inside[3]), 0.01);
}

TEST(FirstOrder,
     nesterov_is_the_lookahead_form_in_other_variables) {  // SMDH13 (3)-(4) on f(x) = x^2/2 with a constant rate
  double x = 1, v = 0, y = 1, u = 0;                       // y = x + m v
  for (int k = 0; k < 20; ++k) {
    v = 0.9 * v - 0.1 * (x + 0.9 * v);
    x += v;
    const double g = y;
    u = 0.9 * u + g;
    y -= 0.1 * (g + 0.9 * u);
    EXPECT_NEAR(y, x + 0.9 * v, 1e-14);
  }
}

TEST(FirstOrder, adaptive_rates) {
  double s = 0, q = 0;
  EXPECT_TRUE(all_close(path(adagrad()), by_hand([&](double g, double r, double, double) {
                          s += g * g;
                          return -r * g / (std::sqrt(s) + 1e-10);
                        }),
                        1e-15));
  EXPECT_TRUE(all_close(path(rmsprop()), by_hand([&](double g, double r, double, double) {
                          q = 0.9 * q + 0.1 * g * g;
                          return -r * g / (std::sqrt(q) + 1e-8);
                        }),
                        1e-15));
  EXPECT_TRUE(all_close(path(adam()), adam_by_hand(0.9, 0.999, 1e-8, 0), 1e-13));
  EXPECT_TRUE(all_close(path(adam({0.5, 0.9, 1e-3})), adam_by_hand(0.5, 0.9, 1e-3, 0), 1e-13));
  EXPECT_TRUE(all_close(path(adam({0, 0, 1e-3})), adam_by_hand(0, 0, 1e-3, 0), 1e-13));
  EXPECT_TRUE(all_close(path(adamw(0.1)), adam_by_hand(0.9, 0.999, 1e-8, 0.1), 1e-13));
}

TEST(FirstOrder, biases_do_not_decay) { EXPECT_EQ(path(adamw(0.1), DType::f64, 0, false), path(adam())); }

TEST(FirstOrder, the_first_step_of_adam_is_the_rate_whatever_the_scale) {
  EXPECT_NEAR(path(adam(), DType::f64, 0)[0], 0.9, 1e-8);
  EXPECT_NEAR(path(adam(), DType::f64, 1)[0], 0.9, 1e-8);
}

TEST(FirstOrder, single_precision_follows_double) {
  for (const char* text : {"gradient_descent", "sgd", "rumelhart", "nesterov", "adagrad", "rmsprop", "adam", "adamw"})
    EXPECT_TRUE(all_close(path(parse_optimizer(text), DType::f32), path(parse_optimizer(text)), 1e-6)) << text;
}

TEST(FirstOrder, texts_choose_optimizers_with_the_settings_of_their_papers) {
  for (const char* text : {"gradient_descent", "sgd", "rumelhart", "nesterov", "adagrad", "rmsprop", "adam", "adamw",
                           "adam beta1=0.5", "adamw decay=0.1 epsilon=1e-06", "sgd momentum=0.5", "rmsprop decay=0.99"})
    EXPECT_EQ(parse_optimizer(text).text, text);
  EXPECT_EQ(parse_optimizer("adam beta1=0.9 beta2=0.999 epsilon=1e-8").text, "adam");
  EXPECT_EQ(parse_optimizer("sgd 0.5").text, "sgd momentum=0.5");
  EXPECT_EQ(path(parse_optimizer("adam beta1=0.5 beta2=0.9 epsilon=1e-3")), path(adam({0.5, 0.9, 1e-3})));
  EXPECT_EQ(path(parse_optimizer("sgd momentum=0")), path(gradient_descent()));
  EXPECT_EQ(parse_optimizer("adam").usual_rate, 0.001);
}

}  // namespace
}  // namespace wengert
