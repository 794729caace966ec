// SPDX-License-Identifier: Apache-2.0
#include "wengert/nn/net.h"

#include <cctype>
#include <charconv>
#include <fmt/format.h>

#include "wengert/base/error.h"
#include "wengert/nn/net_json.h"
#include "wengert/primitives/arithmetic.h"
#include "wengert/primitives/linalg.h"

namespace wengert {
namespace {

constexpr int64_t widest = 1 << 20;

[[noreturn]] void bad_net(const std::string& text, const std::string& problem) {
  throw UsageError("W810", fmt::format("the net \"{}\" {}", text, problem), {},
                   "write widths and activations like \"784-128 relu-10 softmax\"");
}

std::string trimmed(std::string text) {
  text.erase(0, text.find_first_not_of(" \t"));
  text.erase(text.find_last_not_of(" \t") + 1);
  return text;
}

/// A width, and the activation behind it.
NetDescription::Layer parse_part(const std::string& part, const std::string& text) {
  NetDescription::Layer layer;
  const char* const end = part.data() + part.size();
  const auto [after, error] = std::from_chars(part.data(), end, layer.width);
  if (error != std::errc() || layer.width < 1 || layer.width > widest)
    bad_net(text, fmt::format("has the part \"{}\", which does not start with a width from 1 to {}", part, widest));
  layer.activation = trimmed(std::string(after, end));
  return layer;
}

/// The next dash from `at` on that separates layers; the one in "elu 1e-3" does not.
size_t next_dash(const std::string& text, size_t at) {
  for (size_t k = at; k < text.size(); ++k) {
    const auto digit = [&](size_t place) {
      return place < text.size() && std::isdigit(static_cast<unsigned char>(text[place]));
    };
    const bool exponent =
        k >= at + 2 && std::tolower(text[k - 1]) == 'e' && (digit(k - 2) || text[k - 2] == '.') && digit(k + 1);
    if (text[k] == '-' && !exponent) return k;
  }
  return text.size();
}

NetDescription parse_parts(const std::string& text) {
  NetDescription description;
  std::vector<NetDescription::Layer> parts;
  for (size_t at = 0; at <= text.size();) {
    const size_t dash = next_dash(text, at);
    parts.push_back(parse_part(trimmed(text.substr(at, dash - at)), text));
    at = dash + 1;
  }
  if (parts.size() < 2) bad_net(text, "has no layer: it needs at least two widths");
  if (!parts.front().activation.empty()) bad_net(text, "has an activation behind its input");
  description.inputs = parts.front().width;
  description.layers.assign(parts.begin() + 1, parts.end());
  return description;
}

void check_widths(const NetDescription& d) {
  const std::string text = short_text(d);
  if (d.layers.empty()) bad_net(text, "has no layer: it needs at least two widths");
  if (d.inputs < 1 || d.inputs > widest)
    bad_net(text, fmt::format("has {} inputs; from 1 to {} are possible", d.inputs, widest));
  for (const auto& layer : d.layers)
    if (layer.width < 1 || layer.width > widest)
      bad_net(text, fmt::format("has a layer of width {}; from 1 to {} are possible", layer.width, widest));
}

/// Adds the parameters of a layer; writes its texts in canonical form. Returns its activation.
Activation add_layer(Net& net, NetDescription::Layer& layer, int64_t in, size_t number) try {
  Activation activation = parse_activation(layer.activation);
  const NamedInitializer weight = parse_initializer(layer.initializer),
                         bias = parse_initializer(layer.bias_initializer);
  layer = {layer.width, activation.text, weight.text, bias.text};
  const int64_t columns = layer.width * activation.pieces;
  net.parameters.push_back({fmt::format("layer{}.weight", number), {in, columns}, weight.fill});
  net.parameters.push_back({fmt::format("layer{}.bias", number), {columns}, bias.fill, ParameterKind::bias});
  return activation;
} catch (const Error& error) {
  error.rethrow_at(fmt::format("layer {} of the net", number));
}

}  // namespace

Expr dense(Expr x, Expr weight, Expr bias) { return matmul(x, weight) + bias; }

std::vector<Array> Net::initial_parameters(uint64_t key, DType dtype) const {
  std::vector<Array> values;
  for (size_t j = 0; j < parameters.size(); ++j) {
    Random random = Random(key).split(j);
    Array value(Type{DType::f64, parameters[j].shape});
    parameters[j].initial(random, value.shape(), value.mutable_values<double>());
    values.push_back(value.as(dtype));
  }
  return values;
}

int64_t Net::parameter_count() const {
  int64_t count = 0;
  for (const ParameterSpec& p : parameters) count += p.shape.elements();
  return count;
}

std::string short_text(const NetDescription& description) {
  std::string text = fmt::format("{}", description.inputs);
  for (const auto& layer : description.layers)
    text += fmt::format("-{}{}{}", layer.width, layer.activation.empty() ? "" : " ", layer.activation);
  return text;
}

Net make_net(NetDescription description) {
  check_widths(description);
  Net net{{}, description.inputs, description.layers.back().width};
  std::vector<Activation> activations;
  int64_t in = description.inputs;
  for (auto& layer : description.layers) {
    activations.push_back(add_layer(net, layer, in, activations.size() + 1));
    in = layer.width;
  }
  net.link = activations.back().link;
  if (net.link != Link::identity) activations.back() = parse_activation("identity");
  net.apply = [activations](std::span<const Expr> parameters, Expr x) {
    for (size_t layer = 0; layer < activations.size(); ++layer)
      x = activations[layer].apply(dense(x, parameters[2 * layer], parameters[2 * layer + 1]));
    return x;
  };
  net.text = short_text(description);
  net.description = std::move(description);
  return net;
}

Net parse_net(const std::string& text, const std::string& initializer, const std::string& bias_initializer) {
  const size_t start = text.find_first_not_of(" \t\r\n");
  if (start != std::string::npos && text[start] == '{') return make_net(parse_net_json(text, "the net"));
  NetDescription description = parse_parts(text);
  for (auto& layer : description.layers) layer.initializer = initializer, layer.bias_initializer = bias_initializer;
  return make_net(std::move(description));
}

}  // namespace wengert
