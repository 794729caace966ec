// SPDX-License-Identifier: Apache-2.0
//
// Attributes: what an instruction knows at recording time besides its operands (axes, a target shape, a constant, a
// nested Program). A short list sorted by name; equal lists compare equal, so common subexpressions can be found.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "wengert/base/array.h"

namespace wengert {

class Program;

/// A nested Program behind a pointer, since Attributes are part of a Program. Shared and immutable.
class NestedProgram {
 public:
  NestedProgram(const Program& program);  // NOLINT: a Program is an attribute value
  const Program& operator*() const { return *program_; }
  friend bool operator==(const NestedProgram& a, const NestedProgram& b);

 private:
  std::shared_ptr<const Program> program_;
};

using AttributeValue = std::variant<bool, int64_t, double, DType, std::vector<int64_t>, std::string, Array, NestedProgram>;

class Attributes {
 public:
  using Entry = std::pair<std::string, AttributeValue>;

  Attributes() = default;
  Attributes(std::initializer_list<Entry> entries);

  void set(std::string name, AttributeValue value);
  bool has(std::string_view name) const { return find(name) != nullptr; }
  const AttributeValue* find(std::string_view name) const;

  // Typed access. throws : UsageError W120 if the attribute is missing or of another kind
  int64_t integer(std::string_view name) const;
  double real(std::string_view name) const;
  bool flag(std::string_view name) const;            ///< false if absent
  DType dtype(std::string_view name) const;
  const std::vector<int64_t>& integers(std::string_view name) const;
  Shape shape(std::string_view name) const { return Shape(std::span<const int64_t>(integers(name))); }
  const std::string& text(std::string_view name) const;
  const Array& array(std::string_view name) const;
  const Program& program(std::string_view name) const;

  bool empty() const { return entries_.empty(); }
  const Entry* begin() const { return entries_.data(); }
  const Entry* end() const { return entries_.data() + entries_.size(); }
  /// Reals are compared by their bits, so NaN equals NaN and 0 differs from -0.
  friend bool operator==(const Attributes& a, const Attributes& b);

 private:
  template <class T> const T& get(std::string_view name) const;
  std::vector<Entry> entries_;
};

}  // namespace wengert
