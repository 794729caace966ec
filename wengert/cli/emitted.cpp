// SPDX-License-Identifier: Apache-2.0
#include "wengert/cli/emitted.h"

#include <fmt/format.h>

#include "wengert/base/error.h"
#include "wengert/base/random.h"
#include "wengert/exec/interpreter.h"

namespace wengert::cli {
namespace {

constexpr int64_t most_tested = 4000;  // elements of inputs and outputs that are stored for the self-test

/// Elements for an input without a value: between 1/4 and 5/4, where most functions are defined.
Array drawn(const Type& type, Random& random) {
  Array values(Type{DType::f64, type.shape});
  for (double& x : values.mutable_values<double>())
    x = is_float(type.dtype) ? random.uniform(0.25, 1.25) : random.uniform() < 0.5;
  return values.as(type.dtype);
}

}  // namespace

std::vector<std::string> derivative_labels(const Program& p, const std::vector<size_t>& wrt, std::string_view form) {
  std::vector<std::string> labels;
  for (size_t i = 0; i < p.outputs().size(); ++i)
    for (size_t j : wrt)
      if (is_float(p.output_types()[i].dtype))
        labels.push_back(fmt::format(fmt::runtime(form), output_name(p, i), input_name(p, j)));
  return labels;
}

std::optional<CTest> self_test(const Point& point, const Program& emitted, bool single) {
  int64_t elements = 0;
  for (const Type& type : emitted.input_types()) elements += type.elements();
  for (const Type& type : emitted.output_types()) elements += type.elements();
  if (elements > most_tested) return {};
  CTest test;
  if (!point.given.empty()) test.inputs = point.inputs();
  Random random(1);
  for (size_t k = test.inputs.size(); k < emitted.inputs(); ++k)
    test.inputs.push_back(drawn(emitted.input_types()[k], random));
  for (Array& x : test.inputs)
    if (single && x.dtype() == DType::f64) x = x.as(DType::f32).as(DType::f64);
  try {
    test.outputs = evaluate(emitted, test.inputs, {.reference = true});
  } catch (const UsageError& error) {
    if (error.id() != "W701") throw;
    test.fails = true;
    for (const Type& type : emitted.output_types()) test.outputs.emplace_back(type);
  }
  return test;
}

void note_no_self_test(Context& context) {
  context.note(fmt::format("no self-test: inputs and outputs have more than {} elements", most_tested));
}

}  // namespace wengert::cli
