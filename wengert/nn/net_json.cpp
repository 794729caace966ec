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
using Layer = NetDescription::Layer;

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

Layer read_layer(const Json& value, const std::string& place) {
  const ObjectReader object(value, place, {"width", "activation", "initializer", "bias_initializer"});
  const Layer usual;
  return {object.count("width"), object.text("activation", usual.activation),
          object.text("initializer", usual.initializer), object.text("bias_initializer", usual.bias_initializer)};
}

/// Loss and regularizer are refused here, not when training starts.
void check_texts(const NetDescription& d) {
  const Link link = parse_activation(d.layers.back().activation).link;
  if (!d.loss.empty()) parse_loss(d.loss, link);
  if (!d.regularize.empty()) parse_regularizer(d.regularize);
}

}  // namespace

NetDescription parse_net_json(std::string_view text, std::string_view name) {
  const Json root = parse_json(text, name, {.bytes = size_t{16} << 20, .values = 1'000'000, .depth = 8});
  const std::string place(name);
  const ObjectReader object(root, place, {"inputs", "layers", "loss", "regularize"});
  NetDescription description{object.count("inputs"), {}, object.text("loss", ""), object.text("regularize", "")};
  for (const Json& layer : object.list("layers"))
    description.layers.push_back(
        read_layer(layer, fmt::format("layer {} of {}", description.layers.size() + 1, place)));
  make_net(description);  // every text of every layer is read, so that a message comes with its layer
  check_texts(description);
  return description;
}

std::string to_json(const NetDescription& description) {
  const Layer usual;
  Json layers = Json::array();
  for (const Layer& layer : description.layers) {
    Json entry{{"width", layer.width}};
    if (layer.activation != usual.activation) entry["activation"] = layer.activation;
    if (layer.initializer != usual.initializer) entry["initializer"] = layer.initializer;
    if (layer.bias_initializer != usual.bias_initializer) entry["bias_initializer"] = layer.bias_initializer;
    layers.push_back(entry);
  }
  Json root{{"inputs", description.inputs}, {"layers", layers}};
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
