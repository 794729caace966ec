// SPDX-License-Identifier: Apache-2.0
#include "wengert/cli/values.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "wengert/base/error.h"
#include "wengert/io/npy.h"
#include "wengert/ir/text_values.h"

namespace wengert::cli {
namespace {

std::optional<DType> dtype_named(std::string_view name) {
  for (const DType dtype : {DType::f64, DType::f32, DType::i64, DType::boolean})
    if (name == to_string(dtype)) return dtype;
  return {};
}

class ValueReader {
 public:
  ValueReader(std::string_view text, std::string_view option) : text_(text), option_(option) {}

  std::vector<NamedValue> values() {
    std::vector<NamedValue> all;
    do {
      NamedValue entry;
      entry.name = name();
      entry.value = value(entry);
      all.push_back(std::move(entry));
    } while (accept(','));
    end();
    return all;
  }

  std::vector<std::pair<std::string, Type>> types() {
    std::vector<std::pair<std::string, Type>> all;
    do {
      const std::string input = name();
      if (input.empty()) fail("expected NAME=TYPE");
      all.emplace_back(input, type());
    } while (accept(','));
    end();
    return all;
  }

 private:
  /// Elements of one literal, before their dtype is known.
  struct Literal {
    std::vector<std::string_view> words;
    std::vector<int64_t> extents;
  };

  [[noreturn]] void fail(std::string_view problem) const {
    const std::string text(text_.size() > 160 ? text_.substr(0, 160) : text_);
    const bool types = option_ == "--types";
    throw UsageError(
        "W605", fmt::format("{}: {}, at character {} of \"{}\"", option_, problem, at_ + 1, text), {},
        fmt::format("write e.g. {} '{}'", option_, types ? "x=f64[3],n=i64" : "x=2,A=[[1,2],[3,4]],w=@weights.npy"));
  }
  void skip() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t')) ++at_;
  }
  bool next_is(char c) {
    skip();
    return at_ < text_.size() && text_[at_] == c;
  }
  bool accept(char c) { return next_is(c) ? (++at_, true) : false; }
  void end() {
    skip();
    if (at_ < text_.size()) fail(fmt::format("unexpected '{}'", text_[at_]));
  }

  /// The name before '=', or nothing if the next entry has none. "f[0]" is a name; one with signs stands in backquotes.
  std::string name() {
    if (next_is('`')) return quoted_name();
    if (next_is('[')) return {};
    const auto stop = text_.find_first_of("=,@", at_);
    if (stop == std::string_view::npos || text_[stop] != '=') return {};
    std::string_view word = text_.substr(at_, stop - at_);
    while (word.ends_with(' ')) word.remove_suffix(1);
    if (word.empty()) fail("expected a name before '='");
    at_ = stop + 1;
    return std::string(word);
  }

  std::string quoted_name() {
    const text::Source source(text_.substr(at_), option_);
    const text::Token quoted = text::Lexer(source).current();
    const std::string result = text::unescape(source, quoted);
    at_ += quoted.text.size();
    if (!accept('=')) fail("expected '=' after a name");
    return result;
  }

  std::string_view word(std::string_view ends) {
    skip();
    const auto stop = std::min(text_.find_first_of(ends, at_), text_.size());
    const std::string_view found = text_.substr(at_, stop - at_);
    at_ = stop;
    return found;
  }

  Array value(NamedValue& entry) {
    if (accept('@')) {
      entry.typed = true;
      const std::string path(word(","));
      if (path.empty()) fail("the name of a file is missing after @");
      return file(path);
    }
    std::optional<DType> dtype;
    const size_t before = at_;
    if (const auto named = dtype_named(word(" [:,")); named)
      dtype = named, accept(':');
    else
      at_ = before;
    entry.typed = dtype.has_value();
    Literal literal;
    element(literal, 0);
    if (!dtype && has_long_integers(literal)) entry.integers = array(literal, DType::i64);
    return array(literal, dtype);
  }

  static Array file(const std::string& path) {
    const auto colon = path.rfind(".npz:");
    if (colon == std::string::npos) return read_npy(path);
    return find(read_npz(path.substr(0, colon + 4)), path.substr(colon + 5));
  }

  void element(Literal& literal, size_t depth) {
    if (!accept('[')) {
      const auto found = word(", ]\n\t");
      if (found.empty()) fail("expected a number, a list in brackets, or @FILE");
      if (depth < literal.extents.size()) fail("a number where the rows before have a list");
      literal.words.push_back(found);
      return;
    }
    if (depth == static_cast<size_t>(Shape::max_rank)) fail(fmt::format("more than {} axes", Shape::max_rank));
    const bool first = depth == literal.extents.size();
    if (first && !literal.words.empty()) fail("a list where the elements before are numbers");
    if (first) literal.extents.push_back(-1);
    int64_t count = 0;
    if (!next_is(']')) do
        element(literal, depth + 1), ++count;
      while (accept(','));
    if (!accept(']')) fail("expected ',' or ']'");
    int64_t& extent = literal.extents[depth];
    if (extent >= 0 && extent != count) fail(fmt::format("a row of {} elements after one of {}", count, extent));
    extent = count;
  }

  /// Whether all elements are i64, and one has more digits than an f64 is sure to keep.
  static bool has_long_integers(const Literal& literal) {
    constexpr size_t kept = 15;
    const auto is_integer = [](std::string_view word) {
      int64_t value = 0;
      const std::string_view digits = word.substr(word.starts_with('+') ? 1 : 0);
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
      return error == std::errc{} && end == digits.data() + digits.size();
    };
    return std::ranges::any_of(literal.words, [](std::string_view word) { return word.size() > kept; }) &&
           std::ranges::all_of(literal.words, is_integer);
  }

  Array array(const Literal& literal, std::optional<DType> dtype) const {
    const auto is_bool = [](std::string_view w) { return w == "true" || w == "false"; };
    if (!dtype)
      dtype = !literal.words.empty() && std::ranges::all_of(literal.words, is_bool) ? DType::boolean : DType::f64;
    std::vector<int64_t> extents = literal.extents;
    for (int64_t& extent : extents) extent = std::max<int64_t>(extent, 0);
    Array result(Type{*dtype, Shape(std::span<const int64_t>(extents))});
    for (size_t k = 0; k < literal.words.size(); ++k) store(result, k, literal.words[k]);
    return result;
  }

  template <class T> T number(std::string_view word) const {
    const std::string_view digits = word.starts_with('+') ? word.substr(1) : word;
    T value{};
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (end != digits.data() + digits.size() || (error != std::errc{} && error != std::errc::result_out_of_range))
      fail(fmt::format("\"{}\" is no {}", word, std::is_integral_v<T> ? "whole number" : "number"));
    if (error == std::errc::result_out_of_range && !std::is_integral_v<T> && text::is_below_one(digits))
      fail(fmt::format("{} is too small for {}: write 0, or scale it", word, sizeof(T) == 4 ? "f32" : "f64"));
    if (error == std::errc::result_out_of_range) fail(fmt::format("{} is out of range", word));
    return value;
  }

  void store(Array& array, size_t k, std::string_view word) const {
    switch (array.dtype()) {
      case DType::f64: array.mutable_values<double>()[k] = number<double>(word); break;
      case DType::f32: array.mutable_values<float>()[k] = number<float>(word); break;
      case DType::i64: array.mutable_values<int64_t>()[k] = number<int64_t>(word); break;
      case DType::boolean:
        if (word != "true" && word != "false") fail(fmt::format("\"{}\" is neither true nor false", word));
        array.mutable_values<bool>()[k] = word == "true";
    }
  }

  Type type() {
    const auto name = word("[, ");
    const auto dtype = dtype_named(name);
    if (!dtype) fail(fmt::format("\"{}\" is no type: f64, f32, i64 or bool, then extents, as in f64[2,3]", name));
    std::vector<int64_t> extents;
    if (accept('[') && !accept(']')) {
      do extents.push_back(number<int64_t>(word(",] ")));
      while (accept(','));
      if (!accept(']')) fail("expected ',' or ']'");
    }
    return {*dtype, Shape(std::span<const int64_t>(extents))};
  }

  std::string_view text_, option_;
  size_t at_ = 0;
};

template <class Entry>
void check_unique(const std::vector<Entry>& all, std::string_view option, std::string Entry::*name) {
  for (size_t i = 0; i < all.size(); ++i)
    for (size_t j = 0; j < i; ++j)
      if (all[i].*name == all[j].*name)
        throw UsageError("W605",
                         (all[i].*name).empty() ? fmt::format("{}: several values without a name", option)
                                                : fmt::format("{}: {} is given twice", option, all[i].*name),
                         {}, "give each name once");
}

/// throws : UsageError W605 for a finite number that is infinite in f32, or (written on the command line) zero
void check_single(const NamedValue& value, const std::string& what) {
  for (int64_t k = 0; k < value.value.elements(); ++k) {
    const double x = value.value[k];
    const auto single = static_cast<float>(x);
    const bool overflows = std::isfinite(x) && !std::isfinite(single);
    if (!overflows && (value.typed || x == 0 || single != 0)) continue;
    throw UsageError(
        "W605", fmt::format("{} is f32: {} is {} it", what, shortest(x), overflows ? "too large for" : "too small for"),
        {}, overflows ? "compute in f64, or write inf" : "compute in f64, or write 0");
  }
}

bool is_whole(double x) { return std::isfinite(x) && x == std::trunc(x) && std::abs(x) < 0x1p63; }

}  // namespace

std::vector<NamedValue> parse_values(std::string_view text, std::string_view option) {
  return ValueReader(text, option).values();
}

std::vector<NamedValue> parse_values(const std::vector<std::string>& texts, std::string_view option) {
  std::vector<NamedValue> all;
  for (const std::string& text : texts)
    for (NamedValue& value : parse_values(text, option)) all.push_back(std::move(value));
  check_unique(all, option, &NamedValue::name);
  return all;
}

std::vector<std::pair<std::string, Type>> parse_types(const std::vector<std::string>& texts) {
  std::vector<std::pair<std::string, Type>> all;
  for (const std::string& text : texts)
    for (auto& entry : ValueReader(text, "--types").types()) all.push_back(std::move(entry));
  check_unique(all, "--types", &std::pair<std::string, Type>::first);
  return all;
}

Array fitted(const NamedValue& value, const Type& type, const std::string& what) {
  const Type& found = value.value.type();
  const auto wrong = [&](std::string_view why) {
    throw ShapeError("W607",
                     fmt::format("{} is {}; the value given is {}{}", what, to_string(type), to_string(found), why), {},
                     "give a value of that shape, or change the declared type");
  };
  if (found.shape != type.shape) wrong("");
  if (found.dtype == type.dtype) return value.value;
  if (found.dtype == DType::boolean || type.dtype == DType::boolean) wrong("");
  if (type.dtype == DType::i64 && value.integers) return *value.integers;
  if (type.dtype == DType::f32) check_single(value, what);
  if (type.dtype == DType::i64)
    for (int64_t k = 0; k < value.value.elements(); ++k)
      if (!is_whole(value.value[k])) wrong(fmt::format(" with {}, which is no whole number", shortest(value.value[k])));
  return value.value.as(type.dtype);
}

}  // namespace wengert::cli
