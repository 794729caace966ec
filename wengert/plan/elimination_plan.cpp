// SPDX-License-Identifier: Apache-2.0
#include "wengert/plan/elimination_plan.h"

#include <algorithm>
#include <chrono>

#include "wengert/plan/elimination_proof.h"
#include "wengert/plan/elimination_reduction.h"

namespace wengert {
namespace {

/// Problems of up to that many intermediates are enumerated: it takes less than a search.
constexpr size_t most_enumerated = 12;

class Planner {
 public:
  Planner(const LinearGraph& graph, const EliminationPlanOptions& options)
      : options_(options), whole_(graph, options.counting), reduced_(reduced(whole_)) {
    plan_.counting = options.counting;
    plan_.intermediates = whole_.intermediates, plan_.inputs = whole_.inputs, plan_.outputs = whole_.outputs;
    plan_.first = whole_.named(reduced_.first);
  }

  EliminationPlan run() {
    const auto start = std::chrono::steady_clock::now();
    compare_rules();
    if (problem().intermediates <= most_enumerated) enumerate();
    int64_t work = 100'000;
    for (int round = 0; round < options_.rounds && !is_done(); ++round, work *= 4) {
      improve(work);
      if (!is_done()) prove(work);
    }
    finish();
    plan_.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return plan_;
  }

 private:
  const EliminationProblem& problem() const { return reduced_.problem; }
  bool is_done() const { return bound_ >= best_.cost.multiplications || (options_.stop && options_.stop()); }

  void compare_rules() {
    for (const RuleOrder& rule : rule_orders(whole_)) compare(rule.name, rule.order);
  }

  void compare(const char* name, const NumberedOrder& order) {
    plan_.rivals.push_back({name, order_cost(whole_, order), whole_.named(order)});
    std::vector<uint32_t> place(whole_.intermediates, UINT32_MAX);
    for (uint32_t k = 0; k < reduced_.original.size(); ++k) place[reduced_.original[k]] = k;
    NumberedOrder left;
    for (const uint32_t v : order)
      if (place[v] != UINT32_MAX) left.push_back(place[v]);
    starts_.push_back(std::move(left));
    const OrderCost cost = order_cost(problem(), starts_.back());
    if (starts_.size() == 1 || cost < best_.cost) best_ = {starts_.back(), cost, 0};
  }

  void enumerate() {
    best_ = exact_order(problem());
    bound_ = best_.cost.multiplications;
    plan_.enumerated = true;
  }

  void improve(int64_t work) {
    const SearchResult found =
        search_order(problem(), starts_, {.eliminations = work, .key = options_.key, .stop = options_.stop});
    if (found.cost < best_.cost) best_ = found, starts_.push_back(found.order);
    if (is_searched() && work > 1'000'000) return;  // more is to be had from the search by now
    const OrderBound bound = order_bound(problem(), {.target = best_.cost.multiplications,
                                                     .largest = 14,
                                                     .work = work,
                                                     .key = options_.key,
                                                     .stop = options_.stop});
    if (bound.cost() <= witness_.cost() && !witness_.clusters.empty()) return;
    witness_ = bound;
    if (bound.cost() <= bound_) return;
    bound_ = bound.cost();
    proof_.reset();  // better clusters leave less to be searched than what was searched with worse ones
  }

  bool is_searched() const { return !plan_.enumerated && bound_ > witness_.cost(); }

  void prove(int64_t work) {
    if (!proof_) {
      std::vector<std::vector<uint32_t>> clusters;
      for (const Cluster& cluster : witness_.clusters) clusters.push_back(cluster.vertices);
      proof_ = std::make_unique<EliminationProof>(problem(), clusters);
    }
    proof_->raise({.enough = best_.cost.multiplications, .work = 2 * work, .stop = options_.stop});
    bound_ = std::max(bound_, proof_->bound());
    if (!proof_->is_solved()) return;
    const NumberedOrder order = proof_->order();
    if (const OrderCost cost = order_cost(problem(), order); cost < best_.cost) best_ = {order, cost, 0};
  }

  void finish() {
    plan_.choice = whole_.named(reduced_.whole(best_.order));
    const OrderCost cost = order_cost(whole_, reduced_.whole(best_.order));
    plan_.cost = cost.multiplications, plan_.additions = cost.additions;
    plan_.lower_bound = reduced_.cost.multiplications + bound_;
    plan_.proven = plan_.cost == plan_.lower_bound, plan_.searched = is_searched();
    for (const Cluster& cluster : witness_.clusters) plan_.clusters.emplace_back(problem().named(cluster.vertices), cluster.least);
  }

  const EliminationPlanOptions& options_;
  EliminationProblem whole_;
  ReducedProblem reduced_;
  std::vector<NumberedOrder> starts_;  ///< of the reduced problem
  SearchResult best_;
  int64_t bound_ = 0;
  OrderBound witness_;
  std::unique_ptr<EliminationProof> proof_;
  EliminationPlan plan_;
};

}  // namespace

EliminationPlan plan_elimination(const LinearGraph& graph, const EliminationPlanOptions& options) {
  return Planner(graph, options).run();
}

}  // namespace wengert
