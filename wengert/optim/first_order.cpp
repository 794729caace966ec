// SPDX-License-Identifier: Apache-2.0
#include "wengert/optim/first_order.h"

#include <cmath>

#include "wengert/base/choice.h"
#include "wengert/primitives/arithmetic.h"
#include "wengert/primitives/elementary.h"

namespace wengert {
namespace {

using Given = Optimizer::Given;
using Update = Optimizer::Update;
using Numbers = std::span<const double>;

const Setting momentum_setting{"momentum", below_one, 0.9};
const Setting beta1_setting{"beta1", below_one, 0.9}, beta2_setting{"beta2", below_one, 0.999};
const Setting epsilon_setting{"epsilon", positive, 1e-8}, adagrad_epsilon{"epsilon", positive, 1e-10};
const Setting rms_decay{"decay", below_one, 0.9}, weight_decay{"decay", non_negative, 0.01};

/// 1 - beta^t. By expm1, since in f32 1 - 0.999^1 would keep half of its digits.
Expr bias_correction(double beta, const Expr& t) { return -expm1(t * std::log(beta)); }

Update adam_update(const Given& given, const AdamSettings& s) {
  const Expr& g = given.gradient;
  const Expr m = s.beta1 * given.state[0] + (1 - s.beta1) * g;
  const Expr v = s.beta2 * given.state[1] + (1 - s.beta2) * (g * g);
  const Expr scale = given.rate / bias_correction(s.beta1, given.count);
  const Expr deviation = sqrt(v / bias_correction(s.beta2, given.count)) + s.epsilon;
  return {-scale * m / deviation, {m, v}};
}

void check_adam(const AdamSettings& s) {
  check(beta1_setting, s.beta1);
  check(beta2_setting, s.beta2);
  check(epsilon_setting, s.epsilon);
}

const std::vector<Maker<Optimizer>>& makers() {
  static const std::vector<Maker<Optimizer>> all{
      {{"gradient_descent"}, [](Numbers) { return gradient_descent(); }},
      {{"sgd", {momentum_setting}}, [](Numbers n) { return sgd(n[0]); }},
      {{"rumelhart", {momentum_setting}}, [](Numbers n) { return rumelhart(n[0]); }},
      {{"nesterov", {momentum_setting}}, [](Numbers n) { return nesterov(n[0]); }},
      {{"adagrad", {adagrad_epsilon}}, [](Numbers n) { return adagrad(n[0]); }},
      {{"rmsprop", {rms_decay, epsilon_setting}}, [](Numbers n) { return rmsprop(n[0], n[1]); }},
      {{"adam", {beta1_setting, beta2_setting, epsilon_setting}},
       [](Numbers n) {
         return adam({n[0], n[1], n[2]});
       }},
      {{"adamw", {weight_decay, beta1_setting, beta2_setting, epsilon_setting}}, [](Numbers n) {
         return adamw(n[0], {n[1], n[2], n[3]});
       }}};
  return all;
}

}  // namespace

Optimizer gradient_descent() {
  return {"gradient_descent", 0, [](const Given& given) { return Update{-given.rate * given.gradient, {}}; }};
}

Optimizer sgd(double momentum) {
  check(momentum_setting, momentum);
  if (momentum == 0) return {"sgd", 0, gradient_descent().update};
  return {"sgd", 1, [momentum](const Given& given) {
            const Expr velocity = momentum * given.state[0] + given.gradient;
            return Update{-given.rate * velocity, {velocity}};
          }};
}

Optimizer rumelhart(double momentum) {
  check(momentum_setting, momentum);
  return {"rumelhart", 1, [momentum](const Given& given) {
            const Expr step = momentum * given.state[0] - given.rate * given.gradient;
            return Update{step, {step}};
          }};
}

Optimizer nesterov(double momentum) {
  check(momentum_setting, momentum);
  return {"nesterov", 1, [momentum](const Given& given) {
            const Expr velocity = momentum * given.state[0] + given.gradient;
            return Update{-given.rate * (given.gradient + momentum * velocity), {velocity}};
          }};
}

Optimizer adagrad(double epsilon) {
  check(adagrad_epsilon, epsilon);
  const auto update = [epsilon](const Given& given) {
    const Expr total = given.state[0] + given.gradient * given.gradient;
    return Update{-given.rate * given.gradient / (sqrt(total) + epsilon), {total}};
  };
  return {"adagrad", 1, update, 0.01};
}

Optimizer rmsprop(double decay, double epsilon) {
  check(rms_decay, decay);
  check(epsilon_setting, epsilon);
  const auto update = [decay, epsilon](const Given& given) {
    const Expr mean_square = decay * given.state[0] + (1 - decay) * (given.gradient * given.gradient);
    return Update{-given.rate * given.gradient / (sqrt(mean_square) + epsilon), {mean_square}};
  };
  return {"rmsprop", 1, update, 0.001};
}

Optimizer adam(const AdamSettings& settings) {
  check_adam(settings);
  return {"adam", 2, [settings](const Given& given) { return adam_update(given, settings); }, 0.001};
}

Optimizer adamw(double decay, const AdamSettings& settings) {
  check(weight_decay, decay);
  check_adam(settings);
  const auto update = [decay, settings](const Given& given) {
    Update result = adam_update(given, settings);
    if (given.decays) result.step -= given.rate * decay * given.parameter;
    return result;
  };
  return {"adamw", 2, update, 0.001};
}

Optimizer parse_optimizer(std::string_view text) {
  auto [optimizer, canonical] = make_chosen(text, "optimizer", makers());
  optimizer.text = canonical;
  return optimizer;
}

}  // namespace wengert
