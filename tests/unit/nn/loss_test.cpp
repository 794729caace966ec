// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "derivative_checks.h"
#include "wengert/ad/derivatives.h"
#include "wengert/check/grad_check.h"
#include "wengert/exec/interpreter.h"
#include "wengert/nn/loss.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

const Array z({3, 2}, {0.5, -1, 2, 0.25, -3, 1});
const Array t({3, 2}, {1, 0, 0.25, 0.75, 0, 1});
const int64_t classes[] = {0, 1, 1};
const Array labels = Array::of<int64_t>({3}, classes);
const Array one_hot_labels({3, 2}, {1, 0, 0, 1, 0, 1});

double value(const Loss& loss, const Array& outputs, const Array& targets) {
  return evaluate(trace(loss.mean, {outputs.type(), targets.type()}), {outputs, targets})[0].item();
}
double value(const std::string& text, const Array& outputs, const Array& targets) {
  return value(parse_loss(text), outputs, targets);
}

/// 1/3 the sum over the six entries.
template <class Each> double mean_of(Each each) {
  double sum = 0;
  for (int64_t i = 0; i < 6; ++i) sum += each(z[i], t[i]);
  return sum / 3;
}

double sigmoid_of(double x) { return 1 / (1 + std::exp(-x)); }

TEST(Loss, values_are_those_of_the_formulas) {
  const auto squares = mean_of([](double y, double d) { return (y - d) * (y - d); });
  EXPECT_NEAR(value("squared_error", z, t), squares / 2, 1e-15);
  EXPECT_NEAR(value("mse", z, t), squares / 2, 1e-15);  // two outputs: 1/(n k) = 1/(2n)
  EXPECT_NEAR(value("huber 0.5", z, t), mean_of([](double y, double d) {
                const double r = std::abs(y - d);
                return r <= 0.5 ? r * r / 2 : 0.5 * (r - 0.25);
              }),
              1e-15);
  EXPECT_NEAR(value("logistic", z, t), mean_of([](double y, double d) {
                return -d * std::log(sigmoid_of(y)) - (1 - d) * std::log(1 - sigmoid_of(y));
              }),
              1e-14);
  double entropy = 0;
  for (int64_t i = 0; i < 3; ++i) {
    const double total = std::exp(z[2 * i]) + std::exp(z[2 * i + 1]);
    for (int64_t j = 0; j < 2; ++j) entropy -= t[2 * i + j] * std::log(std::exp(z[2 * i + j]) / total) / 3;
  }
  EXPECT_NEAR(value("cross_entropy", z, t), entropy, 1e-15);
}

TEST(Loss, labels_are_one_hot_rows) {
  for (const char* text : {"cross_entropy", "squared_error", "mse", "logistic", "huber"})
    EXPECT_NEAR(value(text, z, labels), value(text, z, one_hot_labels), 1e-15) << text;
}

TEST(Loss, labels_of_a_single_output_are_zero_and_one) {
  const Array outputs({3, 1}, {0.5, 2, -3}), values({3, 1}, {0, 1, 1});
  for (const char* text : {"squared_error", "mse", "logistic", "huber"})
    EXPECT_EQ(value(text, outputs, labels), value(text, outputs, values)) << text;
}

TEST(Loss, a_label_that_is_no_class_makes_it_nan) {
  const int64_t bad[] = {0, 2, 1};
  for (const char* text : {"cross_entropy", "squared_error", "mse", "logistic", "huber"}) {
    EXPECT_TRUE(std::isnan(value(text, z, Array::of<int64_t>({3}, bad)))) << text;
    if (std::string(text) != "cross_entropy") {
      EXPECT_TRUE(std::isnan(value(text, Array({3, 1}, {1, 2, 3}), Array::of<int64_t>({3}, bad)))) << text;
    }
  }
}

TEST(Loss, gradients_match_differences) {
  for (const char* text : {"cross_entropy", "squared_error", "mse", "logistic", "huber 0.7"})
    for (const Link link : {Link::identity, Link::sigmoid, Link::softmax}) {
      if (std::string(text) == "logistic" && link == Link::softmax) continue;
      const Loss loss = parse_loss(text, link);
      const Program p = trace([&](Expr y) { return loss.mean(y, constant(t)); }, {z.type()});
      const auto report = grad_check(p, {{z}});
      EXPECT_TRUE(report.passed) << text << " after " << to_string(link) << ": " << report.worst_entry;
    }
}

TEST(Loss, the_gradient_of_a_matched_pair_is_output_minus_target) {
  const auto gradient = [&](const Loss& loss) {
    return evaluate(grad(trace([&](Expr y) { return loss.mean(y, constant(one_hot_labels)); }, {z.type()})), {z})[0];
  };
  const auto predicted = [&](const Loss& loss) {
    return evaluate(trace([&](Expr y) { return loss.prediction(y); }, {z.type()}), {z})[0];
  };
  for (const char* text : {"cross_entropy", "logistic"}) {
    const Loss loss = parse_loss(text);
    const Array g = gradient(loss), a = predicted(loss);
    for (int64_t i = 0; i < 6; ++i) EXPECT_NEAR(g[i], (a[i] - one_hot_labels[i]) / 3, 1e-15) << text;
  }
}

TEST(Loss, large_outputs_do_not_overflow) {
  const Array outputs({2, 2}, {800, -800, -800, 800});
  const int64_t right[] = {0, 1}, wrong[] = {1, 0};
  EXPECT_EQ(value("cross_entropy", outputs, Array::of<int64_t>({2}, right)), 0);
  EXPECT_EQ(value("cross_entropy", outputs, Array::of<int64_t>({2}, wrong)), 1600);
  EXPECT_EQ(value("logistic", outputs, Array::of<int64_t>({2}, right)), 0);
  EXPECT_EQ(value("logistic", outputs, Array::of<int64_t>({2}, wrong)), 1600);
}

TEST(Loss, the_logistic_keeps_the_digits_of_a_small_loss) {
  const Array sure({1, 1}, {40}), yes({1, 1}, {1});
  EXPECT_NEAR(value("logistic", sure, yes) / std::exp(-40), 1, 1e-14);
}

TEST(Loss, a_link_is_folded_where_it_belongs_to_the_loss) {
  EXPECT_EQ(value(parse_loss("cross_entropy", Link::softmax), z, t), value("cross_entropy", z, t));
  EXPECT_EQ(value(parse_loss("logistic", Link::sigmoid), z, t), value("logistic", z, t));
  EXPECT_EQ(value(parse_loss("cross_entropy", Link::sigmoid), z, t), value("logistic", z, t))
      << "Nielsen's cross-entropy";
  double expected = 0;
  for (int64_t i = 0; i < 6; ++i) expected += std::pow(sigmoid_of(z[i]) - t[i], 2) / 6;
  EXPECT_NEAR(value(parse_loss("squared_error", Link::sigmoid), z, t), expected, 1e-15) << "Nielsen's quadratic cost";
  EXPECT_EQ(parse_loss("cross_entropy").link, Link::softmax);
  EXPECT_EQ(parse_loss("logistic").link, Link::sigmoid);
  EXPECT_EQ(parse_loss("mse").link, Link::identity);
  EXPECT_TRUE(parse_loss("logistic").classifies && !parse_loss("mse", Link::sigmoid).classifies);
}

TEST(Loss, single_precision_is_close_to_double) {
  for (const char* text : {"cross_entropy", "squared_error", "mse", "logistic", "huber"})
    EXPECT_NEAR(value(text, z.as(DType::f32), labels), value(text, z, labels), 1e-6) << text;
}

TEST(Loss, an_empty_batch_has_no_mean) {
  EXPECT_TRUE(std::isnan(value("mse", Array(f64({0, 2})), Array(f64({0, 2})))));
}

}  // namespace
}  // namespace wengert
