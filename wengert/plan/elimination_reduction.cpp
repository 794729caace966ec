// SPDX-License-Identifier: Apache-2.0
#include "wengert/plan/elimination_reduction.h"

#include "wengert/plan/by_width.h"
#include "wengert/plan/safe_first.h"

namespace wengert {
namespace {

template <size_t W> class Reduction {
 public:
  explicit Reduction(const EliminationProblem& problem)
      : problem_(problem), state_(problem, table_), safe_(problem), gone_(problem.vertices(), false) {
    for (size_t v = 0; v < problem.intermediates; ++v) left_.set(v);
  }

  ReducedProblem run() {
    ReducedProblem result;
    for (bool changed = true; changed;) {
      changed = false;
      for (uint32_t v = 0; v < problem_.intermediates; ++v) {
        if (gone_[v] || !safe_(state_, left_, v)) continue;
        result.first.push_back(v);
        result.cost += state_.eliminate(v);
        left_.reset(v);
        gone_[v] = changed = true;
      }
    }
    leave(result);
    return result;
  }

 private:
  void leave(ReducedProblem& result) const {
    std::vector<uint32_t> number(problem_.vertices());
    uint32_t next = 0;
    for (uint32_t v = 0; v < problem_.vertices(); ++v) {
      if (gone_[v]) continue;
      number[v] = next++;
      if (problem_.is_intermediate(v)) result.original.push_back(v), result.problem.ids.push_back(problem_.ids[v]);
    }
    result.problem.intermediates = result.original.size();
    result.problem.inputs = problem_.inputs, result.problem.outputs = problem_.outputs;
    result.problem.counting = problem_.counting;
    if (result.first.empty()) {
      result.problem.edges = problem_.edges;
      return;
    }
    for (uint32_t v = 0; v < problem_.vertices(); ++v)
      state_.successors(v).for_each([&](size_t w) { result.problem.edges.push_back({number[v], number[w], state_.number(v, w), state_.is_number(v, w)}); });
  }

  const EliminationProblem& problem_;
  NumberTable table_;
  EliminationState<W> state_;
  SafeFirst<W> safe_;
  std::vector<bool> gone_;
  Bits<W> left_;
};

}  // namespace

NumberedOrder ReducedProblem::whole(const NumberedOrder& rest) const {
  NumberedOrder order = first;
  for (const uint32_t v : rest) order.push_back(original[v]);
  return order;
}

ReducedProblem reduced(const EliminationProblem& problem) {
  return by_width(problem.vertices(), [&](auto width) { return Reduction<width>(problem).run(); });
}

}  // namespace wengert
