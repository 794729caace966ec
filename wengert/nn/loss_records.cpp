// SPDX-License-Identifier: Apache-2.0
//
// The records of losses, on 4 examples.
#include "wengert/nn/layer_cases.h"
#include "wengert/nn/loss.h"

namespace wengert {
namespace {

using Operands = std::span<const Expr>;

/// Outputs [4, 3] and targets.
LayerCase of_outputs(const std::string& name, const LayerOperand& targets, Expr (*loss)(Expr, Expr)) {
  return {name, {input("outputs", {4, 3}), targets}, [loss](Operands o) { return Values{loss(o[0], o[1])}; }};
}

std::vector<LayerCase> batch_records() {
  const LayerOperand values = input("targets", {4, 3}), classes = labels("labels", {4}, {2, 0, 1, 0});
  const LayerOperand distribution =
      input("targets", {4, 3}, Array({4, 3}, {0.5, 0.25, 0.25, 0, 0, 1, 0.125, 0.5, 0.375, 1, 0, 0}));
  return {of_outputs("softmax_cross_entropy", classes, softmax_cross_entropy),
          of_outputs("softmax_cross_entropy_of_values", distribution, softmax_cross_entropy),
          of_outputs("logistic_loss", distribution, logistic_loss),
          of_outputs("squared_error", values, squared_error),
          of_outputs("mean_squared_error", values, mean_squared_error),
          of_outputs("huber_loss", values, [](Expr y, Expr t) { return huber_loss(y, t, 0.5); })};
}

std::vector<LayerCase> sequence_records() {
  const LayerOperand logits = input("logits", {2, 3, 4});
  const LayerOperand tokens = mask("mask", {2, 3}, {1, 1, 0, 1, 0, 0});
  return {{"sequence_cross_entropy",
           {logits, labels("labels", {2, 3}, {3, 0, 1, 1, 2, 0})},
           [](Operands o) { return Values{sequence_cross_entropy(o[0], o[1])}; }},
          {"sequence_cross_entropy_masked",
           {logits, labels("labels", {2, 3}, {3, 0, -100, 1, -100, -100}), tokens},
           [](Operands o) { return Values{sequence_cross_entropy(o[0], o[1], o[2])}; }}};
}

std::vector<LayerCase> metric_records() {
  const LayerOperand a = input("a", {4, 3}), b = input("b", {4, 3}), c = input("c", {4, 3});
  return {{"triplet_loss", {a, b, c}, [](Operands o) { return Values{triplet_loss(o[0], o[1], o[2], 0.5)}; }},
          {"contrastive_loss", {a, b, labels("different", {4}, {0, 1, 1, 0})}, [](Operands o) {
             return Values{contrastive_loss(o[0], o[1], o[2], 1.5)};
           }}};
}

}  // namespace

std::vector<LayerCase> loss_cases() {
  std::vector<LayerCase> all = batch_records();
  for (const auto& family : {sequence_records(), metric_records()}) all.insert(all.end(), family.begin(), family.end());
  return all;
}

}  // namespace wengert
