// SPDX-License-Identifier: Apache-2.0
//
// nlohmann's parser reports events; the builder here turns them into a value and watches the limits. The parser calls
// itself for no nesting, and neither does the builder.
#include "wengert/io/json.h"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "wengert/base/error.h"

namespace wengert {
namespace {

using Json = nlohmann::ordered_json;

/// Characters for the parser; tells how far it has come, which its events do not.
class Characters {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  Characters(const char* at, size_t* consumed) : at_(at), consumed_(consumed) {}
  reference operator*() const { return *at_; }
  Characters& operator++() {
    ++at_;
    ++*consumed_;
    return *this;
  }
  Characters operator++(int) {
    Characters old = *this;
    ++*this;
    return old;
  }
  friend bool operator==(const Characters& a, const Characters& b) { return a.at_ == b.at_; }

 private:
  const char* at_;
  size_t* consumed_;
};

/// "line 3, column 7" of the last character read; columns count bytes.
std::string place_of(std::string_view text, size_t consumed, std::string_view name) {
  const std::string_view before = text.substr(0, consumed > 0 ? std::min(consumed, text.size()) - 1 : 0);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const auto last = before.rfind('\n');
  const size_t column = last == std::string_view::npos ? before.size() + 1 : before.size() - last;
  return fmt::format("line {}, column {} of {}", line, column, name);
}

/// nlohmann's words without its own name, its place and the text it repeats, which may be long or unprintable.
std::string reason_of(std::string_view what, std::string_view last_read) {
  if (what.find("number overflow") != std::string_view::npos) return "a number is too large for a double";
  const auto dash = what.find(" - "), repeated = what.find("; last read: '");
  const std::string_view reason = what.substr(dash == std::string_view::npos ? 0 : dash + 3);
  if (repeated == std::string_view::npos || repeated < dash) return std::string(reason);
  const size_t after = repeated + std::string_view("; last read: '").size() + last_read.size() + 1;
  return std::string(what.substr(dash + 3, repeated - dash - 3)) +
         std::string(what.substr(std::min(after, what.size())));
}

/// Receives the parser's events. Names and signatures of the public functions are the parser's.
class Builder {
 public:
  Builder(std::string_view text, std::string_view name, const JsonLimits& limits, const size_t& consumed)
      : text_(text), name_(name), limits_(limits), consumed_(consumed) {}

  Json take() { return std::move(root_); }

  bool null() { return add(nullptr); }
  bool boolean(bool value) { return add(value); }
  bool number_integer(int64_t value) { return add(value); }
  bool number_unsigned(uint64_t value) { return add(value); }
  bool number_float(double value, const std::string&) { return add(value); }
  bool string(std::string& value) { return add(std::move(value)); }
  bool binary(Json::binary_t& value) { return add(Json(value)); }  // cannot occur in a text
  bool start_object(size_t) { return open(Json::object()); }
  bool start_array(size_t) { return open(Json::array()); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }

  bool key(std::string& key) {
    if (!levels_.back().keys.insert(key).second)
      fail("W583", fmt::format("the key {} occurs twice in one object", quote(key)), "keep one of the two");
    key_ = std::move(key);
    return true;
  }

  bool parse_error(size_t position, const std::string& last_read, const nlohmann::detail::exception& problem) {
    throw UsageError("W580", fmt::format("{} is not JSON: {}", name_, reason_of(problem.what(), last_read)),
                     place_of(text_, position, name_), "correct the text there");
  }

 private:
  struct Level {
    Json value;
    std::string key;  ///< under which it will be put into the level around it
    std::unordered_set<std::string> keys;
  };

  [[noreturn]] void fail(std::string_view id, std::string what, std::string fix) const {
    throw UsageError(id, std::move(what), place_of(text_, consumed_, name_), std::move(fix));
  }

  void count() {
    if (++values_ > limits_.values)
      throw ResourceError("W582", fmt::format("{} has more than {} JSON values, the limit", name_, limits_.values),
                          place_of(text_, consumed_, name_), "split the file");
  }

  bool add(Json value) {
    count();
    put(std::move(value), std::move(key_));
    return true;
  }

  void put(Json value, std::string key) {
    if (levels_.empty()) {
      root_ = std::move(value);
    } else if (Json& around = levels_.back().value; around.is_array()) {
      around.get_ptr<Json::array_t*>()->push_back(std::move(value));
    } else {  // not operator[], whose search through all members makes an object of n members cost n^2
      around.get_ptr<Json::object_t*>()->emplace_back(std::move(key), std::move(value));
    }
  }

  bool open(Json empty) {
    count();
    if (levels_.size() >= static_cast<size_t>(limits_.depth))
      fail("W581", fmt::format("{} nests more than {} arrays and objects", name_, limits_.depth), "flatten the data");
    levels_.push_back({std::move(empty), std::move(key_), {}});
    return true;
  }

  bool close() {
    Level inner = std::move(levels_.back());
    levels_.pop_back();
    put(std::move(inner.value), std::move(inner.key));
    return true;
  }

  std::string_view text_, name_;
  const JsonLimits& limits_;
  const size_t& consumed_;
  size_t values_ = 0;
  std::string key_;
  std::vector<Level> levels_;
  Json root_;
};

}  // namespace

Json parse_json(std::string_view text, std::string_view name, const JsonLimits& limits) {
  if (text.size() > limits.bytes)
    throw ResourceError("W582",
                        fmt::format("{} has {} bytes of JSON; the limit is {}", name, text.size(), limits.bytes),
                        std::string(name), "split the file");
  size_t consumed = 0;
  Builder builder(text, name, limits, consumed);
  Json::sax_parse(Characters(text.data(), &consumed), Characters(text.data() + text.size(), &consumed), &builder);
  return builder.take();
}

}  // namespace wengert
