// SPDX-License-Identifier: Apache-2.0
#include "wengert/plan/cluster_table.h"

#include <algorithm>
#include <bit>

#include "wengert/plan/by_width.h"
#include "wengert/plan/disjoint_paths.h"
#include "wengert/plan/elimination_state.h"

namespace wengert {
namespace {

/// Least numbers of predecessors of v (or of successors), by which of its ancestors (descendants) in a cluster are
/// gone.
struct Neighbours {
  uint32_t members = 0;        ///< which of the cluster matter, bit by bit
  std::vector<uint8_t> least;  ///< by subset of those, packed

  /// Bits of `set` at the places of `members`, packed: tables of half a word each.
  uint32_t packed(uint32_t set) const { return low[set & 0x1fff] | high[set >> 13]; }
  int at(uint32_t set) const { return least[packed(set)]; }

  /// For clusters of `size` vertices.
  void index(size_t size) {
    low.assign(size_t{1} << std::min<size_t>(size, 13), 0), high.assign(size_t{1} << (std::max<size_t>(size, 13) - 13), 0);
    const auto place = [&](uint32_t k) {
      return (members >> k & 1) == 0 ? 0 : 1U << population(members & ((1U << k) - 1));
    };
    for (uint32_t half = 1; half < low.size(); ++half)
      low[half] = low[half & (half - 1)] | place(static_cast<uint32_t>(std::countr_zero(half)));
    for (uint32_t half = 1; half < high.size(); ++half)
      high[half] = high[half & (half - 1)] | place(13 + static_cast<uint32_t>(std::countr_zero(half)));
  }

 private:
  std::vector<uint32_t> low, high;
};

template <size_t W> class ClusterSolver {
 public:
  using Set = Bits<W>;
  using State = EliminationState<W>;

  ClusterSolver(const EliminationProblem& problem, const std::vector<uint32_t>& vertices)
      : vertices_(vertices), state_(problem, table_), paths_(problem.vertices()) {
    for (size_t v = problem.intermediates; v < problem.vertices(); ++v)
      (problem.is_input(v) ? inputs_ : outputs_).set(v);
    for (const uint32_t v : vertices) cluster_.set(v);
    find_ancestors(problem.intermediates);
  }

  std::vector<uint16_t> solve() {
    const size_t k = vertices_.size();
    std::vector<Neighbours> in(k), out(k);
    for (size_t i = 0; i < k; ++i) {
      in[i] = neighbours(i, true);
      out[i] = neighbours(i, false);
    }
    std::vector<uint16_t> so_far(size_t{1} << k, 0);
    for (uint32_t set = 1; set < so_far.size(); ++set) {
      int least = INT32_MAX;
      for (uint32_t rest = set; rest != 0; rest &= rest - 1) {
        const auto last = static_cast<size_t>(std::countr_zero(rest));
        const uint32_t before = set & ~(1U << last);
        least = std::min(least, in[last].at(before) * out[last].at(before) + so_far[before]);
      }
      so_far[set] = static_cast<uint16_t>(std::min(least, 0xffff));
    }
    return so_far;
  }

 private:
  void find_ancestors(size_t n) {
    ancestors_.resize(n), descendants_.resize(n);
    for (size_t v = 0; v < n; ++v)
      state_.predecessors(v).for_each([&](size_t u) {
        if (u < n) ancestors_[v] |= ancestors_[u], ancestors_[v].set(u);
      });
    for (size_t v = n; v-- > 0;)
      state_.successors(v).for_each([&](size_t w) {
        if (w < n) descendants_[v] |= descendants_[w], descendants_[v].set(w);
      });
  }

  Neighbours neighbours(size_t i, bool before) {
    const uint32_t v = vertices_[i];
    const Set relevant = (before ? ancestors_ : descendants_)[v] & cluster_;
    Neighbours result;
    std::vector<uint32_t> members;
    for (size_t k = 0; k < vertices_.size(); ++k)
      if (relevant.test(vertices_[k])) result.members |= 1U << k, members.push_back(vertices_[k]);
    result.least.resize(size_t{1} << members.size());
    result.index(vertices_.size());
    Set present = relevant | (before ? inputs_ : outputs_);
    fill(result.least, members, 0, 0, v, before, present);
    return result;
  }

  /// Entries of all subsets that agree with `set` on the first `depth` members.
  void fill(std::vector<uint8_t>& least, const std::vector<uint32_t>& members, size_t depth, uint32_t set, uint32_t v,
            bool before, const Set& present) {
    if (depth == members.size()) {
      least[set] = static_cast<uint8_t>(std::min(255, separation(v, before, present)));
      return;
    }
    fill(least, members, depth + 1, set, v, before, present);
    Set without = present;
    without.reset(members[depth]);
    state_.mark();
    state_.eliminate(members[depth]);
    fill(least, members, depth + 1, set | 1U << depth, v, before, without);
    state_.take_back();
  }

  int separation(uint32_t v, bool before, const Set& present) {
    if (before)
      return paths_.count([&](size_t x) -> const Set& { return state_.predecessors(x); }, present,
                          state_.unknown_predecessors(v));
    return paths_.count([&](size_t x) -> const Set& { return state_.successors(x); }, present,
                        state_.unknown_successors(v));
  }

  std::vector<uint32_t> vertices_;
  NumberTable table_;
  State state_;  ///< with what is eliminated at the moment
  DisjointPaths<W> paths_;
  Set inputs_, outputs_, cluster_;
  std::vector<Set> ancestors_, descendants_;
};

}  // namespace

ClusterTable::ClusterTable(const EliminationProblem& problem, std::vector<uint32_t> vertices)
    : vertices_(std::move(vertices)) {
  so_far_ = by_width(problem.vertices(), [&](auto width) { return ClusterSolver<width>(problem, vertices_).solve(); });
}

}  // namespace wengert
