// SPDX-License-Identifier: Apache-2.0
#include "wengert/ir/attributes.h"

#include <algorithm>
#include <bit>
#include <fmt/format.h>

#include "wengert/base/error.h"
#include "wengert/ir/program.h"

namespace wengert {

NestedProgram::NestedProgram(const Program& program) : program_(std::make_shared<const Program>(program)) {}

bool operator==(const NestedProgram& a, const NestedProgram& b) { return a.program_ == b.program_ || *a == *b; }

Attributes::Attributes(std::initializer_list<Entry> entries) {
  for (const Entry& entry : entries) set(entry.first, entry.second);
}

void Attributes::set(std::string name, AttributeValue value) {
  const auto place = std::lower_bound(entries_.begin(), entries_.end(), name,
                                      [](const Entry& entry, const std::string& key) { return entry.first < key; });
  if (place != entries_.end() && place->first == name) place->second = std::move(value);
  else entries_.insert(place, {std::move(name), std::move(value)});
}

const AttributeValue* Attributes::find(std::string_view name) const {
  for (const Entry& entry : entries_)
    if (entry.first == name) return &entry.second;
  return nullptr;
}

/// How an attribute of that kind is written.
template <class T> std::string_view written() {
  if constexpr (std::is_same_v<T, int64_t>) return "an integer, such as 2";
  else if constexpr (std::is_same_v<T, double>) return "a number, such as 0.5";
  else if constexpr (std::is_same_v<T, bool>) return "true or false";
  else if constexpr (std::is_same_v<T, DType>) return "a dtype: f64, f32, i64 or bool";
  else if constexpr (std::is_same_v<T, std::vector<int64_t>>) return "a list of integers, such as [2, 3]";
  else if constexpr (std::is_same_v<T, std::string>) return "a text";
  else if constexpr (std::is_same_v<T, Array>) return "an array, such as f64[2] [1, 2]";
  else return "a Program: @name in text, NestedProgram(p) in C++";
}

template <class T> const T& Attributes::get(std::string_view name) const {
  const AttributeValue* value = find(name);
  if (value == nullptr)
    throw UsageError("W120", fmt::format("the attribute \"{}\" is missing", name), {}, fmt::format("give {} {}", name, written<T>()));
  if (const T* typed = std::get_if<T>(value)) return *typed;
  throw UsageError("W120", fmt::format("the attribute \"{}\" is of another kind than expected", name), {},
                   fmt::format("give {} {}", name, written<T>()));
}

int64_t Attributes::integer(std::string_view name) const { return get<int64_t>(name); }
double Attributes::real(std::string_view name) const {
  const AttributeValue* value = find(name);
  if (value != nullptr && std::holds_alternative<int64_t>(*value)) return static_cast<double>(std::get<int64_t>(*value));
  return get<double>(name);
}
bool Attributes::flag(std::string_view name) const { return has(name) && get<bool>(name); }
DType Attributes::dtype(std::string_view name) const { return get<DType>(name); }
const std::vector<int64_t>& Attributes::integers(std::string_view name) const { return get<std::vector<int64_t>>(name); }
const std::string& Attributes::text(std::string_view name) const { return get<std::string>(name); }
const Array& Attributes::array(std::string_view name) const { return get<Array>(name); }
const Program& Attributes::program(std::string_view name) const { return *get<NestedProgram>(name); }

bool operator==(const Attributes& a, const Attributes& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Attributes::Entry& x, const Attributes::Entry& y) {
    const double *real = std::get_if<double>(&x.second), *other = std::get_if<double>(&y.second);
    const bool bits = real != nullptr && other != nullptr;
    return x.first == y.first && (bits ? std::bit_cast<uint64_t>(*real) == std::bit_cast<uint64_t>(*other) : x.second == y.second);
  });
}

}  // namespace wengert
