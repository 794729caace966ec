// SPDX-License-Identifier: Apache-2.0
#include "wengert/cli/plan_chain.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "wengert/ad/derivatives.h"
#include "wengert/base/error.h"
#include "wengert/cli/derivative_frame.h"
#include "wengert/cli/duration.h"
#include "wengert/cli/plan_output.h"
#include "wengert/cli/table.h"
#include "wengert/plan/chain_plan.h"

namespace wengert::cli {
namespace {

using How = ChainProduct::How;

/// Elements beyond which the scalars of a Program are more than orders are searched for.
constexpr int64_t most_scalars = 1024;

struct Step {
  std::string derivative, how;
  int64_t work;
};

std::string sweeps(int64_t n, const char* mode) {
  return fmt::format("{} {} {}", n, mode, n == 1 ? "sweep" : "sweeps");
}

/// The steps of a product, each after those that it needs.
class Steps {
 public:
  Steps(const ChainedProgram& chained, const ChainCosts& costs, const ChainProduct& product)
      : chained_(chained), costs_(costs) {
    add(product);
  }
  const std::vector<Step>& all() const { return steps_; }

 private:
  size_t add(const ChainProduct& p) {
    std::vector<size_t> parts;
    for (auto part = p.parts.rbegin(); part != p.parts.rend(); ++part)
      parts.push_back(add(*part));  // from the inputs on
    const std::string derivative = fmt::format("{} by {}", state_name(p.last), state_name(p.first));
    steps_.push_back({derivative, how(p, parts), work(p)});
    return steps_.size();
  }

  std::string how(const ChainProduct& p, const std::vector<size_t>& parts) const {
    const int64_t columns = elements(p.first), rows = elements(p.last) - passing(p);
    switch (p.how) {
      case How::forward: return sweeps(columns, "forward");
      case How::reverse: return sweeps(rows, "reverse");
      case How::push: return fmt::format("{}, of the columns of step {}", sweeps(columns, "forward"), parts[0]);
      case How::pull: return fmt::format("{}, of the rows of step {}", sweeps(rows, "reverse"), parts[0]);
      case How::product: break;
    }
    return fmt::format("step {} times step {}, {} x {} x {}", parts[1], parts[0], elements(p.last), elements(p.split),
                       columns);
  }

  int64_t work(const ChainProduct& p) const {
    switch (p.how) {
      case How::forward: return costs_.push(p.first, p.first, p.last);
      case How::reverse: return costs_.pull(p.first, p.last, p.last);
      case How::push: return costs_.push(p.first, p.split, p.last);
      case How::pull: return costs_.pull(p.first, p.split, p.last);
      case How::product: break;
    }
    return costs_.product(p.first, p.split, p.last);
  }

  int64_t elements(size_t state) const {
    int64_t all = 0;
    for (const VertexId v : chained_.chain().state(state)) all += chained_.chain().elements(v);
    return all;
  }

  /// Elements that are there at the beginning already, and need no reverse sweep.
  int64_t passing(const ChainProduct& p) const {
    int64_t all = 0;
    const auto& there = chained_.chain().state(p.first);
    for (const VertexId v : chained_.chain().state(p.last))
      if (std::ranges::find(there, v) != there.end()) all += chained_.chain().elements(v);
    return all;
  }

  std::string state_name(size_t state) const {
    std::string names;
    for (const VertexId v : chained_.chain().state(state)) names += (names.empty() ? "" : ",") + chained_.name(v);
    return names;
  }

  const ChainedProgram& chained_;
  const ChainCosts& costs_;
  std::vector<Step> steps_;
};

void print_table(Context& context, Table& table) {
  std::string text = table.str(terminal_width(), context.palette());
  text.pop_back();
  context.print(text);
}

void show_chain(Context& context, const ChainedProgram& chained) {
  const LinearChain& chain = chained.chain();
  auto& document = context.document()["chain"] = nlohmann::ordered_json::array();
  Table table({{"all paths lead through"}, {"elements", Align::right}});
  for (size_t k = 0; k <= chain.segments(); ++k) {
    std::vector<std::string> names;
    int64_t elements = 0;
    for (const VertexId v : chain.state(k)) names.push_back(chained.name(v)), elements += chain.elements(v);
    table.add({fmt::format("{}", fmt::join(names, ", ")), std::to_string(elements)});
    document.push_back({{"values", names}, {"elements", elements}});
  }
  print_table(context, table);
}

void show_plan(Context& context, const ChainPlan& plan, const std::vector<Step>& steps) {
  Table table({{"step"}, {"derivative"}, {.title = "formed by", .wraps = true}, {"operations", Align::right}});
  auto& document = context.document();
  auto& list = document["steps"] = nlohmann::ordered_json::array();
  for (size_t k = 0; k < steps.size(); ++k) {
    table.add({std::to_string(k + 1), steps[k].derivative, steps[k].how, std::to_string(steps[k].work)});
    list.push_back({{"derivative", steps[k].derivative}, {"formed_by", steps[k].how}, {"operations", steps[k].work}});
  }
  table.add({"", "all", "", std::to_string(plan.cost)});
  table.add({"", "", "forward sweeps alone", std::to_string(plan.forward)});
  table.add({"", "", "reverse sweeps alone", std::to_string(plan.reverse)});
  print_table(context, table);
  context.print(fmt::format("proven: no product along this chain takes fewer ({})", duration_text(plan.wall_s)));
  document["operations"] = plan.cost, document["forward_operations"] = plan.forward,
  document["reverse_operations"] = plan.reverse;
  document["lower_bound"] = plan.lower_bound, document["proven"] = plan.proven, document["wall_s"] = plan.wall_s;
}

int64_t elements_of_floats(const std::vector<Type>& types) {
  int64_t all = 0;
  for (const Type& type : types) all += is_float(type.dtype) ? type.elements() : 0;
  return all;
}

}  // namespace

bool is_planned_as_chain(const Context& context, const Program& p) {
  const Arguments& a = context.arguments();
  int64_t elements = 0;
  for (uint32_t v = 0; v < p.size(); ++v) elements += p.type(ValueId{v}).elements();
  const bool large =
      elements > most_scalars && elements_of_floats(p.input_types()) > 1 && elements_of_floats(p.output_types()) > 1;
  std::vector<std::string> of_orders;
  for (const char* name : {"certificate", "verify", "draw", "timed", "order", "as-written"})
    if (a.has(name)) of_orders.push_back(name);
  if (!a.has("chain") && (!large || !of_orders.empty())) {
    if (a.has("wrt"))
      throw UsageError("W741", "--wrt is for a plan along a chain; orders are of all inputs", {},
                       "add --chain, or leave --wrt out");
    return false;
  }
  if (!of_orders.empty())
    throw UsageError("W741", fmt::format("--{} is about orders of elimination and not for --chain", of_orders[0]), {},
                     "leave out one of the two");
  return true;
}

int plan_chain(Context& context, const Point& point) {
  const Program& p = point.program;
  const auto wrt = varying_inputs(p, varying(context, p));
  ChainedProgram chained(p, wrt);
  context.document()["program"] = p.name();
  if (chained.chain().state(0).empty()) {
    context.print(fmt::format("{}: no output depends on what it is differentiated by; nothing to plan", p.name()));
    return exit_ok;
  }
  const ChainCosts costs = context.stage("count", [&] { return chain_costs(chained.chain()); });
  const ChainPlan plan = context.stage("plan", [&] { return wengert::plan_chain(costs); });
  context.print(
      fmt::format("{}: a chain of {} Jacobians", context.palette().bold(std::string(p.name())), costs.segments));
  show_chain(context, chained);
  show_plan(context, plan, Steps(chained, costs, plan.choice).all());
  if (context.arguments().has("emit"))
    emit_jacobian(context, context.stage("accumulate", [&] { return chained.jacobian(plan.choice); }), point, wrt);
  return exit_ok;
}

std::vector<Option> chain_options() {
  Option wrt = wrt_option();
  wrt.help = "With --chain: the inputs to differentiate by: x,y; the others are held fixed";
  return {{.names = "--chain",
           .help = "Plan the product of the Jacobians between values that all paths lead through, instead of an order "
                   "of scalars: "
                   "for large arrays, where that is done in any case"},
          wrt};
}

}  // namespace wengert::cli
