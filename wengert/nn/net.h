// SPDX-License-Identifier: Apache-2.0
//
// Nets, described at run time. A Net is a function of parameters and input together with what its parameters look like.
// There are no classes of layers: a net that no text describes is made by filling in the fields from any code.
//
//     Net net{.text = "bilinear", .inputs = 4, .outputs = 1};
//     net.parameters = {{"w", {4, 4}, he_normal()}};
//     net.apply = [](std::span<const Expr> p, Expr x) { return reshape(sum(matmul(x, p[0]) * x, {1}), {x.shape()[0], 1}); };
#pragma once

#include <concepts>
#include <functional>
#include <string>
#include <vector>

#include "wengert/base/array.h"
#include "wengert/nn/activation.h"
#include "wengert/nn/layer.h"

namespace wengert {

/// A net as data: what its text and its JSON hold.
struct NetDescription {
  struct Layer {
    std::string text;                       ///< "128 relu", "conv 6 5 pad=2 relu as a" (net_text.h)
    std::string initializer = "he_normal";  ///< of weights, as parse_initializer reads it
    std::string bias_initializer = "zeros";
    friend bool operator==(const Layer&, const Layer&) = default;
  };
  std::string input;  ///< of an example: "784", "28x28x1", "64 tokens"
  std::vector<Layer> layers;
  std::string loss = {}, regularize = {};  ///< as parse_loss and parse_regularizer read them; empty: not said
  friend bool operator==(const NetDescription&, const NetDescription&) = default;
};

/// What a net is applied to. x: [batch, inputs]; the rest as of a layer (layer.h), for the whole net.
struct NetInputs {
  std::span<const Expr> parameters, statistics;
  Expr x;
  bool training = false;
  std::optional<Expr> key = {}, weight = {};
};

/// A net's function, made from one of (parameters, x), which is the same in training and in use, or of NetInputs.
class NetFunction {
 public:
  NetFunction() = default;
  template <class F>
  requires std::invocable<F&, std::span<const Expr>, Expr>
  NetFunction(F f) : f_([f = std::move(f)](const NetInputs& in) { return LayerOutputs{f(in.parameters, in.x)}; }) {}
  template <class F>
  requires std::invocable<F&, const NetInputs&>
  NetFunction(F f) : f_(std::move(f)) {}

  LayerOutputs operator()(const NetInputs& in) const { return f_(in); }
  /// In use, of a net without statistics.
  Expr operator()(std::span<const Expr> parameters, Expr x) const { return f_({parameters, {}, std::move(x)}).value; }

 private:
  std::function<LayerOutputs(const NetInputs&)> f_;
};

/// parameters : in the order in which `apply` takes them
/// apply      : x[batch, inputs] -> [batch, outputs], or [batch, time, outputs] for sequences, before the link
struct Net {
  std::string text;  ///< "784-128 relu-10 softmax"
  int64_t inputs = 0, outputs = 0;
  Link link = Link::identity;  ///< a last softmax or sigmoid, which losses treat together with themselves (loss.h)
  std::vector<ParameterSpec> parameters = {};
  NetFunction apply = {};
  NetDescription description = {};  ///< without layers for a net made by hand
  std::vector<ParameterSpec> statistics = {};  ///< gathered while it is trained, not learned: running means and variances
  bool is_random = false;                         ///< wants a key when it is trained
  int64_t steps = 0;                           ///< outputs a position of a sequence of so many; 0: outputs an example

  /// What the net says: apply, then the link. For nets without statistics.
  Expr predict(std::span<const Expr> values, Expr x) const { return apply_link(link, apply(values, x)); }
  /// Starting values of parameters, then of statistics: those of parameter j depend on (key, j) alone.
  std::vector<Array> initial_parameters(uint64_t key, DType dtype) const;
  int64_t parameter_count() const;
  /// Parameters, then statistics: what a trained net is.
  std::vector<ParameterSpec> values() const;
};

/// x W + b. x : [..., in], weight : [in, out], bias : [out]
Expr dense(Expr x, Expr weight, Expr bias);

/// The net of a description. The parameters of layer k are layerk.NAME, such as layerk.weight [in, out] and layerk.bias
/// [out] of a dense one; with maxout of p pieces [in, p out] and [p out], where columns q out ... (q + 1) out - 1 are
/// piece q.
/// throws : UsageError W810, and W811, W814, W815, W818 of the layers' texts with the layer
Net make_net(NetDescription description);

/// A net from text: the input and layers, joined by `-`, as net_text.h reads them: "784-128 relu-10 softmax" is
/// x -> softmax(relu(x W1 + b1) W2 + b2). A text that starts with a brace is a description in JSON (net_json.h), and
/// then `initializer` is not used.
///
/// initializer, bias_initializer : of all layers (initialize.h)
/// throws : UsageError W810 naming the part that is wrong; what make_net and parse_net_json throw
Net parse_net(const std::string& text, const std::string& initializer = "he_normal",
              const std::string& bias_initializer = "zeros");

/// "784-128 relu-10 softmax".
std::string short_text(const NetDescription& description);

}  // namespace wengert
