// SPDX-License-Identifier: Apache-2.0
//
// Loss of a character model of stacked LSTM layers, as the ADBench suite has it: gates act entry by entry, there are no
// matrices. Layer by layer, from the input x of size b, with weights w and biases v of the four gates,
//
//   forget = sigmoid(x w_0 + v_0)    in = sigmoid(hidden w_1 + v_1)    out = sigmoid(x w_2 + v_2)
//   cell   = cell forget + in tanh(hidden w_3 + v_3)                   hidden = out tanh(cell), the next layer's x
//
// The first layer's x is the character times e_0; the prediction is hidden e_1 + e_2, less log(2 + sum exp of it). The
// loss is minus the mean product of prediction and next character.
// Source: Srajer, Kukelova, Fitzgibbon 2018, "A benchmark of selected algorithmic differentiation tools on some
// problems in computer vision and machine learning" (the suite's later addition, LSTM).
#pragma once

#include <cstdint>
#include <vector>

namespace wengert::bench {

struct Lstm {
  int64_t layers = 0, steps = 0, size = 14;  ///< l, c, b
  std::vector<double> gates;                 ///< [l, 2, 4, b]: weights, then biases, of forget, in, out, change
  std::vector<double> ends;                  ///< [3, b]: e
  std::vector<double> state;                 ///< [l, 2, b]: hidden and cell at first; no derivative by it is asked for
  std::vector<double> sequence;              ///< [c, b]: characters in bits
};

Lstm make_lstm(int64_t layers, int64_t steps, uint64_t key);

/// The loss, in plain loops.
double lstm_loss(const Lstm& lstm);

}  // namespace wengert::bench
