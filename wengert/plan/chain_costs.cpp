// SPDX-License-Identifier: Apache-2.0
//
// What the steps of a chain's accumulation take: chain_costs of chain_plan.h.
#include <algorithm>
#include <cmath>
#include <map>
#include <memory>

#include "wengert/ad/chain_sweep.h"
#include "wengert/passes/simplify.h"
#include "wengert/passes/work.h"
#include "wengert/plan/chain_plan.h"

namespace wengert {
namespace {

using Flags = std::vector<bool>;  ///< of the vertices of a state

/// Far from the end of int64_t, so that sums stay within it.
constexpr double most_work = 1e15;

int64_t rounded(double work) { return static_cast<int64_t>(std::llround(std::min(work, most_work))); }

/// One segment in one direction: what is reached from where, and by how much work for one vector.
class SegmentSweeps {
 public:
  SegmentSweeps(LinearGraph graph, bool reverse) : graph_(std::move(graph)), reverse_(reverse) {}

  struct Swept {
    Flags reached;
    double work;
  };
  const Swept& from(const Flags& seeded) {
    const auto found = swept_.find(seeded);
    return found != swept_.end() ? found->second : swept_.emplace(seeded, count(seeded)).first->second;
  }

 private:
  Swept count(const Flags& seeded) const {
    std::vector<Seed> seeds;
    for (const bool is_seeded : seeded) seeds.push_back(is_seeded ? Seed::array : Seed::none);
    const ChainSweep sweep = chain_sweep(graph_, seeds, reverse_);
    Swept result{Flags((reverse_ ? graph_.inputs : graph_.outputs).size()), work_of(simplify(sweep.body))};
    for (const size_t k : sweep.images) result.reached[k] = true;
    return result;
  }

  LinearGraph graph_;
  bool reverse_;
  std::map<Flags, Swept> swept_;
};

/// Sweeps from one vertex of a state through the segments one after the other.
struct SweepFrom {
  double elements;             ///< of the vertex, so many vectors
  std::vector<double> work;    ///< of one vector, after that many segments
  std::vector<Flags> reached;  ///< in the state behind that many segments
};

class ChainWork {
 public:
  explicit ChainWork(const LinearChain& chain)
      : chain_(chain), forward_(chain.segments() + 1), reverse_(chain.segments() + 1) {
    std::vector<SegmentSweeps> pushes, pulls;
    for (size_t s = 0; s < chain.segments(); ++s)
      pushes.emplace_back(chain.between(s, s + 1), false), pulls.emplace_back(chain.between(s, s + 1), true);
    for (size_t state = 0; state <= chain.segments(); ++state)
      for (size_t v = 0; v < chain.state(state).size(); ++v) {
        SweepFrom ahead = start(state, v), back = start(state, v);
        for (size_t s = state; s < chain.segments(); ++s) lead(ahead, pushes[s]);
        for (size_t s = state; s > 0; --s) lead(back, pulls[s - 1]);
        forward_[state].push_back(std::move(ahead)), reverse_[state].push_back(std::move(back));
      }
  }

  int64_t push(size_t first, size_t split, size_t last) const {
    return rounded(swept(forward_[first], split - first, last - first));
  }
  int64_t pull(size_t first, size_t split, size_t last) const {
    return rounded(swept(reverse_[last], last - split, last - first));
  }
  int64_t product(size_t first, size_t split, size_t last) const {
    double work = 0;
    for (size_t a = 0; a < chain_.state(last).size(); ++a)
      for (size_t b = 0; b < chain_.state(first).size(); ++b) work += block_product(first, split, last, a, b);
    return rounded(work);
  }

 private:
  SweepFrom start(size_t state, size_t v) const {
    Flags self(chain_.state(state).size());
    self[v] = true;
    return {static_cast<double>(chain_.elements(chain_.state(state)[v])), {0.0}, {self}};
  }
  static void lead(SweepFrom& sweep, SegmentSweeps& segment) {
    const auto& next = segment.from(sweep.reached.back());
    sweep.work.push_back(sweep.work.back() + next.work);
    sweep.reached.push_back(next.reached);
  }
  static double swept(const std::vector<SweepFrom>& all, size_t from, size_t to) {
    double work = 0;
    for (const SweepFrom& sweep : all) work += sweep.elements * (sweep.work[to] - sweep.work[from]);
    return work;
  }

  enum class Block { none, identity, dense };
  Block block(size_t first, size_t last, size_t a, size_t b) const {
    if (chain_.state(last)[a] == chain_.state(first)[b]) return Block::identity;
    return forward_[first][b].reached[last - first][a] ? Block::dense : Block::none;
  }
  /// Products by the identity are free; the terms of an entry are added.
  double block_product(size_t first, size_t split, size_t last, size_t a, size_t b) const {
    const double entries = forward_[first][b].elements * reverse_[last][a].elements;
    double work = 0, terms = 0;
    for (size_t m = 0; m < chain_.state(split).size(); ++m) {
      const Block left = block(split, last, a, m), right = block(first, split, m, b);
      if (left == Block::none || right == Block::none) continue;
      if (left == Block::dense && right == Block::dense) work += 2 * entries * forward_[split][m].elements;
      if (++terms > 1) work += entries;
    }
    return work;
  }

  const LinearChain& chain_;
  std::vector<std::vector<SweepFrom>> forward_, reverse_;  ///< of each state, of each of its vertices
};

}  // namespace

ChainCosts chain_costs(const LinearChain& chain) {
  const auto work = std::make_shared<const ChainWork>(chain);
  return {.segments = chain.segments(),
          .product = [work](size_t first, size_t split, size_t last) { return work->product(first, split, last); },
          .push = [work](size_t first, size_t split, size_t last) { return work->push(first, split, last); },
          .pull = [work](size_t first, size_t split, size_t last) { return work->pull(first, split, last); }};
}

}  // namespace wengert
