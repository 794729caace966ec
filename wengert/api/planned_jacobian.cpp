// SPDX-License-Identifier: Apache-2.0
#include "wengert/api/planned_jacobian.h"

#include <algorithm>
#include <fmt/format.h>
#include <numeric>
#include <optional>

#include "wengert/ad/accumulate.h"
#include "wengert/ad/chain_jacobian.h"
#include "wengert/ad/derivatives.h"
#include "wengert/ad/linearize.h"
#include "wengert/api/plan_cache.h"
#include "wengert/api/scalar_form.h"
#include "wengert/exec/operation_count.h"
#include "wengert/ir/primitive.h"
#include "wengert/ir/text.h"
#include "wengert/plan/chain_plan.h"
#include "wengert/plan/elimination_search.h"

namespace wengert {
namespace {

/// Problems of up to that many intermediates are enumerated: it takes less than a search.
constexpr size_t most_enumerated = 12;
/// Both kinds of sweeps are written down if the less apt one has about that many lines at most.
constexpr int64_t most_swept_lines = 20'000;
/// Chains are planned up to so many edges, and so many that are counted anew for each input and output.
constexpr size_t most_chain_edges = 5'000, most_counted_edges = 50'000;
/// Plans of Programs with more elements of constants, or lines, are made again each time: their texts would be long keys.
constexpr int64_t most_key_elements = 20'000;

/// Elements of the inputs that vary, and of the float outputs.
std::pair<int64_t, int64_t> columns_and_rows(const Program& p, const std::vector<size_t>& wrt) {
  int64_t columns = 0, rows = 0;
  for (const size_t k : wrt) columns += p.type(ValueId{static_cast<uint32_t>(k)}).elements();
  for (const Type& type : p.output_types()) rows += is_float(type.dtype) ? type.elements() : 0;
  return {columns, rows};
}

/// What a run computes and, of arrays, moves; nothing where that cannot be counted.
std::optional<double> operations(const Program& p) {
  const auto count = operations_of(p);
  if (!count || !count->exact) return {};
  return count->arithmetic + count->functions + count->memory;
}

/// Orders of one graph that are worth being written down.
class GoodOrders {
 public:
  GoodOrders(const LinearGraph& graph, int64_t work)
      : problem_(graph, Counting::numbers_folded), work_(work / static_cast<int64_t>((problem_.vertices() + 63) / 64)) {
  }

  std::vector<EliminationOrder> operator()() {
    const size_t n = problem_.intermediates;
    if (n <= most_enumerated && static_cast<int64_t>(n << n) <= work_) return {problem_.named(exact_order(problem_).order)};
    add_rules();
    if (improve(work_ / 8)) improve(work_);  // most often there is nothing to gain
    std::vector<EliminationOrder> result;
    for (const NumberedOrder& order : found_) result.push_back(problem_.named(order));
    return result;
  }

 private:

  void add_rules() {
    NumberedOrder forward(problem_.intermediates);
    std::iota(forward.begin(), forward.end(), 0U);
    starts_ = {forward, {forward.rbegin(), forward.rend()}};
    for (const Ties ties : {Ties::lowest, Ties::highest})
      starts_.push_back(greedy_order(problem_, GreedyRule::markowitz, ties));
    starts_.push_back(greedy_order(problem_, GreedyRule::relative_markowitz, Ties::highest));
    found_.push_back(*std::ranges::min_element(
        starts_, {}, [&](const NumberedOrder& order) { return order_cost(problem_, order); }));
  }

  /// Whether the search found an order that is better than all it began with.
  bool improve(int64_t work) {
    const auto cost = [&](const NumberedOrder& order) { return order_cost(problem_, order); };
    const OrderCost before = cost(*std::ranges::min_element(starts_, {}, cost));
    const SearchResult result = search_order(problem_, starts_, {.eliminations = work});
    if (!(result.cost < before)) return false;
    starts_.push_back(result.order), found_.push_back(result.order);
    return true;
  }

  EliminationProblem problem_;
  int64_t work_;
  std::vector<NumberedOrder> starts_, found_;
};

/// Candidates are compared by what their Programs compute; of equals the first is kept.
class Comparison {
 public:
  void add(JacobianPlan plan, const Program& program) {
    const auto count = operations(program);
    if (!count) return;
    if (plan.method != JacobianPlan::Method::elimination) swept_ = std::min(swept_.value_or(*count), *count);
    if (best_ && *count >= best_->operations) return;
    best_ = std::move(plan);
    best_->operations = *count;
    program_ = program;
  }
  bool is_empty() const { return !best_; }
  const Program& program() const { return program_; }
  JacobianPlan plan() const {
    JacobianPlan plan = *best_;
    plan.swept_operations = swept_.value_or(0);
    return plan;
  }

 private:
  std::optional<JacobianPlan> best_;
  std::optional<double> swept_;
  Program program_;
};

using Method = JacobianPlan::Method;

Program swept(const Program& p, const std::vector<size_t>& wrt, Method method) {
  return jacobian(p, wrt, method == Method::forward ? JacobianMode::forward : JacobianMode::reverse);
}

Program planned(const Program& p, const std::vector<size_t>& wrt, const std::optional<ScalarForm>& form, const JacobianPlan& plan) {
  if (plan.method == Method::chain) return chain_jacobian(p, wrt, plan.product);
  return plan.method == Method::elimination ? form->jacobian(plan.order) : swept(p, wrt, plan.method);
}

using PlannedProgram = std::pair<JacobianPlan, Program>;

bool has_empty_arrays(const Program& p) {
  for (uint32_t v = 0; v < p.size(); ++v)
    if (p.type(ValueId{v}).elements() == 0) return true;
  return false;
}

/// Operations that a chain must save for each entry of the Jacobian: it moves elements through memory that stay in registers
/// where a loop sweeps, so that with fewer it was measured to be four to six times slower (docs/planning.md).
constexpr double least_saved_an_entry = 8;

/// Nothing if there is no waist, or no product along the chain that is cheap enough.
std::optional<PlannedProgram> search_chain(const Program& p, const std::vector<size_t>& wrt, double most_share) {
  if (most_share <= 0 || has_empty_arrays(p)) return {};
  ChainedProgram chained(p, wrt);
  const LinearChain& chain = chained.chain();
  const size_t k = chain.segments(), ends = chain.state(0).size() + chain.state(k).size();
  if (k < 2 || chain.edges() > most_chain_edges || ends * chain.edges() > most_counted_edges) return {};
  const ChainPlan plan = plan_chain(chain_costs(chain));
  const auto swept = static_cast<double>(std::min(plan.forward, plan.reverse));
  const auto [columns, rows] = columns_and_rows(p, wrt);
  const double least_saved = least_saved_an_entry * static_cast<double>(columns) * static_cast<double>(rows);
  if (static_cast<double>(plan.cost) > std::min(most_share * swept, swept - least_saved)) return {};
  JacobianPlan result{.method = Method::chain, .product = plan.choice, .operations = static_cast<double>(plan.cost), .swept_operations = swept};
  return PlannedProgram{std::move(result), chained.jacobian(plan.choice)};
}

/// Nothing if no candidate could be counted.
std::optional<PlannedProgram> search(const Program& p, const std::vector<size_t>& wrt,
                                     const ScalarForm& form, const JacobianPlanOptions& options) {
  const auto [columns, rows] = columns_and_rows(p, wrt);
  LinearGraph graph;
  try {
    graph = form.graph();
  } catch (const UsageError&) {  // sweeps end with the same error, about the lines as they were written
    return {};
  }
  const size_t intermediates = EliminationGraph(graph, EliminationMode::count).intermediates().size();
  if (intermediates > options.most_vertices) return {};
  const Method apt = columns <= rows ? Method::forward : Method::reverse,
               other = columns <= rows ? Method::reverse : Method::forward;
  Comparison comparison;
  comparison.add({apt}, swept(p, wrt, apt));
  if (comparison.is_empty()) return {};
  if (std::max(columns, rows) * static_cast<int64_t>(intermediates) <= most_swept_lines)
    comparison.add({other}, swept(p, wrt, other));
  for (EliminationOrder& order : GoodOrders(graph, options.work)()) {
    const Program program = form.jacobian(order);
    comparison.add({Method::elimination, std::move(order)}, program);
  }
  return PlannedProgram{comparison.plan(), comparison.program()};
}

/// Empty if it would be too long.
std::string key_of(const Program& p, const std::vector<size_t>& wrt, const JacobianPlanOptions& options) {
  auto elements = static_cast<int64_t>(p.size());
  for (uint32_t v = 0; v < p.size(); ++v)
    if (p.is_constant(ValueId{v})) elements += p.type(ValueId{v}).elements();
  if (elements > most_key_elements) return {};
  return fmt::format("{} {} {} {} {}\n{}", fmt::join(wrt, ","), options.work, options.most_vertices, options.most_elements,
                     options.chain_share, print(p));
}

}  // namespace

Program planned_jacobian(const Program& p, const std::vector<size_t>& wrt, const JacobianPlanOptions& options,
                         JacobianChoice* choice) {
  const auto varying = varying_inputs(p, wrt);
  const auto [columns, rows] = columns_and_rows(p, varying);
  const Method apt = columns <= rows ? Method::forward : Method::reverse;
  const auto by_sweeps = [&] {
    if (choice != nullptr) *choice = {std::string(to_string(apt))};
    return jacobian(p, wrt);
  };
  if (options.work <= 0 || columns < 2 || rows < 2) return by_sweeps();  // one sweep multiplies by each partial once
  const auto form = scalar_form(p, varying, options.most_elements);
  const std::string key = key_of(p, varying, options);
  const auto tell = [&](const JacobianPlan& plan, bool from_cache) {
    if (choice != nullptr)
      *choice = {std::string(to_string(plan.method)), plan.operations, plan.swept_operations, from_cache};
  };
  if (const auto kept = key.empty() ? std::nullopt : PlanCache::of_process().find(key)) {
    tell(*kept, true);
    return planned(p, varying, form, *kept);
  }
  const auto found = form ? search(p, varying, *form, options) : search_chain(p, varying, options.chain_share);
  if (!found) {
    if (!form && !key.empty()) PlanCache::of_process().keep(key, {apt});
    return by_sweeps();
  }
  if (!key.empty()) PlanCache::of_process().keep(key, found->first);
  tell(found->first, false);
  return found->second;
}

}  // namespace wengert
