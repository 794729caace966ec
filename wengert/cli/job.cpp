// SPDX-License-Identifier: Apache-2.0
#include "wengert/cli/job.h"

#include <algorithm>
#include <fmt/format.h>

#include "wengert/ad/derivatives.h"
#include "wengert/ad/sparse_jacobian.h"
#include "wengert/api/planned_jacobian.h"
#include "wengert/base/error.h"
#include "wengert/cli/derivative_frame.h"

namespace wengert::cli {
namespace {

/// throws : UsageError W714
void check_options(const Arguments& a, const std::vector<std::string>& kinds) {
  const auto any = [&](auto... names) { return ((std::ranges::find(kinds, names) != kinds.end()) || ...); };
  if (a.has("wrt") && !any("grad", "jacobian", "hessian"))
    throw UsageError("W714", "--wrt names inputs to differentiate by, and no derivative is asked for", {}, "add --of grad, or leave --wrt out");
  if (a.has("packed") && !any("jacobian"))
    throw UsageError("W714", "--packed is about the entries of a Jacobian, and none is asked for", {}, "add --of jacobian, or leave --packed out");
  if (a.has("packed") && a.has("mode"))
    throw UsageError("W714", "--mode is how all entries of a Jacobian are accumulated, and --packed chooses by itself", {}, "leave out one of the two");
  if (a.has("mode") && !any("jacobian"))
    throw UsageError("W714", "--mode is how a Jacobian is accumulated, and none is asked for", {}, "add --of jacobian, or leave --mode out");
}

Program packed_jacobian(const Differentiation& d) {
  const SparseJacobian j = sparse_jacobian(d.merged, d.wrt);
  const auto& pattern = j.pattern.sparsity;
  d.context.note(fmt::format("{} of the Jacobian's {} x {} entries are other than 0, {} values vary", pattern.entries(), pattern.rows,
                             pattern.columns, j.pattern.slots));
  return j.values;
}

Program derivative(const Differentiation& d, const std::string& kind) {
  if (kind == "grad") return value_and_grad(d.merged, d.wrt);
  if (kind == "hessian") return hessian(d.merged, d.wrt);
  if (d.context.arguments().has("packed")) return packed_jacobian(d);
  const std::string mode = d.context.arguments().text("mode");
  return mode == "auto" ? planned_jacobian(d.merged, d.wrt) : jacobian(d.merged, d.wrt, jacobian_mode(mode));
}

}  // namespace

std::vector<Option> job_options() {
  return joined(
      program_options(),
      {{.names = "--of",
        .value = "WHAT",
        .help = "What is run; grad is the value and the gradient",
        .initial = "value",
        .choices = {"value", "grad", "jacobian", "hessian"},
        .repeats = true},
       wrt_option(),
       {.names = "--mode", .value = "MODE", .help = "How a Jacobian is accumulated", .initial = "auto", .choices = jacobian_modes()},
       packed_option()});
}

std::vector<Job> jobs(Context& context, const Point& point) {
  std::vector<std::string> kinds = context.arguments().all("of");
  if (kinds.empty()) kinds.push_back(context.arguments().text("of"));
  check_options(context.arguments(), kinds);
  std::vector<Job> result;
  std::optional<Differentiation> d;
  for (const std::string& kind : kinds) {
    if (kind == "value") {
      result.push_back({kind, point.program.name(), point.program});
      continue;
    }
    if (!d) d.emplace(begin_differentiation(context, point));
    result.push_back({kind, point.program.name(), *differentiated(*d, [&] { return derivative(*d, kind); })});
  }
  return result;
}

Option packed_option() {
  return {.names = "--packed", .help = "Of a Jacobian the entries that differ from point to point, in one array"};
}

Option runs_option() {
  return {.names = "--runs", .value = "N", .help = "How often it will be run, for the choice of what is best", .initial = "10000"};
}
double expected_runs(const Arguments& arguments) { return arguments.real("runs", 1, 1e15); }

Option limit_option() { return {.names = "--limit", .value = "SECONDS", .help = "Compiling that takes longer is given up", .initial = "10"}; }
double compile_limit_s(const Arguments& arguments) { return arguments.real("limit", 0, 1e6); }

}  // namespace wengert::cli
