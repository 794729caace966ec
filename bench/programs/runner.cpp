// SPDX-License-Identifier: Apache-2.0
#include "programs/runner.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>

#include "wengert/ir/primitive.h"

namespace wengert::bench {
namespace {

bool is_among(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void count(const Primitive& primitive, int64_t elements, OperationCount& counts) {
  const std::string_view name = primitive.name;
  if (name == "mul")
    counts.multiply += elements;
  else if (name == "fma")
    counts.multiply += elements, counts.add += elements;
  else if (is_among(name, {"add", "sub"}))
    counts.add += elements;
  else if (is_among(name, {"div", "sqrt"}))
    counts.divide += elements;
  else if (primitive.family == Family::elementwise && !is_among(name, {"neg", "abs"}))
    counts.function += elements;
  else if (name != "result")
    counts.other += elements;
}

}  // namespace

Runner::Runner(const Program& program, std::vector<Array> inputs)
    : executable_(make_executable(program)), inputs_(std::move(inputs)) {
  for (const Array& input : inputs_) input_views_.push_back(input.view());
  for (const Type& type : program.output_types()) outputs_.emplace_back(type);
  for (Array& output : outputs_) output_views_.push_back(output.mutable_view());
}

std::vector<double> Runner::outputs_from(size_t first) const {
  std::vector<double> all;
  for (size_t k = first; k < outputs_.size(); ++k) {
    const auto values = output(k);
    all.insert(all.end(), values.begin(), values.end());
  }
  return all;
}

OperationCount count_operations(const Program& program) {
  OperationCount counts;
  for (auto v = static_cast<uint32_t>(program.inputs()); v < program.size(); ++v) {
    const ValueId value{v};
    if (program.is_constant(value)) continue;
    count(program.primitive(value), program.type(value).elements(), counts);
  }
  return counts;
}

}  // namespace wengert::bench
