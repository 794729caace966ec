// SPDX-License-Identifier: Apache-2.0
//
// wengert check: derivatives against differences at a point.
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "wengert/base/error.h"
#include "wengert/check/grad_check.h"
#include "wengert/cli/output.h"
#include "wengert/cli/random_values.h"
#include "wengert/cli/verbs.h"

namespace wengert::cli {
namespace {

void print_report(Context& context, const GradCheckReport& r) {
  const Palette& palette = context.palette();
  if (r.entries == 0)
    return context.print(palette.yellow("nothing to check: there are no inputs, or no outputs, of a float dtype"));
  if (r.verdict == Verdict::failed)
    context.print(palette.red("the derivatives disagree with differences"));
  else if (r.verdict == Verdict::passed)
    context.print(palette.green("the derivatives agree with differences"));
  else
    context.print(palette.yellow("undecided: differences verify nothing at this point; try another"));
  context.print(fmt::format("  checked         {} entries along {} directions, {} verified", r.entries, r.columns, r.verified));
  context.print(fmt::format("  tolerance       {} relative to 1 + |derivative|", shortest(r.tolerance)));
  if (!r.worst_entry.empty()) {
    context.print(fmt::format("  worst error     {:.3g}", r.worst_error));
    context.print(fmt::format("  worst entry     {}", r.worst_entry));
  }
  context.print(fmt::format("  <w,Jv>-<J'w,v>  {:.3g}, relative", r.transpose_error));
  for (const std::string& kink : r.kinks) context.print(fmt::format("  kink            {}", kink));
  for (const std::string& entry : r.undecided) context.print(fmt::format("  undecided       {}", entry));
  if (!r.where.empty()) context.print(fmt::format("  first wrong     {}", r.where));
}

void fill_document(Context& context, const GradCheckReport& r) {
  auto& document = context.document();
  document["verdict"] = to_string(r.verdict);
  document["passed"] = r.passed;
  document["columns"] = r.columns;
  document["entries"] = r.entries;
  document["verified"] = r.verified;
  document["tolerance"] = number_json(r.tolerance);
  document["worst_error"] = number_json(r.worst_error);
  document["worst_entry"] = r.worst_entry;
  document["transpose_error"] = number_json(r.transpose_error);
  document["kinks"] = r.kinks;
  document["undecided"] = r.undecided;
  document["where"] = r.where;
}

int run(Context& context) {
  Point point = load(context);
  fill_randomly(context, point);
  const auto inputs = point.inputs();
  GradCheckOptions options;
  options.tolerance = context.arguments().real("tolerance", 0, 1);
  const auto report = context.stage("check", [&] { return grad_check(point.program, inputs, options); });
  fill_document(context, report);
  print_report(context, report);
  return report.passed ? exit_ok : exit_negative;
}

}  // namespace

Verb check_verb() {
  return {
      .name = "check",
      .summary = "Check a Program's derivatives against differences at a point",
      .description =
          "Tangents against differences over sweeps of steps, cotangents against tangents. Kinks, where the derivatives "
          "from the two sides differ, are told from errors; what no step can tell is undecided, not wrong. The verdict "
          "is passed (something was verified, nothing is wrong), failed, or undecided (nothing could be verified); the "
          "exit code is 0 if it passed and 1 otherwise. A Program that computes in f32 is checked with tolerance 0.01.",
      .options = joined(
          program_options(),
          {random_option(),
           {.names = "--tolerance",
            .value = "X",
            .help = "Largest error, relative to 1 + |derivative|, beside that of the differences themselves",
            .initial = "1e-6"}}),
      .examples = {{"wengert check \"x*sin(y)\" --at x=2,y=3", "A formula at a point"},
                   {"wengert check net.wl --random 1", "At a random point"}},
      .run = run};
}

}  // namespace wengert::cli
