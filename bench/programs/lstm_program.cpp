// SPDX-License-Identifier: Apache-2.0
#include "programs/lstm_program.h"

#include "wengert/trace/trace.h"

namespace wengert::bench {
namespace {

/// (state[l, 2, b], now[b], next[b], gates, ends) -> (state, term of the loss): one character.
Program step_body(const Lstm& lstm) {
  const int64_t b = lstm.size, layers = lstm.layers;
  return trace(
      [&](Expr state, Expr now, Expr next, Expr gates, Expr ends) {
        Expr x = now * row(ends, 0);
        std::vector<Expr> states;
        for (int64_t layer = 0; layer < layers; ++layer) {
          const Expr of_layer = row(gates, layer), w = row(of_layer, 0), v = row(of_layer, 1);
          const Expr hidden = row(row(state, layer), 0), cell = row(row(state, layer), 1);
          const Expr forget = sigmoid(x * row(w, 0) + row(v, 0)), in = sigmoid(hidden * row(w, 1) + row(v, 1));
          const Expr out = sigmoid(x * row(w, 2) + row(v, 2)), change = tanh(hidden * row(w, 3) + row(v, 3));
          const Expr new_cell = cell * forget + in * change;
          x = out * tanh(new_cell);
          states.push_back(stack({x, new_cell}));
        }
        const Expr prediction = x * row(ends, 1) + row(ends, 2);
        return std::pair(stack(states), dot(prediction - log(2.0 + sum(exp(prediction))), next));
      },
      {f64({layers, 2, b}), f64({b}), f64({b}), f64({layers, 2, 4, b}), f64({3, b})}, "step");
}

}  // namespace

Program lstm_program(const Lstm& lstm) {
  const int64_t b = lstm.size, steps = lstm.steps - 1;
  return trace(
      [&](Expr gates, Expr ends, Expr state, Expr sequence) {
        const Expr now = slice(sequence, {0, 0}, {steps, b}), next = slice(sequence, {1, 0}, {steps, b});
        const Expr terms = scan(step_body(lstm), {{state}}, {{now, next, gates, ends}}, {true, true, false, false})[1];
        return sum(terms) * (-1.0 / static_cast<double>(b * steps));
      },
      {f64({lstm.layers, 2, 4, b}), f64({3, b}), f64({lstm.layers, 2, b}), f64({lstm.steps, b})}, "lstm",
      {"gates", "ends", "state", "sequence"});
}

std::vector<Array> lstm_inputs(const Lstm& lstm) {
  return {Array({lstm.layers, 2, 4, lstm.size}, lstm.gates), Array({3, lstm.size}, lstm.ends),
          Array({lstm.layers, 2, lstm.size}, lstm.state), Array({lstm.steps, lstm.size}, lstm.sequence)};
}

}  // namespace wengert::bench
