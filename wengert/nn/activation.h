// SPDX-License-Identifier: Apache-2.0
//
// Activations of layers by text: "relu", "leaky_relu 0.2", "elu alpha=0.5", "maxout 2", "softmax". Beside those listed
// in activation.cpp every elementwise primitive of one operand is one (primitives/activation.h, elementary.h).
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "wengert/ir/expr.h"

namespace wengert {

/// What turns the last layer's sums into what a net says. It is kept apart from the layer, since losses are computed
/// from the sums where that is the accurate way (loss.h).
enum class Link { identity, sigmoid, softmax };

std::string to_string(Link link);
/// outputs : float[batch, k]; softmax is over the last axis
Expr apply_link(Link link, Expr outputs);

class OnnxGraph;
/// (graph, name of x) -> name of the result (onnx_layers.h).
using OnnxFunction = std::function<std::string(OnnxGraph&, const std::string&)>;

struct Activation {
  std::string text;                 ///< canonical; empty for the identity
  std::function<Expr(Expr)> apply;  ///< [batch, pieces * width] -> [batch, width]
  int64_t pieces = 1;               ///< linear pieces a unit; more than 1 for maxout only
  Link link = Link::identity;       ///< what it is as a net's last activation
  OnnxFunction onnx = {};           ///< empty: ONNX has none such
};

/// The identity for "", "identity" and "linear".
/// throws : UsageError W814 for an unknown one, W815 and W811 for its numbers
Activation parse_activation(std::string_view text);

// Beside the primitives:
/// scale x above 0, scale alpha (e^x - 1) below, with the scale and alpha for which activations of mean 0 and variance
/// 1 keep them. source : KUMH17, eq. (2) and section "Deriving the mean and variance mapping function"
Expr selu(Expr x);
/// x tanh(softplus(x)). source : Misra 2019
Expr mish(Expr x);
/// x / (1 + |x|).
Expr softsign(Expr x);
/// min(max(0, x), 6).
Expr relu6(Expr x);

}  // namespace wengert
