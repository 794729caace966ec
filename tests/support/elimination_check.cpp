// SPDX-License-Identifier: Apache-2.0
//
// Elimination against the Jacobian by sweeps, on the Program written out in scalars.
#include <fmt/format.h>

#include "derivative_checks.h"
#include "same_values.h"
#include "wengert/ad/accumulate.h"
#include "wengert/ad/derivatives.h"
#include "wengert/ad/linearize.h"
#include "wengert/exec/interpreter.h"
#include "wengert/passes/scalarize.h"
#include "wengert/plan/elimination_order.h"

namespace wengert {
namespace {

std::optional<Scalarized> scalars_of(const Program& p) {
  try {
    return scalarize(p);
  } catch (const UsageError& error) {
    if (error.id() == "W160" || error.id() == "W161") return std::nullopt;
    throw;
  }
}

}  // namespace

testing::AssertionResult elimination_agrees(const Case& c, bool& scalarizable) {
  const auto scalars = scalars_of(c.program);
  scalarizable = scalars.has_value();
  if (!scalarizable) return testing::AssertionSuccess();
  const auto x = scalars->split(c.x);
  if (const auto result = all_close(scalars->join(evaluate(scalars->program, x)), evaluate(c.program, c.x), 1e-14); !result)
    return testing::AssertionFailure() << "values of the scalar Program: " << result.message();
  const auto expected = dense(evaluate(jacobian(c.program), c.x), float_types(c.program.output_types()), float_types(c.program.input_types()));
  const LinearGraph graph = linearize(scalars->program).graph;
  const std::pair<const char*, EliminationOrder> orders[] = {
      {"forward", forward_order(graph)}, {"reverse", reverse_order(graph)}, {"Markowitz", markowitz_order(graph)}};
  for (const auto& [name, order] : orders) {
    const auto entries = evaluate(accumulate(scalars->program, order).program, x);
    const auto result = all_close(dense(entries, float_types(scalars->program.output_types()), float_types(scalars->program.input_types())), expected, 1e-11);
    if (!result) return testing::AssertionFailure() << name << " order: " << result.message();
  }
  return testing::AssertionSuccess();
}

}  // namespace wengert
