// SPDX-License-Identifier: Apache-2.0
#include "wengert/nn/net_text.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <optional>
#include <sstream>

#include "wengert/base/error.h"

namespace wengert {
namespace {

constexpr int64_t widest = 1 << 20;

std::string trimmed(std::string text) {
  text.erase(0, text.find_first_not_of(" \t\r\n"));
  text.erase(text.find_last_not_of(" \t\r\n") + 1);
  return text;
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

bool is_number(const std::string& word) {
  double value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  return error == std::errc() && end == word.data() + word.size();
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

[[noreturn]] void bad_layer(const std::string& text, const std::string& problem) {
  throw UsageError("W810", fmt::format("the layer \"{}\" {}", text, problem), {},
                   "write a width and an activation (\"128 relu\"), or a kind of layer with its numbers (\"dropout 0.5\")");
}

/// A width, as an extent or the number of a dense layer.
std::optional<int64_t> width_of(const std::string& word) {
  int64_t width = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), width);
  if (error != std::errc() || end != word.data() + word.size() || width < 1 || width > widest) return {};
  return width;
}

int64_t extent_of(const std::string& word, const std::string& net) {
  const auto extent = width_of(word);
  if (!extent) bad_net(net, fmt::format("has the extent \"{}\" in its input, which is no number from 1 to {}", word, widest));
  return *extent;
}

bool is_name(const std::string& word) {
  const auto letter = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; };
  return !word.empty() && !std::isdigit(static_cast<unsigned char>(word[0])) && std::ranges::all_of(word, letter);
}

/// Takes words off the front of a part of a net.
class Words {
 public:
  explicit Words(const std::string& text) : text_(text), words_(words_of(text)) {
    if (words_.empty()) bad_layer(text, "is empty");
  }

  const std::string& front() const { return words_[at_]; }
  bool empty() const { return at_ == words_.size(); }
  std::string take() { return words_[at_++]; }

  /// `as NAME` off the back.
  std::string name() {
    if (words_.size() - at_ < 2 || words_[words_.size() - 2] != "as") return {};
    const std::string name = words_.back();
    if (!is_name(name)) bad_layer(text_, fmt::format("has the name \"{}\"; names are letters, digits and _", name));
    words_.resize(words_.size() - 2);
    return name;
  }
  /// Numbers for that choice, as choose() reads them.
  std::string numbers(const Choice& choice) {
    std::string taken;
    const auto setting = [&](const std::string& word) {
      return std::ranges::any_of(choice.settings, [&](const Setting& s) { return s.name == word; });
    };
    while (!empty() && (is_number(front()) || front().find('=') != std::string::npos || setting(front()))) taken += " " + take();
    return taken;
  }
  std::vector<std::string> names(const std::vector<std::string>& known) {
    std::vector<std::string> taken;
    while (!empty() && std::ranges::find(known, front()) != known.end()) taken.push_back(take());
    return taken;
  }
  std::string rest() {
    std::string all;
    while (!empty()) all += (all.empty() ? "" : " ") + take();
    return all;
  }

 private:
  const std::string& text_;
  std::vector<std::string> words_;
  size_t at_ = 0;
};

/// The activation behind a layer, or the one that is a layer.
Activation activation_of(const std::string& text, const std::string& words, bool alone) try {
  return parse_activation(words);
} catch (const UsageError& error) {
  if (error.id() != "W814") throw;
  const std::string first = words.substr(0, words.find(' '));
  if (find_layer_kind(first) != nullptr) bad_layer(text, fmt::format("has \"{}\" behind it, which is a layer of its own: put a - between them", first));
  if (!alone) throw;
  std::vector<Choice> choices;
  for (const LayerKind& kind : layer_kinds()) choices.push_back(kind.choice);
  throw UsageError("W814", fmt::format("the layer or activation \"{}\" is unknown", first), {}, fmt::format("choose among the layers {}; or an activation: {}", usage(choices), error.fix()));
}

}  // namespace

void bad_net(const std::string& text, const std::string& problem) {
  throw UsageError("W810", fmt::format("the net \"{}\" {}", text, problem), {}, "write widths and activations like \"784-128 relu-10 softmax\"");
}

InputText parse_input(const std::string& text, const std::string& net) {
  const auto words = words_of(text);
  if (words.size() == 2 && words[1] == "tokens") return {{extent_of(words[0], net)}, true};
  if (words.empty()) bad_net(net, "has no input: it starts with one, such as 784, 28x28x1 or \"64 tokens\"");
  if (words.size() > 1) bad_net(net, "has an activation behind its input");
  std::vector<int64_t> extents;
  for (size_t at = 0; at <= words[0].size();) {
    const size_t next = std::min(words[0].find('x', at), words[0].size());
    extents.push_back(extent_of(words[0].substr(at, next - at), net));
    at = next + 1;
  }
  if (extents.size() > 4) bad_net(net, "has more than four axes in its input");
  return {Shape(std::span<const int64_t>(extents))};
}

std::string to_string(const InputText& input) {
  return fmt::format("{}{}", fmt::join(input.shape.extents(), "x"), input.tokens ? " tokens" : "");
}

LayerText parse_layer(const std::string& text, const std::vector<std::string>& known) {
  Words words(text);
  LayerText layer;
  layer.name = words.name();
  if (words.empty()) bad_layer(text, "names nothing");
  layer.kind = find_layer_kind(words.front());
  const bool is_width = is_number(words.front()), alone = layer.kind == nullptr && !is_width;  // alone: an activation
  if (is_width) {
    const auto width = width_of(words.take());
    if (!width) bad_layer(text, fmt::format("does not start with a width from 1 to {}", widest));
    layer.kind = find_layer_kind("dense");
    layer.numbers = {static_cast<double>(*width)};
  } else if (alone) {
    layer.kind = find_layer_kind("identity");
  } else {
    const std::string chosen = words.take();
    layer.numbers = choose(chosen + words.numbers(layer.kind->choice), "layer", {layer.kind->choice}).numbers;
    if (layer.kind->takes_names) layer.sources = words.names(known);
    if (layer.kind->takes_names && layer.sources.empty()) bad_layer(text, fmt::format("has {} without the name of an earlier value (known: {})", chosen, known.empty() ? "none" : fmt::format("{}", fmt::join(known, ", "))));
  }
  layer.activation = activation_of(text, words.rest(), alone);
  return layer;
}

std::string LayerText::text() const {
  std::string all = kind->choice.name == "dense" ? fmt::format("{}", numbers[0]) : kind->choice.name == "identity" && !activation.text.empty() ? "" : describe(kind->choice, numbers);
  const auto add = [&](const std::string& more) {
    if (!more.empty()) all += (all.empty() ? "" : " ") + more;
  };
  for (const std::string& source : sources) add(source);
  add(activation.text);
  if (!name.empty()) add("as " + name);
  return all;
}

NetDescription split_net(const std::string& text) {
  std::vector<std::string> parts;
  for (size_t at = 0; at <= text.size();) {
    const size_t dash = next_dash(text, at);
    parts.push_back(trimmed(text.substr(at, dash - at)));
    at = dash + 1;
  }
  if (parts.size() < 2) bad_net(text, "has no layer: it needs at least two widths");
  NetDescription description{.input = parts[0], .layers = {}};
  for (size_t k = 1; k < parts.size(); ++k) description.layers.push_back({parts[k]});
  return description;
}

}  // namespace wengert
