// SPDX-License-Identifier: Apache-2.0
#include "wengert/exec/executable.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "wengert/ir/remedy.h"

namespace wengert {
namespace {

/// As ==, in a loop: for so few extents the C library's memcmp takes a tenth of the run of a small Program.
bool same(const Type& a, const Type& b) {
  bool equal = a.dtype == b.dtype && a.shape.rank() == b.shape.rank();
  for (int axis = 0; equal && axis < a.shape.rank(); ++axis) equal = a.shape[axis] == b.shape[axis];
  return equal;
}

template <class V> void check_types(std::span<const V> found, const std::vector<Type>& expected, const Program& p,
                                    std::string_view role) {
  if (found.size() != expected.size())
    throw ShapeError("W207", fmt::format("program \"{}\" has {} {}s, {} were given", p.name(), expected.size(), role, found.size()), {},
                     role == "input" ? fmt::format("give {}", listed_inputs(p)) : "give room for each output, in order");
  for (size_t k = 0; k < found.size(); ++k) {
    if (same(found[k].type, expected[k])) continue;
    const auto name = role == "input" ? p.value_name(ValueId{static_cast<uint32_t>(k)}) : std::string_view{};
    throw ShapeError("W207", fmt::format("{} {}{}{} of program \"{}\" is {}, found {}", role, k, name.empty() ? "" : " ", name,
                                         p.name(), to_string(expected[k]), to_string(found[k].type)),
                     {}, remedy_for(expected[k], found[k].type));
  }
}

}  // namespace

bool has_nan(const ConstView& x) {
  const auto any = [&](const auto* first) { return std::any_of(first, first + x.type.elements(), [](auto y) { return std::isnan(y); }); };
  if (x.type.dtype == DType::f64) return any(x.as<double>());
  return x.type.dtype == DType::f32 && any(x.as<float>());
}

std::vector<Array> Executable::run(std::span<const Array> inputs) const {
  std::vector<ConstView> in;
  std::vector<View> out;
  std::vector<Array> results;
  for (const Array& x : inputs) in.push_back(x.view());
  for (const Type& type : output_types_) results.emplace_back(type);
  for (Array& y : results) out.push_back(y.mutable_view());
  run(in, out);
  return results;
}

void Executable::check(std::span<const ConstView> inputs, std::span<const View> outputs) const {
  check_types(inputs, input_types_, program_, "input");
  check_types(outputs, output_types_, program_, "output");
}

}  // namespace wengert
