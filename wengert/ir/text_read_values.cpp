// SPDX-License-Identifier: Apache-2.0
//
// The reading half of ir/text_values.h.
#include <algorithm>
#include <bit>
#include <charconv>
#include <fmt/format.h>
#include <limits>

#include "wengert/ir/text_values.h"

namespace wengert::text {
namespace {

constexpr int deepest_nesting = 200;              // of Programs in Programs
constexpr std::ptrdiff_t most_attributes = 1000;  // of one instruction; they are found by linear search

template <class T> constexpr std::string_view type_name = sizeof(T) == 8 ? "f64" : "f32";

/// nan, or nan(0x7ff8000000000001) with all the bits of the number.
template <class T> T read_nan(Lexer& lexer) {
  using Bits = std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>;
  lexer.take();
  if (!lexer.current().is('(') || lexer.current().first_on_line) return std::numeric_limits<T>::quiet_NaN();
  lexer.take();
  const Token token = lexer.take();
  const std::string_view digits = token.text.substr(std::min<size_t>(2, token.text.size()));
  Bits bits = 0;
  const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), bits, 16);
  const T value = std::bit_cast<T>(bits);
  if (token.kind != Token::Kind::number || !token.text.starts_with("0x") || !token.suffix.empty() ||
      end.ec != std::errc{} || end.ptr != digits.data() + digits.size() || value == value)
    lexer.source().fail("W502", token.at, fmt::format("expected the bits of an {} that is not a number", type_name<T>),
                        fmt::format("write nan, or for example nan(0x{:x})",
                                    std::bit_cast<Bits>(std::numeric_limits<T>::quiet_NaN()) + 1));
  lexer.expect(')', "after the bits");
  return value;
}

template <class T> T read_digits(Lexer& lexer) {
  const Token token = lexer.take();
  T value = 0;
  const char* const stop = token.text.data() + token.text.size();
  const auto end = std::from_chars(token.text.data(), stop, value);
  if (end.ec == std::errc::result_out_of_range && is_below_one(token.text))
    lexer.source().fail("W502", token.at, fmt::format("{} is too small for {}", displayed(token.text), type_name<T>),
                        "write 0, or scale what it is multiplied by");
  if (end.ec == std::errc::result_out_of_range)
    lexer.source().fail("W502", token.at,
                        fmt::format("{} is outside the range of {}", displayed(token.text), type_name<T>),
                        "for infinity write inf");
  if (end.ec != std::errc{} || end.ptr != stop || (!token.suffix.empty() && token.suffix != type_name<T>))
    lexer.source().fail(
        "W502", token.at,
        fmt::format("expected a number of {}, found {}{}", type_name<T>, displayed(token.text), token.suffix),
        token.suffix.empty() ? "write it in decimal digits" : fmt::format("write it without {}", token.suffix));
  return value;
}

bool read_boolean(Lexer& lexer) {
  if (!lexer.current().is("true") && !lexer.current().is("false")) lexer.unexpected("true or false");
  return lexer.take().text == "true";
}

template <class T> T read_element(Lexer& lexer) {
  if constexpr (std::is_same_v<T, bool>)
    return read_boolean(lexer);
  else if constexpr (std::is_same_v<T, int64_t>)
    return read_integer(lexer);
  else
    return read_real<T>(lexer);
}

/// The nested brackets of an array, axis by axis; the recursion is as deep as a Shape has axes.
template <class T> void read_axis(Lexer& lexer, const Type& type, int axis, T*& to) {
  if (axis == type.shape.rank()) {
    *to++ = read_element<T>(lexer);
    return;
  }
  if (!lexer.accept('[')) lexer.unexpected(fmt::format("'[' of axis {} of an array {}", axis, to_string(type)));
  const int64_t extent = type.shape[axis];
  for (int64_t i = 0; i < extent; ++i) {
    if (i > 0 && !lexer.current().is(',')) {
      const bool ends = lexer.current().is(']');
      const std::string more = ends ? "" : ", or something is missing between two of them";
      lexer.source().fail(
          "W508", lexer.current().at,
          fmt::format("axis {} of an array {} needs {} entries, found {}{}", axis, to_string(type), extent, i, more),
          ends ? fmt::format("give {} more, or correct the type", extent - i) : "put a comma between two entries");
    }
    if (i > 0) lexer.take();
    read_axis(lexer, type, axis + 1, to);
  }
  if (lexer.current().is(','))
    lexer.source().fail(
        "W508", lexer.current().at,
        fmt::format("axis {} of an array {} needs {} entries, found more", axis, to_string(type), extent),
        fmt::format("end the list after {}, or correct the type", extent));
  if (!lexer.accept(']')) lexer.unexpected(fmt::format("']' after {} entries of an array {}", extent, to_string(type)));
}

template <class T> Array read_elements(Lexer& lexer, const Type& type, RepeatBudget& budget) {
  const size_t at = lexer.current().at;
  const int64_t count = type.elements();
  const bool listed = lexer.current().is('[');
  if (listed && count > static_cast<int64_t>(lexer.left()))
    lexer.source().fail("W508", at,
                        fmt::format("an array {} has {} elements, the rest of the text has {} characters",
                                    to_string(type), count, lexer.left()),
                        "correct the type; equal elements are written once, without brackets");
  if (!listed && type.shape.rank() > 0 && !budget.take(count))
    throw ResourceError("W513",
                        fmt::format("an array {} of equal elements is too large: {} elements are left of the 2^24 that "
                                    "a text may ask for in this way",
                                    to_string(type), budget.left()),
                        lexer.source().place(at), "broadcast{shape=[...]} a scalar instead");
  if (!listed) {
    const T value = read_element<T>(lexer);
    Array array(type);
    std::ranges::fill(array.mutable_values<T>(), value);
    return array;
  }
  Array array(type);
  T* to = array.mutable_values<T>().data();
  if (count > 0)
    read_axis(lexer, type, 0, to);
  else {
    lexer.take();
    lexer.expect(']', fmt::format("of an array {} without elements", to_string(type)));
  }
  return array;
}

bool begins_number(const Token& token) {
  return token.kind == Token::Kind::number || token.is('-') || token.is("inf") || token.is("nan");
}

AttributeValue read_number_attribute(Lexer& lexer) {
  const Token& digits = lexer.current().is('-') ? lexer.ahead() : lexer.current();
  const bool integer = digits.kind == Token::Kind::number &&
                       digits.text.find_first_of(".eEx") == std::string_view::npos &&
                       (digits.suffix.empty() || digits.suffix == "i64");
  if (integer) return read_integer(lexer);
  return read_real<double>(lexer);
}

std::vector<int64_t> read_integers(Lexer& lexer) {
  std::vector<int64_t> values;
  lexer.expect('[', "before a list of integers");
  while (!lexer.current().is(']')) {
    if (!values.empty()) lexer.expect(',', "or ']' in a list of integers");
    values.push_back(read_integer(lexer));
  }
  lexer.take();
  return values;
}

bool is_dtype(const Token& token) { return token.is("f64") || token.is("f32") || token.is("i64") || token.is("bool"); }

}  // namespace

const Program& ReadPrograms::use(const Lexer& lexer, const Token& at, const std::string& name) {
  const auto found = by_name.find(name);
  if (found == by_name.end()) {
    std::vector<std::string_view> known;
    for (const auto& entry : by_name) known.push_back(entry.first);
    std::sort(known.begin(), known.end());
    const std::string near = did_you_mean(name, known);
    lexer.source().fail("W510", at.at, fmt::format("no program @{} stands above this line", displayed(name_text(name))),
                        near.empty() ? "write the programs that others use before them" : near);
  }
  depth = std::max(depth, found->second.depth + 1);
  if (depth > deepest_nesting)
    throw ResourceError("W514", fmt::format("programs are nested more than {} deep", deepest_nesting),
                        lexer.source().place(at.at), "write out the innermost ones where they are called");
  return found->second.program;
}

bool is_below_one(std::string_view digits) {
  const size_t mark = std::min(digits.find_first_of("eE"), digits.size());
  const std::string_view mantissa = digits.substr(0, mark);
  std::string_view power = digits.substr(std::min(mark + 1, digits.size()));
  if (power.starts_with('+')) power.remove_prefix(1);
  int64_t exponent = 0;
  const auto end = std::from_chars(power.data(), power.data() + power.size(), exponent);
  if (end.ec == std::errc::result_out_of_range) return power.starts_with('-');
  const size_t first = mantissa.find_first_not_of("0.+-"), point = std::min(mantissa.find('.'), mantissa.size());
  if (first == std::string_view::npos) return true;
  const auto places = static_cast<int64_t>(point) - static_cast<int64_t>(first);  // before the point, or behind it
  return places + exponent <= 0;
}

int64_t read_integer(Lexer& lexer) {
  const bool negative = lexer.accept('-');
  if (lexer.current().kind != Token::Kind::number) lexer.unexpected("an integer");
  const Token token = lexer.take();
  uint64_t magnitude = 0;
  const char* const stop = token.text.data() + token.text.size();
  const auto end = std::from_chars(token.text.data(), stop, magnitude);
  if (end.ec == std::errc::result_out_of_range || magnitude > (uint64_t{1} << 63) - !negative)
    lexer.source().fail("W502", token.at, fmt::format("{} is outside the range of i64", displayed(token.text)),
                        "an i64 is from -2^63 to 2^63 - 1; larger numbers are f64: write them with a point");
  if (end.ptr != stop || (!token.suffix.empty() && token.suffix != "i64"))
    lexer.source().fail("W502", token.at,
                        fmt::format("expected an integer, found {}{}", displayed(token.text), token.suffix),
                        "write it in decimal digits, without point, exponent or suffix");
  return static_cast<int64_t>(negative ? 0 - magnitude : magnitude);
}

template <class T> T read_real(Lexer& lexer) {
  const bool negative = lexer.accept('-');
  const Token& token = lexer.current();
  T value = 0;
  if (token.kind == Token::Kind::number)
    value = read_digits<T>(lexer);
  else if (token.is("nan"))
    value = read_nan<T>(lexer);
  else if (token.is("inf"))
    lexer.take(), value = std::numeric_limits<T>::infinity();
  else
    lexer.unexpected("a number");
  using Bits = std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>;
  if (negative) value = std::bit_cast<T>(std::bit_cast<Bits>(value) ^ Bits{1} << (8 * sizeof(T) - 1));  // of a NaN too
  return value;
}
template double read_real<double>(Lexer&);
template float read_real<float>(Lexer&);

Type read_type(Lexer& lexer) {
  Type type;
  const Token& token = lexer.current();
  if (!is_dtype(token)) lexer.unexpected("a type (f64, f32, i64 or bool, with extents as in f64[2,3])");
  for (DType dtype : {DType::f64, DType::f32, DType::i64, DType::boolean})
    if (token.text == to_string(dtype)) type.dtype = dtype;
  const size_t at = lexer.take().at;
  if (!lexer.current().is('[') || lexer.current().first_on_line) return type;
  const std::vector<int64_t> extents = read_integers(lexer);
  try {
    type.shape = Shape(std::span<const int64_t>(extents));
  } catch (const Error& error) {
    error.rethrow_at(lexer.source().place(at));
  }
  return type;
}

Array read_array(Lexer& lexer, const Type& type, RepeatBudget& budget) {
  const size_t at = lexer.current().at;
  try {
    switch (type.dtype) {
      case DType::f64: return read_elements<double>(lexer, type, budget);
      case DType::f32: return read_elements<float>(lexer, type, budget);
      case DType::i64: return read_elements<int64_t>(lexer, type, budget);
      case DType::boolean: break;
    }
    return read_elements<bool>(lexer, type, budget);
  } catch (const Error& error) {
    error.rethrow_at(lexer.source().place(at));  // for W401; the others have their place
  }
}

std::string read_name(Lexer& lexer, std::string_view what) {
  const Token& token = lexer.current();
  if (token.kind == Token::Kind::quoted) return unescape(lexer.source(), lexer.take());
  if (token.kind != Token::Kind::name) lexer.unexpected(what);
  return std::string(lexer.take().text);
}

AttributeValue read_attribute(Lexer& lexer, ReadPrograms& programs) {
  const Token& token = lexer.current();
  if (begins_number(token)) return read_number_attribute(lexer);
  if (token.is("true") || token.is("false")) return read_boolean(lexer);
  if (token.is('[')) return read_integers(lexer);
  if (token.kind == Token::Kind::string) return unescape(lexer.source(), lexer.take());
  if (token.is('@')) {
    const Token at = lexer.take();
    return NestedProgram(programs.use(lexer, at, read_name(lexer, "the name of a program after @")));
  }
  if (!is_dtype(token))
    lexer.unexpected("the value of an attribute",
                     "a number, true, false, a dtype, [1, 2], \"text\", f64[2] [1, 2] or @program");
  const bool array = lexer.ahead().is('[');
  const Type type = read_type(lexer);
  if (!array) return type.dtype;
  return read_array(lexer, type, programs.budget);
}

void set_attribute(Attributes& attributes, Lexer& lexer, ReadPrograms& programs) {
  const size_t at = lexer.current().at;
  std::string name = read_name(lexer, "the name of an attribute");
  if (attributes.has(name))
    lexer.source().fail("W505", at, fmt::format("the attribute {} is given twice", displayed(name_text(name))),
                        "keep one of the two");
  if (attributes.end() - attributes.begin() == most_attributes)
    throw ResourceError("W514", fmt::format("an instruction has at most {} attributes", most_attributes),
                        lexer.source().place(at), "put many numbers into one attribute, as a list or an array");
  lexer.expect('=', "after the name of an attribute");
  attributes.set(std::move(name), read_attribute(lexer, programs));
}

Attributes read_attributes(Lexer& lexer, ReadPrograms& programs) {
  Attributes attributes;
  if (!lexer.accept('{')) return attributes;
  while (!lexer.current().is('}')) {
    if (!attributes.empty()) lexer.expect(',', "or '}' after an attribute");
    set_attribute(attributes, lexer, programs);
  }
  lexer.take();
  return attributes;
}

}  // namespace wengert::text
