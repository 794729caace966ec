// SPDX-License-Identifier: Apache-2.0
#include "wengert/plan/chain_plan.h"

#include <chrono>
#include <limits>

namespace wengert {
namespace {

using How = ChainProduct::How;

/// The cheapest way for the segments first .. last - 1, its parts by reference to the table.
struct CheapestWay {
  int64_t cost = std::numeric_limits<int64_t>::max();
  How how = How::forward;
  size_t split = 0;

  void offer(int64_t other_cost, How other_how, size_t other_split) {
    if (other_cost < cost) *this = {other_cost, other_how, other_split};
  }
};

class ChainTable {
 public:
  explicit ChainTable(const ChainCosts& costs)
      : ways_(costs.segments + 1, std::vector<CheapestWay>(costs.segments + 1)) {
    for (size_t length = 1; length <= costs.segments; ++length)
      for (size_t first = 0; first + length <= costs.segments; ++first) fill(costs, first, first + length);
  }

  int64_t cost(size_t first, size_t last) const { return ways_[first][last].cost; }

  ChainProduct product(size_t first, size_t last) const {
    const CheapestWay& way = ways_[first][last];
    ChainProduct result{way.how, first, last, way.split, {}};
    if (way.how == How::product || way.how == How::pull) result.parts.push_back(product(way.split, last));
    if (way.how == How::product || way.how == How::push) result.parts.push_back(product(first, way.split));
    return result;
  }

 private:
  void fill(const ChainCosts& costs, size_t first, size_t last) {
    CheapestWay& way = ways_[first][last];
    way.offer(costs.push(first, first, last), How::forward, 0);
    way.offer(costs.pull(first, last, last), How::reverse, 0);
    // Of equal ways the one with the longest sweep is taken, and products last.
    for (size_t split = first + 1; split < last; ++split)
      way.offer(cost(first, split) + costs.push(first, split, last), How::push, split);
    for (size_t split = last - 1; split > first; --split)
      way.offer(cost(split, last) + costs.pull(first, split, last), How::pull, split);
    for (size_t split = first + 1; split < last; ++split)
      way.offer(cost(first, split) + cost(split, last) + costs.product(first, split, last), How::product, split);
  }

  std::vector<std::vector<CheapestWay>> ways_;
};

}  // namespace

ChainPlan plan_chain(const ChainCosts& costs) {
  const auto start = std::chrono::steady_clock::now();
  const ChainTable table(costs);
  ChainPlan plan;
  plan.choice = table.product(0, costs.segments);
  plan.cost = plan.lower_bound = table.cost(0, costs.segments);
  plan.proven = true;
  plan.forward = costs.push(0, 0, costs.segments), plan.reverse = costs.pull(0, costs.segments, costs.segments);
  plan.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return plan;
}

}  // namespace wengert
