// SPDX-License-Identifier: Apache-2.0
//
// The records of the recurrent layers: 3 features, 2 hidden units, a batch of 2.
#include "wengert/nn/layer_cases.h"
#include "wengert/nn/recurrent.h"

namespace wengert {
namespace {

using Operands = std::span<const Expr>;

/// Input weight, hidden weight, bias; then `more`.
std::vector<LayerOperand> operands(int64_t gates, const std::vector<LayerOperand>& more) {
  std::vector<LayerOperand> all{weight("input_weight", {3, gates * 2}), weight("hidden_weight", {2, gates * 2}),
                                weight("bias", {gates * 2})};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

RecurrentWeights weights(Operands o) { return {o[0], o[1], o[2]}; }
GruWeights gru_weights(Operands o) { return {o[0], o[1], o[2], o[3]}; }

Values both(const StateSequence& s) { return {s.states, s.last}; }
Values all_of(const LstmSequence& s) { return {s.states, s.last.hidden, s.last.cell}; }

const LayerOperand x = input("x", {2, 3}), sequence = input("x", {4, 2, 3});
const LayerOperand hidden = input("hidden", {2, 2}), cell = input("cell", {2, 2});

/// Sequences of 4 and 2 steps.
LayerOperand lengths() { return mask("mask", {4, 2}, {1, 1, 1, 1, 1, 0, 1, 0}); }

std::vector<LayerCase> simple_records() {
  return {{"rnn_cell", operands(1, {x, hidden}), [](Operands o) { return Values{rnn_cell(o[3], o[4], weights(o))}; }},
          {"rnn", operands(1, {sequence, hidden}), [](Operands o) { return both(rnn(o[3], weights(o), o[4])); }},
          {"rnn_relu", operands(1, {sequence}),
           [](Operands o) { return both(rnn(o[3], weights(o), {}, Squashing::relu)); }}};
}

std::vector<LayerCase> lstm_records() {
  return {{"lstm_cell", operands(4, {x, hidden, cell}),
           [](Operands o) {
             const LstmState next = lstm_cell(o[3], {o[4], o[5]}, weights(o));
             return Values{next.hidden, next.cell};
           }},
          {"lstm", operands(4, {sequence, hidden, cell}),
           [](Operands o) {
             return all_of(lstm(o[3], weights(o), LstmState{o[4], o[5]}));
           }},
          {"lstm_masked", operands(4, {sequence, lengths()}),
           [](Operands o) { return all_of(lstm(o[3], weights(o), {}, {.mask = o[4]})); }},
          {"lstm_masked_reverse", operands(4, {sequence, lengths()}),
           [](Operands o) { return all_of(lstm(o[3], weights(o), {}, {.mask = o[4], .reverse = true})); }}};
}

std::vector<LayerCase> gru_records() {
  const LayerOperand state_bias = weight("state_bias", {2});
  return {{"gru_cell", operands(3, {state_bias, x, hidden}),
           [](Operands o) { return Values{gru_cell(o[4], o[5], gru_weights(o))}; }},
          {"gru", operands(3, {state_bias, sequence, hidden}),
           [](Operands o) { return both(gru(o[4], gru_weights(o), o[5])); }},
          {"gru_masked", operands(3, {state_bias, sequence, lengths()}),
           [](Operands o) { return both(gru(o[4], gru_weights(o), {}, {.mask = o[5]})); }}};
}

}  // namespace

std::vector<LayerCase> recurrent_cases() {
  std::vector<LayerCase> all = simple_records();
  for (const auto& family : {lstm_records(), gru_records()}) all.insert(all.end(), family.begin(), family.end());
  return all;
}

}  // namespace wengert
