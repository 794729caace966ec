// SPDX-License-Identifier: Apache-2.0
//
// The writing half of ir/text_values.h.
#include "wengert/ir/text_values.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <fmt/format.h>

namespace wengert::text {
namespace {

template <class T> std::string shortest_bits(T value) {
  using Bits = std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>;
  if (!std::isnan(value)) return shortest(value);
  const Bits bits = std::bit_cast<Bits>(value), usual = std::bit_cast<Bits>(std::numeric_limits<T>::quiet_NaN());
  if (bits == usual) return "nan";
  if (bits == (usual | Bits{1} << (8 * sizeof(T) - 1))) return "-nan";
  return fmt::format("nan(0x{:x})", bits);
}

std::string element_text(const Array& array, size_t i) {
  switch (array.dtype()) {
    case DType::f64: return real_text(array.values<double>()[i]);
    case DType::f32: return real_text(array.values<float>()[i]);
    case DType::i64: return std::to_string(array.values<int64_t>()[i]);
    case DType::boolean: break;
  }
  return array.values<bool>()[i] ? "true" : "false";
}

bool all_equal(const Array& array) {
  const size_t size = size_of(array.dtype());
  const auto* bytes = static_cast<const char*>(array.view().data);
  // Every element equals the one before it: one comparison of the buffer with itself, an element further.
  return std::memcmp(bytes, bytes + size, array.type().bytes() - size) == 0;
}

/// Elements in nested brackets: before element i as many open, and behind it as many close, as extents begin or end
/// there.
void append_elements(std::string& text, const Array& array) {
  const auto strides = array.shape().strides();
  const int rank = array.shape().rank();
  const int64_t count = array.elements();
  const auto boundaries = [&](int64_t i) {
    int number = 0;
    for (int axis = 0; axis < rank; ++axis)
      number += i % (strides[static_cast<size_t>(axis)] * array.shape()[axis]) == 0;
    return static_cast<size_t>(number);
  };
  for (int64_t i = 0; i < count; ++i) {
    if (i > 0) text += ", ";
    text.append(boundaries(i), '[');
    text += element_text(array, static_cast<size_t>(i));
    text.append(boundaries(i + 1), ']');
  }
}

/// Writes whichever kind of value an attribute has.
struct AttributeWriter {
  std::string& text;
  const NestedNames& nested;
  RepeatBudget& budget;

  void operator()(bool value) const { text += value ? "true" : "false"; }
  void operator()(int64_t value) const { text += std::to_string(value); }
  void operator()(double value) const { text += pointed_text(value); }
  void operator()(DType value) const { text += to_string(value); }
  void operator()(const std::vector<int64_t>& values) const { text += fmt::format("[{}]", fmt::join(values, ", ")); }
  void operator()(const std::string& value) const { text += escape(value, '"'); }
  void operator()(const Array& value) const { append_array(text, value, budget); }
  void operator()(const NestedProgram& value) const { text += "@" + name_text(nested.at(identity(*value))); }
};

}  // namespace

std::string real_text(double value) { return shortest_bits(value); }
std::string real_text(float value) { return shortest_bits(value); }

std::string pointed_text(double value) {
  std::string text = real_text(value);
  if (text.find_first_of(".en") == std::string::npos) text += ".0";  // inf and nan have an n
  return text;
}

std::string name_text(std::string_view name, bool means_something) {
  return is_identifier(name) && !means_something && !is_keyword(name) ? std::string(name) : escape(name, '`');
}

void append_array(std::string& text, const Array& array, RepeatBudget& budget) {
  text += to_string(array.type()) + " ";
  const int64_t count = array.elements();
  if (count == 0)
    text += "[]";
  else if (array.shape().rank() == 0)
    text += element_text(array, 0);
  else if (count > 1 && all_equal(array) && budget.take(count))
    text += element_text(array, 0);
  else
    append_elements(text, array);
}

void append_attributes(std::string& text, const Attributes& attributes, const NestedNames& nested,
                       RepeatBudget& budget) {
  if (attributes.empty()) return;
  const char* separator = "{";
  for (const auto& [name, value] : attributes) {
    text += separator + name_text(name) + "=";
    std::visit(AttributeWriter{text, nested, budget}, value);
    separator = ", ";
  }
  text += "}";
}

}  // namespace wengert::text
