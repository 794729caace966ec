// SPDX-License-Identifier: Apache-2.0
#include "objectives/lstm.h"

#include <cmath>

#include "wengert/base/random.h"

namespace wengert::bench {
namespace {

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

/// One step of one layer; state: hidden, cell. x becomes hidden.
void step_layer(int64_t b, const double* gates, double* state, double* x) {
  const double *const w = gates, *const v = gates + 4 * b;
  for (int64_t i = 0; i < b; ++i) {
    double &hidden = state[i], &cell = state[b + i];
    const double forget = sigmoid(x[i] * w[i] + v[i]);
    const double in = sigmoid(hidden * w[b + i] + v[b + i]);
    const double out = sigmoid(x[i] * w[2 * b + i] + v[2 * b + i]);
    const double change = std::tanh(hidden * w[3 * b + i] + v[3 * b + i]);
    cell = cell * forget + in * change;
    hidden = out * std::tanh(cell);
    x[i] = hidden;
  }
}

}  // namespace

Lstm make_lstm(int64_t layers, int64_t steps, uint64_t key) {
  Random random(key);
  Lstm lstm;
  lstm.layers = layers, lstm.steps = steps;
  for (int64_t i = 0; i < layers * 8 * lstm.size; ++i) lstm.gates.push_back(random.uniform(-1, 1));
  for (int64_t i = 0; i < 3 * lstm.size; ++i) lstm.ends.push_back(random.uniform(-1, 1));
  for (int64_t i = 0; i < layers * 2 * lstm.size; ++i) lstm.state.push_back(random.uniform(-1, 1));
  for (int64_t i = 0; i < steps * lstm.size; ++i) lstm.sequence.push_back(random.below(2) == 0 ? 0.0 : 1.0);
  return lstm;
}

double lstm_loss(const Lstm& lstm) {
  const int64_t b = lstm.size;
  const double* const e = lstm.ends.data();
  std::vector<double> state = lstm.state, x(static_cast<size_t>(b));
  double total = 0;
  for (int64_t t = 0; t + 1 < lstm.steps; ++t) {
    const double *const now = lstm.sequence.data() + t * b, *const next = now + b;
    for (int64_t i = 0; i < b; ++i) x[static_cast<size_t>(i)] = now[i] * e[i];
    for (int64_t layer = 0; layer < lstm.layers; ++layer)
      step_layer(b, lstm.gates.data() + 8 * b * layer, state.data() + 2 * b * layer, x.data());
    double exponentials = 2, product = 0, characters = 0;
    for (int64_t i = 0; i < b; ++i) {
      const double prediction = x[static_cast<size_t>(i)] * e[b + i] + e[2 * b + i];
      exponentials += std::exp(prediction);
      product += prediction * next[i], characters += next[i];
    }
    total += product - characters * std::log(exponentials);
  }
  return -total / static_cast<double>(b * (lstm.steps - 1));
}

}  // namespace wengert::bench
