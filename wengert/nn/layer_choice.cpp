// SPDX-License-Identifier: Apache-2.0
#include "wengert/nn/layer_choice.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

#include "wengert/base/error.h"

namespace wengert {
namespace {

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  return first == std::string_view::npos ? "" : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

[[noreturn]] void no_such(const Net& net, std::string_view text, const std::string& problem) {
  throw UsageError(
      "W836", fmt::format("the layers \"{}\" {}", text, problem), {},
      fmt::format("the layers with parameters are {}; write \"1-2\", a layer's name, or a pattern such as \"*.bias\"",
                  layers_with_parameters(net)));
}

std::string prefix_of(size_t layer) { return fmt::format("layer{}.", layer); }

bool has_parameters(const Net& net, size_t layer) {
  return std::ranges::any_of(net.parameters,
                             [&](const ParameterSpec& p) { return p.name.starts_with(prefix_of(layer)); });
}

/// What a layer's text calls its value, behind " as ".
std::string_view name_of(const NetDescription::Layer& layer) {
  const size_t at = layer.text.rfind(" as ");
  return at == std::string::npos ? std::string_view() : trimmed(std::string_view(layer.text).substr(at + 4));
}

/// Reads the parts between commas.
class Reader {
 public:
  Reader(const Net& net, std::string_view text) : net_(net), text_(text), rest_(trimmed(text)) {}

  std::vector<std::string> read() {
    for (const std::string_view word : {"layers ", "layer "})
      if (rest_.starts_with(word)) rest_ = trimmed(rest_.substr(word.size()));
    for (bool more = true; more;) {
      const size_t comma = rest_.find(',');
      more = comma != std::string_view::npos;
      part(trimmed(rest_.substr(0, comma)));
      if (more) rest_ = rest_.substr(comma + 1);
    }
    return std::move(patterns_);
  }

 private:
  void part(std::string_view part) {
    if (part.empty()) no_such(net_, text_, "have an empty part");
    if (part.find_first_of("*?.") != std::string_view::npos) return patterns_.emplace_back(part), void();
    if (part.find_first_not_of("0123456789- ") == std::string_view::npos) return range(part);
    const auto& layers = net_.description.layers;
    const auto found = std::ranges::find(layers, part, name_of);
    if (found == layers.end())
      no_such(net_, text_, fmt::format("name \"{}\", which no layer of \"{}\" is called", part, net_.text));
    add(static_cast<size_t>(found - layers.begin()) + 1, static_cast<size_t>(found - layers.begin()) + 1);
  }
  void range(std::string_view part) {
    const size_t dash = part.find('-');
    const size_t first = number(trimmed(part.substr(0, dash)));
    const size_t last = dash == std::string_view::npos ? first : number(trimmed(part.substr(dash + 1)));
    if (last < first) no_such(net_, text_, fmt::format("go from {} down to {}", first, last));
    add(first, last);
  }
  size_t number(std::string_view digits) const {
    size_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size())
      no_such(net_, text_, fmt::format("have \"{}\" where a number is to stand", digits));
    const size_t layers = net_.description.layers.size();
    if (value < 1 || value > layers)
      no_such(net_, text_, fmt::format("name layer {}; \"{}\" has {}", value, net_.text, layers));
    return value;
  }
  void add(size_t first, size_t last) {
    const size_t before = patterns_.size();
    for (size_t layer = first; layer <= last; ++layer)
      if (has_parameters(net_, layer)) patterns_.push_back(prefix_of(layer) + "*");
    if (patterns_.size() == before) no_such(net_, text_, "have no parameters");
  }

  const Net& net_;
  std::string_view text_, rest_;
  std::vector<std::string> patterns_ = {};
};

}  // namespace

std::string layers_with_parameters(const Net& net) {
  std::string text;
  for (size_t k = 1; k <= net.description.layers.size(); ++k)
    if (has_parameters(net, k))
      text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", k, net.description.layers[k - 1].text);
  if (!text.empty()) return text;
  for (const ParameterSpec& p : net.parameters) text += (text.empty() ? "those of " : ", ") + p.name;
  return text.empty() ? "none" : text;
}

std::vector<std::string> parameters_of_layers(const Net& net, std::string_view text) {
  return Reader(net, text).read();
}

}  // namespace wengert
