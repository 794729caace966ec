// SPDX-License-Identifier: Apache-2.0
#include "wengert/nn/activation.h"

#include <algorithm>
#include <fmt/format.h>

#include "wengert/base/choice.h"
#include "wengert/ir/primitive.h"
#include "wengert/ir/registry.h"
#include "wengert/nn/onnx_layers.h"
#include "wengert/primitives/activation.h"
#include "wengert/primitives/arithmetic.h"
#include "wengert/primitives/elementary.h"
#include "wengert/primitives/rearrange.h"
#include "wengert/primitives/reduce.h"
#include "wengert/primitives/select.h"
#include "wengert/primitives/softmax.h"

namespace wengert {
namespace {

using Numbers = std::span<const double>;
using Function = std::function<Expr(Expr)>;

constexpr double selu_scale = 1.0507009873554805, selu_alpha = 1.6732632423543772;

std::string unchanged(OnnxGraph&, const std::string& x) { return x; }

/// The largest of `pieces` sums for each unit: columns [piece][unit] of x.
Expr largest_piece(const Expr& x, int64_t pieces) {
  const int64_t batch = x.shape()[0], width = x.shape()[1] / pieces;
  return max_reduce(reshape(x, {batch, pieces, width}), {1});
}

Activation plain(Function f, OnnxFunction onnx) { return {.text = {}, .apply = std::move(f), .onnx = std::move(onnx)}; }

const std::vector<Maker<Activation>>& makers() {
  static const std::vector<Maker<Activation>> all{
      {{"identity"}, [](Numbers) { return plain([](Expr x) { return x; }, unchanged); }},
      {{"linear"}, [](Numbers) { return plain([](Expr x) { return x; }, unchanged); }},
      {{"sigmoid"},
       [](Numbers) {
         return Activation{{}, [](Expr x) { return sigmoid(x); }, 1, Link::sigmoid, onnx_node("Sigmoid")};
       }},
      {{"softmax"},
       [](Numbers) {
         return Activation{{}, [](Expr x) { return softmax(x); }, 1, Link::softmax, onnx_node("Softmax", {{"axis", int64_t{-1}}})};
       }},
      {{"leaky_relu", {{"slope", non_negative, 0.1}}},
       [](Numbers n) { return plain([slope = n[0]](Expr x) { return leaky_relu(x, slope); }, onnx_node("LeakyRelu", {{"alpha", n[0]}})); }},
      {{"elu", {{"alpha", non_negative, 1.0}}},
       [](Numbers n) { return plain([alpha = n[0]](Expr x) { return elu(x, alpha); }, onnx_node("Elu", {{"alpha", n[0]}})); }},
      {{"maxout", {{"pieces", {2, 64, false, false, true}, 2.0}}},
       [](Numbers n) {
         const auto pieces = static_cast<int64_t>(n[0]);
         return Activation{{}, [pieces](Expr x) { return largest_piece(x, pieces); }, pieces, Link::identity, onnx_maxout(pieces)};
       }},
      {{"selu"}, [](Numbers) { return plain(selu, onnx_node("Selu", {{"alpha", selu_alpha}, {"gamma", selu_scale}})); }},
      {{"mish"}, [](Numbers) { return plain(mish, onnx_mish()); }},
      {{"softsign"}, [](Numbers) { return plain(softsign, onnx_node("Softsign")); }},
      {{"relu6"}, [](Numbers) { return plain(relu6, onnx_relu6()); }}};
  return all;
}

/// The elementwise primitive of that name, or null.
const Primitive* find_unary(std::string_view name) {
  const Primitive* const found = find_primitive(name);
  return found && found->family == Family::elementwise && found->arity == 1 ? found : nullptr;
}

std::string unary_names() {
  std::string names;
  for (const Primitive* p : primitives())
    if (find_unary(p->name) == p && p->name != "sigmoid") names += fmt::format("; {}", p->name);
  return names;
}

}  // namespace

std::string to_string(Link link) {
  return link == Link::softmax ? "softmax" : link == Link::sigmoid ? "sigmoid" : "identity";
}

Expr apply_link(Link link, Expr outputs) {
  return link == Link::softmax ? softmax(outputs) : link == Link::sigmoid ? sigmoid(outputs) : outputs;
}

Activation parse_activation(std::string_view text) {
  if (text.find_first_not_of(" \t") == std::string_view::npos) return parse_activation("identity");
  if (const Primitive* p = find_unary(text); p && p->name != "sigmoid")
    return {.text = std::string(p->name), .apply = [p](Expr x) { return record(*p, {x}); }, .onnx = onnx_elementwise(p->name)};
  try {
    auto [activation, canonical] = make_chosen(text, "activation", makers());
    activation.text = canonical == "identity" || canonical == "linear" ? "" : canonical;
    return activation;
  } catch (const UsageError& error) {
    if (error.id() != "W814") throw;
    throw UsageError(error.id(), error.problem(), {}, error.fix() + unary_names());
  }
}

Expr selu(Expr x) { return selu_scale * elu(x, selu_alpha); }
Expr mish(Expr x) { return x * tanh(softplus(x)); }
Expr softsign(Expr x) { return x / (1 + abs(x)); }
Expr relu6(Expr x) { return clamp(x, 0, 6); }

}  // namespace wengert
