// SPDX-License-Identifier: Apache-2.0
#include "wengert/nn/activation.h"

#include <algorithm>
#include <fmt/format.h>

#include "wengert/base/choice.h"
#include "wengert/ir/primitive.h"
#include "wengert/ir/registry.h"
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

/// The largest of `pieces` sums for each unit: columns [piece][unit] of x.
Expr largest_piece(const Expr& x, int64_t pieces) {
  const int64_t batch = x.shape()[0], width = x.shape()[1] / pieces;
  return max_reduce(reshape(x, {batch, pieces, width}), {1});
}

Activation plain(Function f) { return {{}, std::move(f)}; }

const std::vector<Maker<Activation>>& makers() {
  static const std::vector<Maker<Activation>> all{
      {{"identity"}, [](Numbers) { return plain([](Expr x) { return x; }); }},
      {{"linear"}, [](Numbers) { return plain([](Expr x) { return x; }); }},
      {{"sigmoid"},
       [](Numbers) {
         return Activation{{}, [](Expr x) { return sigmoid(x); }, 1, Link::sigmoid};
       }},
      {{"softmax"},
       [](Numbers) {
         return Activation{{}, [](Expr x) { return softmax(x); }, 1, Link::softmax};
       }},
      {{"leaky_relu", {{"slope", non_negative, 0.1}}},
       [](Numbers n) { return plain([slope = n[0]](Expr x) { return leaky_relu(x, slope); }); }},
      {{"elu", {{"alpha", non_negative, 1.0}}},
       [](Numbers n) { return plain([alpha = n[0]](Expr x) { return elu(x, alpha); }); }},
      {{"maxout", {{"pieces", {2, 64, false, false, true}, 2.0}}},
       [](Numbers n) {
         const auto pieces = static_cast<int64_t>(n[0]);
         return Activation{{}, [pieces](Expr x) { return largest_piece(x, pieces); }, pieces};
       }},
      {{"selu"}, [](Numbers) { return plain(selu); }},
      {{"mish"}, [](Numbers) { return plain(mish); }},
      {{"softsign"}, [](Numbers) { return plain(softsign); }},
      {{"relu6"}, [](Numbers) { return plain(relu6); }}};
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
    return {std::string(p->name), [p](Expr x) { return record(*p, {x}); }};
  try {
    auto [activation, canonical] = make_chosen(text, "activation", makers());
    activation.text = canonical == "identity" || canonical == "linear" ? "" : canonical;
    return activation;
  } catch (const UsageError& error) {
    if (error.id() != "W814") throw;
    throw UsageError(error.id(), error.problem(), {}, error.fix() + unary_names());
  }
}

Expr selu(Expr x) { return 1.0507009873554805 * elu(x, 1.6732632423543772); }
Expr mish(Expr x) { return x * tanh(softplus(x)); }
Expr softsign(Expr x) { return x / (1 + abs(x)); }
Expr relu6(Expr x) { return clamp(x, 0, 6); }

}  // namespace wengert
