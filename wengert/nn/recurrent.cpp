// SPDX-License-Identifier: Apache-2.0
#include "wengert/nn/recurrent.h"

#include <functional>

#include "wengert/nn/layer_cases.h"
#include "wengert/nn/operands.h"
#include "wengert/primitives/activation.h"
#include "wengert/primitives/arithmetic.h"
#include "wengert/primitives/control.h"
#include "wengert/primitives/elementary.h"
#include "wengert/primitives/linalg.h"
#include "wengert/primitives/rearrange.h"
#include "wengert/primitives/select.h"
#include "wengert/primitives/slice.h"

namespace wengert {
namespace {

/// (x W + b of one step [batch, gates h], state, shared weights) -> the next state; of lstm hidden, then cell.
using Step = std::function<Values(const Expr& product, const Values& state, const Values& shared)>;

/// x : [..., features]; weights of `gates` gates; how many states there are a step is read off them.
void check_weights(std::string_view layer, const Expr& x, const RecurrentWeights& w, int64_t gates) {
  const DType dtype = w.hidden.type().dtype;
  require_operand(is_float(dtype) && w.hidden.rank() == 2, layer, "hidden weight", w.hidden, "float[h,gates h]");
  const int64_t h = w.hidden.shape()[0];
  require_type(layer, "hidden weight", w.hidden, {dtype, {h, gates * h}});
  require_type(layer, "input weight", w.input, {dtype, {x.shape().back(), gates * h}});
  require_type(layer, "bias", w.bias, {dtype, {gates * h}});
}

void check_step(std::string_view layer, const Expr& x, const RecurrentWeights& w, int64_t gates) {
  require_operand(is_float(x.type().dtype) && x.rank() == 2, layer, "x", x, "float[batch,features]");
  check_weights(layer, x, w, gates);
}

void check_sequence(std::string_view layer, const Expr& x, const RecurrentWeights& w, int64_t gates) {
  require_operand(is_float(x.type().dtype) && x.rank() == 3, layer, "x", x, "float[time,batch,features]");
  check_weights(layer, x, w, gates);
}

Type state_type(const Expr& x, const RecurrentWeights& w) {
  return {x.type().dtype, {x.shape()[x.rank() - 2], w.hidden.shape()[0]}};
}

/// Part `gate` of [batch, gates h].
Expr part(const Expr& gates, int64_t gate, int64_t h) { return slice(gates, {0, gate * h}, {gates.shape()[0], h}); }

Expr product(const Expr& x, const RecurrentWeights& w) { return matmul(x, w.input) + w.bias; }

/// The same for all steps, as one matrix product. Where the mask is false 0 stands for x: of whatever is there, a NaN
/// too, nothing gets into the weights' derivatives.
Expr products(std::string_view layer, Expr x, const RecurrentWeights& w, const SequenceOptions& options) {
  const int64_t time = x.shape()[0], batch = x.shape()[1];
  if (options.mask) x = select(reshape(mask_of(layer, *options.mask, {time, batch}), {time, batch, 1}), x, 0);
  return reshape(product(reshape(x, {time * batch, x.shape()[2]}), w), {time, batch, w.bias.shape()[0]});
}

Expr squashed(const Expr& x, Squashing f) { return f == Squashing::tanh ? tanh(x) : relu(x); }

LstmState lstm_step(const Expr& product, const LstmState& state, const Expr& hidden_weight) {
  const int64_t h = hidden_weight.shape()[0];
  const Expr gates = product + matmul(state.hidden, hidden_weight);
  const Expr i = sigmoid(part(gates, 0, h)), f = sigmoid(part(gates, 1, h));
  const Expr g = tanh(part(gates, 2, h)), o = sigmoid(part(gates, 3, h));
  const Expr cell = f * state.cell + i * g;
  return {o * tanh(cell), cell};
}

Expr gru_step(const Expr& product, const Expr& state, const Expr& hidden_weight, const Expr& state_bias) {
  const int64_t h = hidden_weight.shape()[0];
  const Expr own = matmul(state, hidden_weight);
  const Expr r = sigmoid(part(product, 0, h) + part(own, 0, h)), z = sigmoid(part(product, 1, h) + part(own, 1, h));
  const Expr n = tanh(part(product, 2, h) + r * (part(own, 2, h) + state_bias));
  return n + z * (state - n);
}

std::vector<Type> types_of(const Values& values) {
  std::vector<Type> types;
  for (const Expr& value : values) types.push_back(value.type());
  return types;
}

/// One step as a loop's body: (state..., product, shared..., mask?) -> (state..., hidden state).
Program loop_body(const std::vector<Type>& start, const Type& product, const std::vector<Type>& shared, bool masked,
                  const Step& step) {
  Recording recording("step", product.dtype);
  const auto inputs = [&](const std::vector<Type>& types) {
    Values values;
    for (const Type& type : types) values.push_back(recording.input(type));
    return values;
  };
  const Values state = inputs(start), products = inputs({product}), weights = inputs(shared);
  const Values mask = inputs(std::vector<Type>(masked ? 1 : 0, boolean({product.shape[0], 1})));
  Values next = step(products[0], state, weights);
  for (size_t k = 0; masked && k < next.size(); ++k) next[k] = select(mask[0], next[k], state[k]);
  next.push_back(next[0]);
  return recording.finish(next);
}

/// The last states, then all hidden ones.
Values run_steps(std::string_view layer, const Values& start, const Expr& products, const Values& shared,
                 const SequenceOptions& options, const Step& step) {
  const int64_t time = products.shape()[0], batch = products.shape()[1];
  Values operands{products};
  operands.insert(operands.end(), shared.begin(), shared.end());
  std::vector<bool> mapped(operands.size(), false);
  mapped[0] = true;
  if (options.mask) {
    operands.push_back(reshape(mask_of(layer, *options.mask, {time, batch}), {time, batch, 1}));
    mapped.push_back(true);
  }
  const Type product{products.type().dtype, products.shape().without(0)};
  const Program body = loop_body(types_of(start), product, types_of(shared), options.mask.has_value(), step);
  return scan(body, start, operands, mapped, time, options.reverse);
}

Expr start_of(std::string_view layer, const std::optional<Expr>& given, const Type& type) {
  if (!given) return zeros(type);
  require_type(layer, "first state", *given, type);
  return *given;
}

RecurrentWeights without_state_bias(const GruWeights& w) { return {w.input, w.hidden, w.bias}; }

void check_state_bias(std::string_view layer, const GruWeights& w) {
  require_type(layer, "state bias", w.state_bias, {w.hidden.type().dtype, {w.hidden.shape()[0]}});
}

}  // namespace

Expr rnn_cell(Expr x, Expr h, const RecurrentWeights& weights, Squashing f) {
  check_step("rnn_cell", x, weights, 1);
  require_type("rnn_cell", "state", h, state_type(x, weights));
  return squashed(product(x, weights) + matmul(h, weights.hidden), f);
}

StateSequence rnn(Expr x, const RecurrentWeights& weights, std::optional<Expr> h, Squashing f,
                  const SequenceOptions& options) {
  check_sequence("rnn", x, weights, 1);
  const Expr start = start_of("rnn", h, state_type(x, weights));
  const auto step = [f](const Expr& product, const Values& state, const Values& shared) {
    return Values{squashed(product + matmul(state[0], shared[0]), f)};
  };
  const Values results =
      run_steps("rnn", {start}, products("rnn", x, weights, options), {weights.hidden}, options, step);
  return {results[1], results[0]};
}

LstmState lstm_cell(Expr x, const LstmState& state, const RecurrentWeights& weights) {
  check_step("lstm_cell", x, weights, 4);
  require_type("lstm_cell", "hidden state", state.hidden, state_type(x, weights));
  require_type("lstm_cell", "cell state", state.cell, state_type(x, weights));
  return lstm_step(product(x, weights), state, weights.hidden);
}

LstmSequence lstm(Expr x, const RecurrentWeights& weights, std::optional<LstmState> state,
                  const SequenceOptions& options) {
  check_sequence("lstm", x, weights, 4);
  const Type type = state_type(x, weights);
  const Expr hidden = start_of("lstm", state ? std::optional(state->hidden) : std::nullopt, type);
  const Expr cell = start_of("lstm", state ? std::optional(state->cell) : std::nullopt, type);
  const auto step = [](const Expr& product, const Values& s, const Values& shared) {
    const LstmState next = lstm_step(product, {s[0], s[1]}, shared[0]);
    return Values{next.hidden, next.cell};
  };
  const Expr input_products = products("lstm", x, weights, options);
  const Values results = run_steps("lstm", {hidden, cell}, input_products, {weights.hidden}, options, step);
  return {results[2], {results[0], results[1]}};
}

Expr gru_cell(Expr x, Expr h, const GruWeights& weights) {
  const RecurrentWeights w = without_state_bias(weights);
  check_step("gru_cell", x, w, 3);
  check_state_bias("gru_cell", weights);
  require_type("gru_cell", "state", h, state_type(x, w));
  return gru_step(product(x, w), h, weights.hidden, weights.state_bias);
}

StateSequence gru(Expr x, const GruWeights& weights, std::optional<Expr> h, const SequenceOptions& options) {
  const RecurrentWeights w = without_state_bias(weights);
  check_sequence("gru", x, w, 3);
  check_state_bias("gru", weights);
  const Expr start = start_of("gru", h, state_type(x, w));
  const auto step = [](const Expr& product, const Values& state, const Values& shared) {
    return Values{gru_step(product, state[0], shared[0], shared[1])};
  };
  const Values shared{weights.hidden, weights.state_bias};
  const Values results = run_steps("gru", {start}, products("gru", x, w, options), shared, options, step);
  return {results[1], results[0]};
}

}  // namespace wengert
