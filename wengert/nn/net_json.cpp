// SPDX-License-Identifier: Apache-2.0
#include "wengert/nn/net_json.h"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "wengert/base/error.h"
#include "wengert/io/file.h"
#include "wengert/io/json.h"
#include "wengert/nn/loss.h"
#include "wengert/nn/regularize.h"

namespace wengert {
namespace {

using Json = nlohmann::ordered_json;
using Described = NetDescription::Layer;

constexpr int64_t widest = 1 << 20;

/// Reads one object of the description; every message names the object and the key.
class ObjectReader {
 public:
  ObjectReader(const Json& object, std::string place, std::initializer_list<std::string_view> known)
      : object_(object), place_(std::move(place)) {
    if (!object.is_object())
      refuse(fmt::format("is {}, not an object", object.type_name()), "write {\"width\": 10, ...}");
    for (const auto& entry : object.items())
      if (std::find(known.begin(), known.end(), entry.key()) == known.end())
        refuse(fmt::format("has the unknown key {}", quote(entry.key())),
               fmt::format("the keys are {}", fmt::join(known, ", ")));
  }

  int64_t count(const char* key) const {
    const Json& value = member(key);
    if (!value.is_number_integer() || value < 1 || value > widest)
      refuse(fmt::format("has \"{}\": {}", key, shown(value)),
             fmt::format("\"{}\" is a whole number from 1 to {}", key, widest));
    return value.get<int64_t>();
  }
  std::string text(const char* key, const std::string& usual) const {
    if (!object_.contains(key)) return usual;
    const Json& value = object_.at(key);
    if (!value.is_string())
      refuse(fmt::format("has \"{}\": {}", key, shown(value)), fmt::format("\"{}\" is a text", key));
    return value.get<std::string>();
  }
  std::string count_or_text(const char* key) const {
    return object_.contains(key) && object_.at(key).is_string() ? text(key, "") : std::to_string(count(key));
  }
  /// A key that says what these say would be a wish ignored.
  void require_without(const char* key, std::initializer_list<const char*> others) const {
    for (const char* other : others)
      if (object_.contains(other)) refuse(fmt::format("has both \"{}\" and \"{}\"", key, other), fmt::format("say all in \"{}\"", key));
  }
  const Json& list(const char* key) const {
    const Json& value = member(key);
    if (!value.is_array() || value.empty())
      refuse(fmt::format("has \"{}\": {}", key, shown(value)),
             fmt::format("\"{}\" is a list with at least one entry", key));
    return value;
  }

 private:
  [[noreturn]] void refuse(const std::string& problem, const std::string& fix) const {
    throw UsageError("W816", place_ + " " + problem, {}, fix);
  }
  const Json& member(const char* key) const {
    if (!object_.contains(key)) refuse(fmt::format("has no \"{}\"", key), fmt::format("add \"{}\"", key));
    return object_.at(key);
  }
  static std::string shown(const Json& value) { return value.dump().substr(0, 60); }

  const Json& object_;
  std::string place_;
};

Described read_layer(const Json& value, const std::string& place) {
  const ObjectReader object(value, place, {"layer", "width", "activation", "initializer", "bias_initializer"});
  const Described usual;
  Described layer{object.text("layer", ""), object.text("initializer", usual.initializer), object.text("bias_initializer", usual.bias_initializer)};
  if (!layer.text.empty()) {
    object.require_without("layer", {"width", "activation"});
    return layer;
  }
  layer.text = std::to_string(object.count("width"));
  if (const std::string activation = object.text("activation", ""); !activation.empty()) layer.text += " " + activation;
  return layer;
}

/// Loss and regularizer are refused here, not when training starts.
void check_texts(const NetDescription& d, Link link) {
  if (!d.loss.empty()) parse_loss(d.loss, link);
  if (!d.regularize.empty()) parse_regularizer(d.regularize);
}

/// "784" as a number.
Json number_or_text(const std::string& text) {
  const bool number = !text.empty() && text.size() < 10 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  return number ? Json(std::stoll(text)) : Json(text);
}

/// A dense layer by its parts.
Json text_of(const Described& layer) {
  const size_t end = layer.text.find(' ');
  const Json width = number_or_text(layer.text.substr(0, end));
  if (!width.is_number() || layer.text.find(" as ") != std::string::npos) return {{"layer", layer.text}};
  Json entry{{"width", width}};
  if (end != std::string::npos) entry["activation"] = layer.text.substr(end + 1);
  return entry;
}

}  // namespace

NetDescription parse_net_json(std::string_view text, std::string_view name) {
  const Json root = parse_json(text, name, {.bytes = size_t{16} << 20, .values = 1'000'000, .depth = 8});
  const std::string place(name);
  const ObjectReader object(root, place, {"inputs", "layers", "loss", "regularize"});
  NetDescription description{object.count_or_text("inputs"), {}, object.text("loss", ""), object.text("regularize", "")};
  for (const Json& layer : object.list("layers"))
    description.layers.push_back(
        read_layer(layer, fmt::format("layer {} of {}", description.layers.size() + 1, place)));
  const Net net = make_net(description);  // every text of every layer is read, so that a message comes with its layer
  check_texts(description, net.link);
  return description;
}

std::string to_json(const NetDescription& description) {
  const Described usual;
  Json layers = Json::array();
  for (const Described& layer : description.layers) {
    Json entry = text_of(layer);
    if (layer.initializer != usual.initializer) entry["initializer"] = layer.initializer;
    if (layer.bias_initializer != usual.bias_initializer) entry["bias_initializer"] = layer.bias_initializer;
    layers.push_back(entry);
  }
  Json root{{"inputs", number_or_text(description.input)}, {"layers", layers}};
  if (!description.loss.empty()) root["loss"] = description.loss;
  if (!description.regularize.empty()) root["regularize"] = description.regularize;
  return root.dump();
}

Net read_net(const std::string& path) {
  return make_net(parse_net_json(text_of(read_file(path, size_t{16} << 20)), path));
}

void write_net(const std::string& path, const NetDescription& description) {
  write_file_atomically(path, bytes_of(to_json(description) + "\n"));
}

}  // namespace wengert
