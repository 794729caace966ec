// SPDX-License-Identifier: Apache-2.0
//
// Layers over sequences [time, features].
#include "wengert/nn/attention.h"
#include "wengert/nn/dropout.h"
#include "wengert/nn/layer_families.h"
#include "wengert/nn/onnx_layers.h"
#include "wengert/nn/recurrent.h"
#include "wengert/nn/torch_layers.h"
#include "wengert/primitives/arithmetic.h"
#include "wengert/primitives/rearrange.h"
#include "wengert/primitives/slice.h"

namespace wengert {
namespace {

constexpr Interval flag{0, 1, false, false, true};

void require_sequence(std::string_view layer, const Shape& x) {
  if (x.rank() != 2) refuse_input(layer, "sequences [time, features]", x, "say the extents of the input, e.g. \"100x3\", or put an embedding behind tokens");
}

Layer make_embedding(LayerNumbers n, LayerShapes in, const LayerStart& start) {
  if (in[0].rank() != 1) refuse_input("embedding", "tokens [time]", in[0], "begin the net with \"N tokens\"");
  const int64_t symbols = whole(n[0]), width = whole(n[1]);
  return learned_layer({in[0][0], width}, {weight_spec("weight", {symbols, width}, start)},
                       [](std::span<const Expr> p, Expr tokens) { return embedding(p[0], tokens); });
}

Layer make_positions(LayerNumbers, LayerShapes in, const LayerStart& start) {
  require_sequence("positions", in[0]);
  return learned_layer(in[0], {weight_spec("weight", in[0], start)}, [](std::span<const Expr> p, Expr x) { return x + p[0]; });
}

Layer make_last(LayerNumbers, LayerShapes in, const LayerStart&) {
  require_sequence("last", in[0]);
  const int64_t time = in[0][0], width = in[0][1];
  return plain_layer({width}, [time, width](Expr x) {
    const int64_t batch = x.shape()[0];
    return reshape(slice(x, {0, time - 1, 0}, {batch, 1, width}), {batch, width});
  });
}

/// A recurrent layer runs over [time, batch, ...].
Expr over_time(Expr x, const std::function<Expr(Expr)>& layer) { return transpose(layer(transpose(x, {1, 0, 2})), {1, 0, 2}); }

std::vector<ParameterSpec> recurrent_specs(int64_t features, int64_t width, int64_t gates, const LayerStart& start) {
  return {weight_spec("input_weight", {features, gates * width}, start), weight_spec("hidden_weight", {width, gates * width}, start),
          bias_spec("bias", {gates * width}, start)};
}

Layer make_rnn(LayerNumbers n, LayerShapes in, const LayerStart& start) {
  require_sequence("rnn", in[0]);
  const int64_t width = whole(n[0]);
  return learned_layer({in[0][0], width}, recurrent_specs(in[0][1], width, 1, start), [](std::span<const Expr> p, Expr x) {
    return over_time(x, [&](Expr v) { return rnn(v, {p[0], p[1], p[2]}).states; });
  });
}

Layer make_lstm(LayerNumbers n, LayerShapes in, const LayerStart& start) {
  require_sequence("lstm", in[0]);
  const int64_t width = whole(n[0]);
  return learned_layer({in[0][0], width}, recurrent_specs(in[0][1], width, 4, start), [](std::span<const Expr> p, Expr x) {
    return over_time(x, [&](Expr v) { return lstm(v, {p[0], p[1], p[2]}).states; });
  });
}

Layer make_gru(LayerNumbers n, LayerShapes in, const LayerStart& start) {
  require_sequence("gru", in[0]);
  const int64_t width = whole(n[0]);
  auto specs = recurrent_specs(in[0][1], width, 3, start);
  specs.push_back(bias_spec("state_bias", {width}, start));
  return learned_layer({in[0][0], width}, std::move(specs), [](std::span<const Expr> p, Expr x) {
    return over_time(x, [&](Expr v) { return gru(v, {p[0], p[1], p[2], p[3]}).states; });
  });
}

void require_heads(std::string_view layer, const Shape& x, int64_t heads) {
  require_sequence(layer, x);
  if (x[1] % heads != 0) refuse_input(layer, "features that its heads divide", x, "choose heads that divide them");
}

std::vector<ParameterSpec> attention_specs(int64_t d, const LayerStart& start) {
  return {weight_spec("input_weight", {d, 3 * d}, start), bias_spec("input_bias", {3 * d}, start), weight_spec("output_weight", {d, d}, start),
          bias_spec("output_bias", {d}, start)};
}

Layer make_attention(LayerNumbers n, LayerShapes in, const LayerStart& start) {
  const int64_t heads = whole(n[0]);
  require_heads("attention", in[0], heads);
  return learned_layer(in[0], attention_specs(in[0][1], start), [heads, causal = n[1] != 0](std::span<const Expr> p, Expr x) {
    return self_attention(x, {p[0], p[1], p[2], p[3]}, heads, {.causal = causal});
  });
}

Layer make_transformer(LayerNumbers n, LayerShapes in, const LayerStart& start) {
  const int64_t heads = whole(n[0]), width = whole(n[1]);
  require_heads("transformer", in[0], heads);
  const int64_t d = in[0][1];
  const auto norm = [&](std::string_view name) {
    ParameterSpec scale = scale_spec(d), bias = bias_spec("bias", {d}, start);
    scale.name = std::string(name) + "_scale", bias.name = std::string(name) + "_bias";
    return std::vector{scale, bias};
  };
  std::vector<ParameterSpec> specs = norm("norm1");
  for (const auto& more : {attention_specs(d, start), norm("norm2")}) specs.insert(specs.end(), more.begin(), more.end());
  specs.insert(specs.end(), {weight_spec("up_weight", {d, width}, start), bias_spec("up_bias", {width}, start), weight_spec("down_weight", {width, d}, start),
                             bias_spec("down_bias", {d}, start)});
  return learned_layer(in[0], std::move(specs), [heads, causal = n[2] != 0](std::span<const Expr> p, Expr x) {
    return transformer_block(x, {p[0], p[1], {p[2], p[3], p[4], p[5]}, p[6], p[7], p[8], p[9], p[10], p[11]}, heads, {.causal = causal});
  });
}

}  // namespace

std::vector<LayerKind> sequence_kinds() {
  const Setting width{"width", counts}, heads{"heads", counts}, causal{"causal", flag, 0};
  return {{{"embedding", {{"symbols", counts}, width}}, "a row of numbers for each symbol", "3 tokens - embedding 4 2 - flatten - 2", false, true, make_embedding, onnx_embedding, &torch_embedding},
          {{"positions"}, "adds a learned row to each position", "3x2 - positions - flatten - 2", false, true, make_positions, onnx_positions, &torch_positions},
          {{"rnn", {width}}, "a recurrent layer of tanh units: all states", "3x2 - rnn 2 - 2", false, true, make_rnn, onnx_rnn, &torch_rnn},
          {{"lstm", {width}}, "long short-term memory: all states", "3x2 - lstm 2 - 2", false, true, make_lstm, onnx_lstm, &torch_lstm},
          {{"gru", {width}}, "gated recurrent units: all states", "3x2 - gru 2 - 2", false, true, make_gru, onnx_gru, &torch_gru},
          {{"last"}, "the last position alone", "3x2 - gru 2 - last - 2", false, true, make_last, onnx_last, &torch_row},
          {{"attention", {heads, causal}}, "each position looks at all, or with causal=1 at those before it and itself", "3x4 - attention 2 causal=1 - 2", false, true, make_attention, onnx_attention, &torch_attention},
          {{"transformer", {heads, width, causal}}, "attention and two dense layers, each behind a layer_norm and beside a path around it", "3x4 - transformer 2 5 - 2", false, true, make_transformer, onnx_transformer, &torch_transformer}};
}

}  // namespace wengert
