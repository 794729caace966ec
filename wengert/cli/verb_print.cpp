// SPDX-License-Identifier: Apache-2.0
//
// wengert print: the Wengert list of a file or formula, one operation a line.
#include <nlohmann/json.hpp>

#include "wengert/cli/output.h"
#include "wengert/cli/program_source.h"
#include "wengert/cli/verbs.h"
#include "wengert/passes/simplify.h"

namespace wengert::cli {
namespace {

int run(Context& context) {
  Program p = load(context).program;
  if (context.arguments().has("simplify")) p = context.stage("simplify", [&] { return simplify(p); });
  show_program(context, "text", p);
  auto& types = context.document()["inputs"] = nlohmann::ordered_json::object();
  for (size_t k = 0; k < p.inputs(); ++k) types[input_name(p, k)] = to_string(p.input_types()[k]);
  context.document()["lines"] = p.size();
  context.document()["bytes"] = p.bytes();
  return exit_ok;
}

}  // namespace

Verb print_verb() {
  return {
      .name = "print",
      .summary = "Print a Program as its Wengert list, one operation a line",
      .description = "What is printed is a .wl file again; a formula becomes the list of its elementary operations.",
      .options = joined(program_options(),
                        {{.names = "--simplify", .help = "Simplify it first: constants folded, equal lines merged"}}),
      .examples = {{"wengert print \"x*sin(y)\"", "A formula as a list of operations"},
                   {"wengert print net.wl --program loss", "One Program of a file"}},
      .run = run};
}

}  // namespace wengert::cli
