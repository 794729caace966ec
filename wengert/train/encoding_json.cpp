// SPDX-License-Identifier: Apache-2.0
//
// An Encoding as JSON. Reading checks everything that encoding relies on: a model file is a file that others may write.
#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "wengert/base/error.h"
#include "wengert/io/json.h"
#include "wengert/train/encoding.h"

namespace wengert {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view sources[] = {"table", "arrays", "images", "text"};
constexpr int64_t most_features = int64_t{1} << 32;

/// Reads members of one object, each by its kind.
class Members {
 public:
  Members(const Json& object, std::string_view name, std::string_view what)
      : object_(object), name_(name), what_(what) {
    if (!object.is_object()) fail(fmt::format("{} is no object", what));
  }

  [[noreturn]] void fail(std::string problem) const {
    throw UsageError("W829", fmt::format("{} is no encoding: {}", name_, problem), {},
                     "train again; the file was damaged or written by another program");
  }

  const Json& at(const char* key) const {
    const auto found = object_.find(key);
    if (found == object_.end()) fail(fmt::format("{} lacks \"{}\"", what_, key));
    return *found;
  }
  std::string text(const char* key) const { return text(at(key), key); }
  bool truth(const char* key) const {
    if (!at(key).is_boolean()) fail(fmt::format("\"{}\" of {} is neither true nor false", key, what_));
    return at(key).get<bool>();
  }
  int64_t integer(const char* key, int64_t least, int64_t most) const { return integer(at(key), key, least, most); }
  double number(const char* key) const { return number(at(key), key); }
  std::vector<std::string> texts(const char* key) const {
    std::vector<std::string> result;
    std::unordered_set<std::string> seen;
    for (const Json& item : list(key)) {
      result.push_back(text(item, key));
      if (!seen.insert(result.back()).second)
        fail(fmt::format("\"{}\" of {} names {} twice", key, what_, quote(result.back())));
    }
    return result;
  }
  std::vector<double> numbers(const char* key) const {
    std::vector<double> result;
    for (const Json& item : list(key)) result.push_back(number(item, key));
    return result;
  }
  const Json& list(const char* key) const {
    if (!at(key).is_array()) fail(fmt::format("\"{}\" of {} is no list", key, what_));
    return at(key);
  }
  int64_t integer(const Json& value, const char* key, int64_t least, int64_t most) const {
    if (!value.is_number_integer() || (value.is_number_unsigned() && value.get<uint64_t>() > INT64_MAX) ||
        value.get<int64_t>() < least || value.get<int64_t>() > most)
      fail(fmt::format("\"{}\" of {} is no integer from {} to {}", key, what_, least, most));
    return value.get<int64_t>();
  }

 private:
  std::string text(const Json& value, const char* key) const {
    if (!value.is_string()) fail(fmt::format("\"{}\" of {} is no text", key, what_));
    return value.get<std::string>();
  }
  double number(const Json& value, const char* key) const {
    if (!value.is_number() || !std::isfinite(value.get<double>()))
      fail(fmt::format("\"{}\" of {} is no finite number", key, what_));
    return value.get<double>();
  }

  const Json& object_;
  std::string_view name_, what_;
};

Json input_json(const InputColumn& input) {
  Json json{{"name", input.name},
            {"number", input.number},
            {"categories", input.categories},
            {"missing_category", input.missing_category}};
  json["fill"] = input.fill ? Json(*input.fill) : Json();
  return json;
}

InputColumn input_from(const Json& json, std::string_view name, int64_t columns) {
  const Members members(json, name, "an input");
  InputColumn input{members.text("name"), members.integer("number", 1, columns), members.texts("categories"),
                    members.truth("missing_category")};
  if (!members.at("fill").is_null()) input.fill = members.number("fill");
  if (input.categories.empty() && input.missing_category)
    members.fail("an input of numbers has a category for missing ones");
  return input;
}

TargetColumn target_from(const Json& json, std::string_view name, int64_t columns) {
  const Members members(json, name, "a target");
  const TargetColumn target{members.text("name"), members.integer("number", 1, columns), members.number("mean"),
                            members.number("deviation")};
  if (target.deviation <= 0) members.fail("\"deviation\" of a target is not positive");
  return target;
}

/// Not there in files of what was no pictures, or was left as it was.
PictureOptions pictures_from(const Json& encoding, std::string_view name) {
  const auto found = encoding.find("pictures");
  if (found == encoding.end()) return {};
  const Members members(*found, name, "\"pictures\"");
  const PictureOptions pictures{members.truth("grey"), members.integer("height", 0, 1 << 15), members.integer("width", 0, 1 << 15)};
  if ((pictures.height == 0) != (pictures.width == 0)) members.fail("a size of pictures has no height or no width");
  return pictures;
}

Encoding::Source source_from(const Members& members) {
  const std::string text = members.text("source");
  for (size_t k = 0; k < std::size(sources); ++k)
    if (sources[k] == text) return static_cast<Encoding::Source>(k);
  members.fail(fmt::format("\"source\" is {}", quote(text)));
}

Shape example_from(const Members& members) {
  std::vector<int64_t> extents;
  int64_t elements = 1;
  for (const Json& extent : members.list("example")) {
    extents.push_back(members.integer(extent, "example", 1, most_features));
    elements = elements > most_features / extents.back() ? most_features + 1 : elements * extents.back();
  }
  if (extents.empty() || extents.size() >= static_cast<size_t>(Shape::max_rank) || elements > most_features)
    members.fail("\"example\" is no shape of an example");
  return Shape(extents);
}

void expect_consistent(const Encoding& encoding, const Members& members) {
  int64_t features = 0;
  std::unordered_set<int64_t> numbers;
  for (const InputColumn& input : encoding.inputs) {
    features += input.features();
    if (!numbers.insert(input.number).second) members.fail("two columns have one number");
  }
  for (const TargetColumn& target : encoding.targets)
    if (!numbers.insert(target.number).second) members.fail("two columns have one number");
  if (encoding.source == Encoding::Source::table && features != encoding.features())
    members.fail("its columns do not give its features");
  if (encoding.source != Encoding::Source::table && !encoding.inputs.empty())
    members.fail("only a table has input columns");
  const size_t n = encoding.means.size();
  if (n != encoding.deviations.size() || (n != 0 && static_cast<int64_t>(n) != encoding.features()))
    members.fail("means or deviations are not one for each feature");
  for (double deviation : encoding.deviations)
    if (deviation <= 0) members.fail("a deviation is not positive");
  if (encoding.targets.empty() || (!encoding.classes.empty() && encoding.targets.size() != 1))
    members.fail("its targets are not one for classes, or one or more for values");
}

}  // namespace

std::string to_json(const Encoding& encoding) {
  Json json{{"format", "wengert encoding 1"},
            {"source", sources[static_cast<size_t>(encoding.source)]},
            {"header", encoding.header},
            {"columns", encoding.columns}};
  json["inputs"] = Json::array();
  for (const InputColumn& input : encoding.inputs) json["inputs"].push_back(input_json(input));
  json["targets"] = Json::array();
  for (const TargetColumn& t : encoding.targets)
    json["targets"].push_back({{"name", t.name}, {"number", t.number}, {"mean", t.mean}, {"deviation", t.deviation}});
  json["classes"] = encoding.classes;
  json["numeric_classes"] = encoding.numeric_classes;
  json["example"] = std::vector<int64_t>(encoding.example.begin(), encoding.example.end());
  json["scale"] = encoding.scale;
  if (const PictureOptions& p = encoding.pictures; p.changes()) json["pictures"] = {{"grey", p.grey}, {"height", p.height}, {"width", p.width}};
  json["means"] = encoding.means;
  json["deviations"] = encoding.deviations;
  return json.dump();
}

Encoding encoding_from_json(std::string_view text, std::string_view name) {
  const Json json = parse_json(text, name);
  const Members members(json, name, "it");
  if (members.text("format") != "wengert encoding 1")
    members.fail(fmt::format("its format is {}", quote(members.text("format"))));
  Encoding encoding;
  encoding.source = source_from(members);
  encoding.header = members.truth("header");
  encoding.columns = members.integer("columns", 0, 1'000'000'000);
  for (const Json& input : members.list("inputs")) encoding.inputs.push_back(input_from(input, name, encoding.columns));
  for (const Json& target : members.list("targets"))
    encoding.targets.push_back(target_from(target, name, encoding.columns));
  encoding.classes = members.texts("classes");
  encoding.numeric_classes = members.truth("numeric_classes");
  encoding.example = example_from(members);
  encoding.scale = members.number("scale");
  encoding.pictures = pictures_from(json, name);
  encoding.means = members.numbers("means");
  encoding.deviations = members.numbers("deviations");
  expect_consistent(encoding, members);
  return encoding;
}

}  // namespace wengert
