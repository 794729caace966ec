// SPDX-License-Identifier: Apache-2.0
#include "wengert/nn/net.h"

#include <charconv>
#include <fmt/format.h>

#include "wengert/ir/registry.h"
#include "wengert/nn/initialize.h"
#include "wengert/primitives/primitives.h"

namespace wengert {
namespace {

/// One part of the text: a width, and the activation behind it.
struct Part {
  int64_t width;
  const Primitive* activation;
};

[[noreturn]] void bad_net(const std::string& text, const std::string& problem) {
  throw UsageError("W810", fmt::format("the net \"{}\" {}", text, problem), {}, "write widths and activations like \"784-128 relu-10\"");
}

Part parse_part(const std::string& part, const std::string& text) {
  Part result{0, nullptr};
  const char* const end = part.data() + part.size();
  const auto [after, error] = std::from_chars(part.data(), end, result.width);
  constexpr int64_t widest = 1 << 20;
  if (error != std::errc() || result.width < 1 || result.width > widest)
    bad_net(text, fmt::format("has the part \"{}\", which does not start with a width from 1 to {}", part, widest));
  std::string name(after, end);
  name.erase(0, name.find_first_not_of(' '));
  name.erase(name.find_last_not_of(' ') + 1);
  if (name.empty()) return result;
  result.activation = find_primitive(name);
  if (result.activation == nullptr || result.activation->family != Family::elementwise || result.activation->arity != 1)
    bad_net(text, fmt::format("names the activation \"{}\", which is no elementwise primitive of one operand", name));
  return result;
}

std::vector<Part> parse_parts(const std::string& text) {
  std::vector<Part> parts;
  for (size_t at = 0; at <= text.size();) {
    const size_t dash = std::min(text.find('-', at), text.size());
    std::string part = text.substr(at, dash - at);
    part.erase(0, part.find_first_not_of(' '));
    parts.push_back(parse_part(part, text));
    at = dash + 1;
  }
  if (parts.size() < 2) bad_net(text, "has no layer: it needs at least two widths");
  if (parts.front().activation != nullptr) bad_net(text, "has an activation behind its input");
  return parts;
}

}  // namespace

Expr dense(Expr x, Expr weight, Expr bias) { return matmul(x, weight) + bias; }

std::vector<Array> Net::initial_parameters(uint64_t key, DType dtype) const {
  std::vector<Array> values;
  for (size_t j = 0; j < parameters.size(); ++j) {
    Random random = Random(key).split(j);
    Array value(Type{DType::f64, parameters[j].shape});
    for (double& x : value.mutable_values<double>()) x = parameters[j].initial(random);
    values.push_back(value.as(dtype));
  }
  return values;
}

int64_t Net::parameter_count() const {
  int64_t count = 0;
  for (const ParameterSpec& p : parameters) count += p.shape.elements();
  return count;
}

Net parse_net(const std::string& text) {
  const auto parts = parse_parts(text);
  Net net{text, parts.front().width, parts.back().width, {}, {}};
  std::vector<const Primitive*> activations;
  for (size_t layer = 1; layer < parts.size(); ++layer) {
    const int64_t in = parts[layer - 1].width, out = parts[layer].width;
    net.parameters.push_back({fmt::format("layer{}.weight", layer), {in, out}, he_normal(in)});
    net.parameters.push_back({fmt::format("layer{}.bias", layer), {out}, zero});
    activations.push_back(parts[layer].activation);
  }
  net.apply = [activations](std::span<const Expr> parameters, Expr x) {
    for (size_t layer = 0; layer < activations.size(); ++layer) {
      x = dense(x, parameters[2 * layer], parameters[2 * layer + 1]);
      if (activations[layer] != nullptr) x = record(*activations[layer], {x});
    }
    return x;
  };
  return net;
}

}  // namespace wengert
