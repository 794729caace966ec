// SPDX-License-Identifier: Apache-2.0
//
// Nets, described at run time. A layer is a function of parameters and input returning Expr; a Net is such a function
// together with what its parameters look like. There are no classes of layers: a net that no text describes is made by
// filling in the fields from any code.
//
//     Net net{.text = "bilinear", .inputs = 4, .outputs = 1};
//     net.parameters = {{"w", {4, 4}, he_normal()}};
//     net.apply = [](std::span<const Expr> p, Expr x) { return reshape(sum(matmul(x, p[0]) * x, {1}), {x.shape()[0],
//     1}); };
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "wengert/base/array.h"
#include "wengert/nn/activation.h"
#include "wengert/nn/initialize.h"

namespace wengert {

/// Regularization and weight decay spare biases.
enum class ParameterKind { weight, bias };

/// What a parameter is and how it starts.
struct ParameterSpec {
  std::string name;  ///< "layer1.weight"
  Shape shape;
  Initializer initial;
  ParameterKind kind = ParameterKind::weight;
};

/// A net of dense layers as data: what its text and its JSON hold.
struct NetDescription {
  struct Layer {
    int64_t width = 0;
    std::string activation = {};            ///< as parse_activation reads it
    std::string initializer = "he_normal";  ///< of weights, as parse_initializer reads it
    std::string bias_initializer = "zeros";
    friend bool operator==(const Layer&, const Layer&) = default;
  };
  int64_t inputs = 0;
  std::vector<Layer> layers;
  std::string loss = {}, regularize = {};  ///< as parse_loss and parse_regularizer read them; empty: not said
  friend bool operator==(const NetDescription&, const NetDescription&) = default;
};

/// parameters : in the order in which `apply` takes them
/// apply      : (parameters, x[batch, inputs]) -> [batch, outputs], before the link
struct Net {
  std::string text;  ///< "784-128 relu-10 softmax"
  int64_t inputs = 0, outputs = 0;
  Link link = Link::identity;  ///< a last softmax or sigmoid, which losses treat together with themselves (loss.h)
  std::vector<ParameterSpec> parameters = {};
  std::function<Expr(std::span<const Expr> parameters, Expr x)> apply = {};
  NetDescription description = {};  ///< without layers for a net made by hand

  /// What the net says: apply, then the link.
  Expr predict(std::span<const Expr> values, Expr x) const { return apply_link(link, apply(values, x)); }
  /// Starting values: those of parameter j depend on (key, j) alone.
  std::vector<Array> initial_parameters(uint64_t key, DType dtype) const;
  int64_t parameter_count() const;
};

/// x W + b. x : [batch, in], weight : [in, out], bias : [out]
Expr dense(Expr x, Expr weight, Expr bias);

/// The net of a description. Layer k has the parameters layerk.weight [in, out] and layerk.bias [out]; with maxout of p
/// pieces [in, p out] and [p out], where columns q out ... (q + 1) out - 1 are piece q.
/// throws : UsageError W810, and W811, W814, W815 of the layers' texts with the layer
Net make_net(NetDescription description);

/// A net of dense layers from text: widths joined by `-`, each but the first may be followed by an activation
/// (activation.h): "784-128 relu-10 softmax" is x -> softmax(relu(x W1 + b1) W2 + b2). A text that starts with a brace
/// is a description in JSON (net_json.h), and then `initializer` is not used.
///
/// initializer, bias_initializer : of all layers (initialize.h)
/// throws : UsageError W810 naming the part that is wrong; what make_net and parse_net_json throw
Net parse_net(const std::string& text, const std::string& initializer = "he_normal",
              const std::string& bias_initializer = "zeros");

/// "784-128 relu-10 softmax".
std::string short_text(const NetDescription& description);

}  // namespace wengert
