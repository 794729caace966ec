// SPDX-License-Identifier: Apache-2.0
//
// The records of attention: width 4, 2 heads, a batch of 2 with 3 positions.
#include "wengert/nn/attention.h"
#include "wengert/nn/layer_cases.h"

namespace wengert {
namespace {

using Operands = std::span<const Expr>;
using Layer = std::function<Values(Operands)>;

/// The second example's last position is padding.
LayerOperand tokens() { return mask("mask", {2, 3}, {1, 1, 1, 1, 1, 0}); }

std::vector<LayerCase> plain_records() {
  const LayerOperand query = input("query", {2, 3, 4}), key = input("key", {2, 3, 4}),
                     value = input("value", {2, 3, 5});
  const LayerOperand pairs = mask("mask", {3, 3}, {1, 0, 1, 0, 0, 0, 1, 1, 0});  // nothing for the second query
  return {{"attention", {query, key, value}, [](Operands o) { return Values{attention(o[0], o[1], o[2])}; }},
          {"attention_causal",
           {query, key, value},
           [](Operands o) { return Values{attention(o[0], o[1], o[2], {.causal = true})}; }},
          {"attention_masked", {query, key, value, pairs}, [](Operands o) {
             return Values{attention(o[0], o[1], o[2], {.mask = o[3]})};
           }}};
}

LayerCase of_heads(const std::string& name, const std::vector<LayerOperand>& inputs, const Layer& apply) {
  std::vector<LayerOperand> operands{weight("input_weight", {4, 12}), weight("input_bias", {12}),
                                     weight("output_weight", {4, 4}), weight("output_bias", {4})};
  operands.insert(operands.end(), inputs.begin(), inputs.end());
  return {name, operands, apply};
}

std::vector<LayerCase> head_records() {
  const auto weights = [](Operands o) { return AttentionWeights{o[0], o[1], o[2], o[3]}; };
  const LayerOperand x = input("x", {2, 3, 4}), memory = input("memory", {2, 2, 4});
  return {of_heads("multi_head_attention", {x, memory},
                   [=](Operands o) { return Values{multi_head_attention(o[4], o[5], weights(o), 2)}; }),
          of_heads("self_attention", {x}, [=](Operands o) { return Values{self_attention(o[4], weights(o), 2)}; }),
          of_heads("self_attention_causal_masked", {x, tokens()}, [=](Operands o) {
            return Values{self_attention(o[4], weights(o), 2, {.causal = true, .mask = o[5]})};
          })};
}

LayerCase block_record() {
  const std::vector<LayerOperand> operands{weight("norm1_scale", {4}),      weight("norm1_bias", {4}),
                                           weight("input_weight", {4, 12}), weight("input_bias", {12}),
                                           weight("output_weight", {4, 4}), weight("output_bias", {4}),
                                           weight("norm2_scale", {4}),      weight("norm2_bias", {4}),
                                           weight("up_weight", {4, 6}),     weight("up_bias", {6}),
                                           weight("down_weight", {6, 4}),   weight("down_bias", {4}),
                                           input("x", {2, 3, 4}),           tokens()};
  return {"transformer_block", operands, [](Operands o) {
            const TransformerWeights w{o[0], o[1], {o[2], o[3], o[4], o[5]}, o[6], o[7], o[8], o[9], o[10], o[11]};
            return Values{transformer_block(o[12], w, 2, {.causal = true, .mask = o[13]})};
          }};
}

}  // namespace

std::vector<LayerCase> attention_cases() {
  std::vector<LayerCase> all = plain_records();
  for (const LayerCase& record : head_records()) all.push_back(record);
  all.push_back(block_record());
  return all;
}

}  // namespace wengert
