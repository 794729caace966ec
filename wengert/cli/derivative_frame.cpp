// SPDX-License-Identifier: Apache-2.0
#include "wengert/cli/derivative_frame.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "wengert/base/error.h"
#include "wengert/cli/engine.h"
#include "wengert/exec/interpreter.h"
#include "wengert/passes/common_subexpressions.h"
#include "wengert/passes/simplify.h"

namespace wengert::cli {

std::vector<std::string> Differentiation::varying_names() const {
  std::vector<std::string> names;
  for (size_t k : wrt) names.push_back(input_name(program(), k));
  return names;
}

std::vector<Type> Differentiation::varying_types() const {
  std::vector<Type> types;
  for (size_t k : wrt) types.push_back(program().type(ValueId{static_cast<uint32_t>(k)}));
  return types;
}

namespace {

int64_t nans(const Array& array) {
  int64_t count = 0;
  for (int64_t k = 0; is_float(array.dtype()) && k < array.elements(); ++k) count += std::isnan(array[k]);
  return count;
}

void report_nan_outputs(Context& context, const Program& program, std::span<const Array> values) {
  auto& list = context.document()["nan_outputs"] = nlohmann::ordered_json::array();
  for (size_t k = 0; k < values.size(); ++k) {
    const int64_t count = nans(values[k]);
    if (count == 0) continue;
    const std::string name = output_name(program, k);
    list.push_back(name);
    const std::string part = values[k].shape().rank() == 0 ? "" : fmt::format(" in {} of {} elements", count, values[k].elements());
    context.note(fmt::format("note: {} is nan{} at this point, so {} derivatives mean nothing{}", name, part, part.empty() ? "its" : "the",
                             part.empty() ? "" : " there"));
  }
}

}  // namespace

std::vector<Array> Differentiation::run(const Program& derivative, std::vector<Array> more) const {
  std::vector<Array> inputs = point.inputs();
  for (Array& array : more) inputs.push_back(std::move(array));
  const InterpreterOptions options{.trap_nan = context.arguments().has("trap-nan")};
  const auto values = context.stage("evaluate", [&] { return evaluate(program(), point.inputs(), options); });
  report_nan_outputs(context, program(), values);
  return run_once(context, derivative, inputs);
}

std::vector<std::string_view> jacobian_modes() { return {"auto", "forward", "reverse", "columns", "fewest"}; }

JacobianMode jacobian_mode(std::string_view name) {
  constexpr std::array modes{JacobianMode::by_shape, JacobianMode::forward, JacobianMode::reverse, JacobianMode::columns, JacobianMode::fewest};
  const auto names = jacobian_modes();
  return modes[static_cast<size_t>(std::ranges::find(names, name) - names.begin())];
}

Differentiation begin_differentiation(Context& context) {
  Differentiation d = begin_differentiation(context, load(context));
  if (!context.arguments().has("emit")) static_cast<void>(d.point.inputs());  // missing values are found before the work
  return d;
}

Differentiation begin_differentiation(Context& context, Point point) {
  auto wrt = varying_inputs(point.program, varying(context, point.program));
  if (wrt.empty())
    throw UsageError(
        "W612", fmt::format("program \"{}\" has no input of a float dtype to differentiate by", point.program.name()),
        {}, "a formula needs a variable; integers and bools have no derivative");
  // A trap names lines by their number in the Program that is differentiated: it must be the user's.
  Program merged = context.arguments().has("trap-nan") ? point.program
                                                       : context.stage("merge", [&] { return common_subexpressions(point.program); });
  return {context, std::move(point), std::move(wrt), std::move(merged)};
}

std::optional<Program> differentiated(const Differentiation& d, const std::function<Program()>& differentiate) {
  const Program raw = d.context.stage("differentiate", differentiate);
  Program derivative = d.context.stage("simplify", [&] { return simplify(raw); });
  if (!d.context.arguments().has("emit")) return derivative;
  show_program(d.context, "derivative", derivative);
  d.context.document()["lines"] = derivative.size();
  return {};
}

void show_values(const Differentiation& d, std::span<const Array> values) {
  std::vector<Result> results;
  for (size_t k = 0; k < d.program().outputs().size(); ++k) {
    const std::string name = output_name(d.program(), k);
    results.push_back({name, name, values[k]});
  }
  show(d.context, "value", results);
}

std::string derivative_label(const std::string& of, const std::string& by) { return fmt::format("d{}/d{}", of, by); }

std::vector<Option> derivative_options(const std::vector<Option>& more) {
  return joined(joined(joined(program_options(), {wrt_option(), emit_option(), trap_nan_option()}), more), engine_options());
}

}  // namespace wengert::cli
