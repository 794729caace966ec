// SPDX-License-Identifier: Apache-2.0
//
// Recurrent layers: simple (Elman), LSTM, GRU; one step (a cell), and whole sequences [time, batch, features] by a
// scan. The products of all steps' inputs with their weights are one product before the scan, so a step of it
// multiplies the state alone.
//
// Sequences of different length stand in one batch with a mask [time, batch]: where it is false the state is carried
// unchanged, so the last state is that after each sequence's own last step, and what stands in x there has no share in
// values or derivatives. In reverse the padding comes first, and the state waits there as it began.
//
// Weights are [in, gates h], the gates one beside the other. PyTorch's are the transposes, in the same order of gates:
// input = weight_ih^T, hidden = weight_hh^T. It has two biases; where they are only ever added one is enough:
// bias = bias_ih + bias_hh, for the GRU with the exception below.
#pragma once

#include <optional>

#include "wengert/ir/expr.h"

namespace wengert {

struct SequenceOptions {
  std::optional<Expr> mask = {};  ///< bool[time, batch], or numbers of which all but 0 are true; none: all are
  bool reverse = false;           ///< from the last step to the first; states stay at their steps' places
};

/// gates = 1 for rnn, 4 for lstm.
struct RecurrentWeights {
  Expr input;   ///< [features, gates h]
  Expr hidden;  ///< [h, gates h]
  Expr bias;    ///< [gates h]
};

/// States after every step, [time, batch, h], and after the last, [batch, h].
struct StateSequence {
  Expr states, last;
};

enum class Squashing { tanh, relu };

/// h' = f(x W + h U + b).
///
/// shapes : x [batch, features], h [batch, hidden] -> [batch, hidden]
/// throws : ShapeError W833, as all of this file.  source : Elman 1990
Expr rnn_cell(Expr x, Expr h, const RecurrentWeights& weights, Squashing f = Squashing::tanh);
/// Over x [time, batch, features], from h [batch, hidden] (none: zeros).
///
/// cost   : 2 (features + hidden) hidden operations a step and example; the pullback computes each step again, and
/// keeps
///          the states only
StateSequence rnn(Expr x, const RecurrentWeights& weights, std::optional<Expr> h = {}, Squashing f = Squashing::tanh,
                  const SequenceOptions& options = {});

struct LstmState {
  Expr hidden, cell;  ///< [batch, h]
};
struct LstmSequence {
  Expr states;  ///< the hidden ones, [time, batch, h]
  LstmState last;
};

/// i, f, g, o = the four parts, in this order, of x W + h U + b
/// c' = sigmoid(f) c + sigmoid(i) tanh(g),    h' = sigmoid(o) tanh(c')
///
/// Of the bias of f it is known that it should start at 1 (JZS15, section 3). source : HS97 with the forget gate of
/// GSC00, eqs. (1)-(8), without peepholes
LstmState lstm_cell(Expr x, const LstmState& state, const RecurrentWeights& weights);
/// cost   : 8 (features + hidden) hidden operations a step and example; the pullback keeps both states of every step
LstmSequence lstm(Expr x, const RecurrentWeights& weights, std::optional<LstmState> state = {},
                  const SequenceOptions& options = {});

/// gates = 3. PyTorch adds a bias to the new state's h U before r multiplies it, and one to its x W: of its bias_ih and
/// bias_hh, `bias` is the sum for r and z and bias_ih's part for n; `state_bias` is bias_hh's part for n.
struct GruWeights {
  Expr input, hidden, bias;
  Expr state_bias;  ///< [h]
};

/// r, z, n = the three parts, in this order, of x W + b and of h U
/// r = sigmoid(x W_r + b_r + h U_r),  z = sigmoid(x W_z + b_z + h U_z),  n = tanh(x W_n + b_n + r (h U_n + state_bias))
/// h' = (1 - z) n + z h
///
/// source : CMGBSB14, eqs. (5)-(8), with r behind the product U_n, where PyTorch and cuDNN have it
Expr gru_cell(Expr x, Expr h, const GruWeights& weights);
/// cost   : 6 (features + hidden) hidden operations a step and example
StateSequence gru(Expr x, const GruWeights& weights, std::optional<Expr> h = {}, const SequenceOptions& options = {});

}  // namespace wengert
