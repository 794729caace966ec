// SPDX-License-Identifier: Apache-2.0
//
// wengert eval: the values of a Program's outputs.
#include "wengert/cli/engine.h"
#include "wengert/cli/output.h"
#include "wengert/cli/program_source.h"
#include "wengert/cli/verbs.h"

namespace wengert::cli {
namespace {

int run(Context& context) {
  const Point point = load(context);
  const auto inputs = point.inputs();
  const auto values = run_once(context, point.program, inputs);
  std::vector<Result> results;
  for (size_t k = 0; k < values.size(); ++k) {
    const std::string name = output_name(point.program, k);
    results.push_back({name, name, values[k]});
  }
  show(context, "value", results);
  return exit_ok;
}

}  // namespace

Verb eval_verb() {
  return {.name = "eval",
          .summary = "Evaluate a Program at a point",
          .description = "Every input needs a value: --at x=2,y=3.",
          .options = joined(joined(program_options(), {trap_nan_option()}), engine_options()),
          .examples = {{"wengert eval \"x*sin(y)\" --at x=2,y=3", "A formula"},
                       {"wengert eval \"logsumexp(x)\" --at 'x=[1,2,3]'", "An array"},
                       {"wengert eval f.wl --at x=@x.npy --json", "A value from a file, the result as JSON"}},
          .run = run};
}

}  // namespace wengert::cli
