// SPDX-License-Identifier: Apache-2.0
#include "wengert/plan/elimination_proof.h"

#include <algorithm>
#include <unordered_map>

#include "wengert/plan/by_width.h"
#include "wengert/plan/cluster_table.h"
#include "wengert/plan/safe_first.h"

namespace wengert {

class EliminationProof::Search {
 public:
  virtual ~Search() = default;
  virtual void raise(const ProofOptions& options) = 0;
  virtual int64_t bound() const = 0;
  virtual bool is_solved() const = 0;
  virtual size_t parts() const = 0;
  virtual NumberedOrder order() = 0;
};

namespace {

template <size_t W> class LastFirst final : public EliminationProof::Search {
 public:
  using Set = Bits<W>;
  using State = EliminationState<W>;

  LastFirst(const EliminationProblem& problem, const std::vector<std::vector<uint32_t>>& clusters)
      : problem_(problem), whole_(problem, table_), safe_(problem), number_(problem.vertices()),
        end_(problem.vertices()) {
    for (const auto& members : clusters) {
      clusters_.emplace_back();
      for (const uint32_t v : members) clusters_.back().set(v);
    }
    Set left;
    for (size_t v = 0; v < problem.intermediates; ++v) left.set(v);
    State state = whole_;
    Division all = divided(state, left, {});
    beforehand_ = all.cost, first_ = std::move(all.first), roots_ = std::move(all.parts);
  }

  void raise(const ProofOptions& options) override {
    options_ = &options, work_ = 0, is_over_ = false;
    while (!table_.is_full() && !is_solved() && bound() < options.enough && !is_over_) {
      const uint32_t root = smallest_open(roots_);
      solve(root, parts_[root].bound);
    }
  }

  /// Numbers beyond what a table holds are taken for unknown or not by what was seen before: then nothing is claimed.
  int64_t bound() const override { return table_.is_full() ? 0 : beforehand_ + sum(roots_); }
  bool is_solved() const override {
    return !table_.is_full() && std::ranges::all_of(roots_, [&](uint32_t part) { return parts_[part].is_solved; });
  }
  size_t parts() const override { return parts_.size(); }

  NumberedOrder order() override {
    NumberedOrder order = first_;
    for (const uint32_t root : roots_) append(order, root);
    return order;
  }

 private:
  /// A choice of the vertex that goes last.
  struct Choice {
    uint32_t last;
    int32_t cost;   ///< of it, and once divided of those that go first
    int32_t bound;  ///< of all
    std::vector<uint32_t> parts = {};
    bool is_divided = false;
  };

  /// What is to be eliminated, when `gone` was and all else stays.
  struct Part {
    Set left, gone;
    int32_t bound = 0;
    bool is_prepared = false, is_solved = false;
    std::vector<Choice> choices = {};  ///< of a solved one only the best
  };

  struct Key {
    Set left, gone;
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    size_t operator()(const Key& key) const {
      uint64_t hash = 0;
      for (const Set* set : {&key.left, &key.gone}) {
        set->for_each([&](size_t v) { hash = (hash ^ (v + 1)) * 0xff51afd7ed558ccd, hash ^= hash >> 29; });
        hash *= 0xc4ceb9fe1a85ec53;
      }
      return hash;
    }
  };

  struct Division {
    int32_t cost = 0;  ///< of those that go first
    NumberedOrder first;
    std::vector<uint32_t> parts;
  };

  int32_t sum(const std::vector<uint32_t>& parts) const {
    int32_t total = 0;
    for (const uint32_t part : parts) total += parts_[part].bound;
    return total;
  }

  /// Small ones are cheap, and their failure says as much.
  uint32_t smallest_open(const std::vector<uint32_t>& parts) const {
    uint32_t smallest = UINT32_MAX;
    int size = INT32_MAX;
    for (const uint32_t part : parts)
      if (const int count = parts_[part].left.count(); !parts_[part].is_solved && count < size)
        smallest = part, size = count;
    return smallest;
  }

  /// Until the part is solved or its bound exceeds `limit`.
  void solve(uint32_t id, int32_t limit) {
    if (!parts_[id].is_prepared) prepare(id);
    while (!parts_[id].is_solved && parts_[id].bound <= limit && !ends()) {
      const auto [best, second] = two_best(parts_[id].choices);
      const int32_t least = parts_[id].choices[best].bound;
      parts_[id].bound = std::max(parts_[id].bound, least);
      if (least > limit) return;
      if (!parts_[id].choices[best].is_divided) {
        divide(id, best);
        continue;
      }
      Choice& choice = parts_[id].choices[best];
      if (const int32_t bound = choice.cost + sum(choice.parts); bound > least) {
        choice.bound = bound;
        continue;
      }
      const uint32_t open = smallest_open(choice.parts);
      if (open == UINT32_MAX) return settle(id, best);
      solve(open, parts_[open].bound + std::min(limit, std::max(parts_[id].bound, second)) - least);
    }
  }

  bool ends() {
    if (work_ >= options_->work || parts_.size() >= options_->most_parts) is_over_ = true;
    if (++asked_ % 64 == 0 && options_->stop && options_->stop()) is_over_ = true;
    return is_over_;
  }

  /// The choice of the least bound, and the next least bound.
  static std::pair<size_t, int32_t> two_best(const std::vector<Choice>& choices) {
    size_t best = 0;
    int32_t second = INT32_MAX;
    for (size_t k = 1; k < choices.size(); ++k) {
      if (choices[k].bound < choices[best].bound)
        second = choices[best].bound, best = k;
      else
        second = std::min(second, choices[k].bound);
    }
    return {best, second};
  }

  void settle(uint32_t id, size_t best) {
    Part& part = parts_[id];
    part.is_solved = true;
    part.choices = {std::move(part.choices[best])};
  }

  State state_of(const Set& gone) const {
    State state = whole_;
    gone.for_each([&](size_t v) { state.eliminate(v); });
    return state;
  }

  /// Bounds a part by its clusters, and each choice of its last vertex.
  void prepare(uint32_t id) {
    const Set left = parts_[id].left;
    State state = state_of(parts_[id].gone);
    std::vector<uint32_t> members;
    left.for_each([&](size_t v) { members.push_back(static_cast<uint32_t>(v)); });
    std::vector<int32_t> last(members.size());
    costs_as_last(state, members, 0, members.size(), last);
    Part& part = parts_[id];
    part.is_prepared = true;
    if (members.size() == 1) {
      part.bound = last[0], part.is_solved = true,
      part.choices = {{.last = members[0], .cost = last[0], .bound = last[0], .is_divided = true}};
      return;
    }
    std::vector<int32_t> without(members.size());
    const int32_t total = least_without(fragment(state, left), left, without);
    part.bound = std::max(part.bound, total);
    for (size_t k = 0; k < members.size(); ++k) part.choices.push_back({members[k], last[k], without[k] + last[k]});
  }

  /// What each member costs when all others are gone: half of them are eliminated for the other half, and so on.
  void costs_as_last(State& state, const std::vector<uint32_t>& members, size_t from, size_t to,
                     std::vector<int32_t>& costs) {
    if (to - from == 1) {
      costs[from] = state.multiplications(members[from]);
      return;
    }
    const size_t middle = (from + to) / 2;
    const auto without = [&](size_t first, size_t end, size_t kept, size_t kept_end) {
      state.mark();
      for (size_t k = first; k < end; ++k) state.eliminate(members[k]);
      costs_as_last(state, members, kept, kept_end, costs);
      state.take_back();
    };
    without(middle, to, from, middle), without(from, middle, middle, to);
  }

  /// The part as a problem of its own: what stays is an input, an output, or one of each. Sets number_.
  EliminationProblem fragment(const State& state, const Set& left) {
    EliminationProblem problem;
    problem.counting = problem_.counting;
    uint32_t next = 0;
    Set before, after;
    left.for_each([&](size_t v) {
      number_[v] = next++, before |= state.predecessors(v) - left, after |= state.successors(v) - left;
    });
    problem.intermediates = next, problem.inputs = static_cast<size_t>(before.count()),
    problem.outputs = static_cast<size_t>(after.count());
    before.for_each([&](size_t u) { number_[u] = next++; });
    after.for_each([&](size_t w) { end_[w] = next++; });
    const auto add = [&](size_t from, size_t to, uint32_t end) {
      problem.edges.push_back({number_[from], end, state.number(from, to), state.is_number(from, to)});
    };
    left.for_each([&](size_t v) {
      (state.predecessors(v) - left).for_each([&](size_t u) { add(u, v, number_[v]); });
      state.successors(v).for_each([&](size_t w) { add(v, w, left.test(w) ? number_[w] : end_[w]); });
    });
    return problem;
  }

  /// The least that all of the part costs; and, for each that may be last, the least that the others do.
  int32_t least_without(const EliminationProblem& fragment, const Set& left, std::vector<int32_t>& without) {
    int64_t total = 0;
    for (const Set& cluster : clusters_) {
      std::vector<uint32_t> members;
      (cluster & left).for_each([&](size_t v) { members.push_back(number_[v]); });
      if (members.empty()) continue;
      if (options_->stop && options_->stop()) break;  // a weaker bound is one, too
      const ClusterTable table(fragment, members);
      work_ += static_cast<int64_t>((size_t{1} << members.size()) + members.size());
      total += table.least();
      const uint32_t all = (1U << members.size()) - 1;
      for (size_t k = 0; k < members.size(); ++k)
        without[members[k]] = static_cast<int32_t>(table.least(all & ~(1U << k)) - table.least());
    }
    for (int32_t& rest : without) rest += static_cast<int32_t>(total);
    return static_cast<int32_t>(total);
  }

  void divide(uint32_t id, size_t which) {
    const uint32_t last = parts_[id].choices[which].last;
    Set left = parts_[id].left;
    left.reset(last);
    const Set gone = parts_[id].gone;
    State state = state_of(gone);
    Division rest = divided(state, left, gone);  // may move parts_
    Choice& choice = parts_[id].choices[which];
    choice.cost += rest.cost, choice.parts = std::move(rest.parts), choice.is_divided = true;
    choice.bound = std::max(choice.bound, choice.cost + sum(choice.parts));
  }

  /// Eliminates what may go first, and divides what is left.
  Division divided(State& state, Set left, Set gone) {
    Division result;
    for (bool changed = true; changed;) {
      changed = false;
      left.for_each([&](size_t v) {
        if (!safe_(state, left, v)) return;
        result.cost += static_cast<int32_t>(state.eliminate(v).multiplications);
        result.first.push_back(static_cast<uint32_t>(v));
        left.reset(v), gone.set(v);
        changed = true;
      });
    }
    work_ += left.count();
    while (left.any()) {
      Set start;
      start.set(left.first());
      const Set members = connected(state, start, left);
      left -= members;
      result.parts.push_back(part_of(state, members, gone));
    }
    return result;
  }

  /// What edges of `state` between vertices of `within` connect `start` with, and those of it that are there.
  static Set connected(const State& state, const Set& start, const Set& within) {
    Set seen = start & within, todo = start;
    while (todo.any()) {
      const size_t v = todo.first();
      todo.reset(v);
      const Set fresh = ((state.predecessors(v) | state.successors(v)) & within) - seen;
      seen |= fresh, todo |= fresh;
    }
    return seen;
  }

  /// Of what is gone only that counts which had to do with the members.
  uint32_t part_of(const State& state, const Set& members, const Set& gone) {
    const Key key{members, connected(whole_, members, gone)};
    const auto [place, is_new] = known_.try_emplace(key, static_cast<uint32_t>(parts_.size()));
    if (is_new) {
      Part part{key.left, key.gone};
      members.for_each(
          [&](size_t v) { part.bound += safe_.paths_in(state, members, v) * safe_.paths_out(state, members, v); });
      work_ += members.count();
      parts_.push_back(std::move(part));
    }
    return place->second;
  }

  void append(NumberedOrder& order, uint32_t id) {
    const uint32_t last = parts_[id].choices[0].last;
    Set left = parts_[id].left;
    const Set gone = parts_[id].gone;
    left.reset(last);
    State state = state_of(gone);
    const Division rest = divided(state, left, gone);
    order.insert(order.end(), rest.first.begin(), rest.first.end());
    for (const uint32_t inner : rest.parts) append(order, inner);
    order.push_back(last);
  }

  const EliminationProblem problem_;
  NumberTable table_;
  State whole_;
  SafeFirst<W> safe_;
  std::vector<Set> clusters_;
  std::vector<uint32_t> number_, end_;  ///< in the fragment at hand
  std::vector<Part> parts_;
  std::unordered_map<Key, uint32_t, Hash> known_;
  int32_t beforehand_ = 0;
  NumberedOrder first_;
  std::vector<uint32_t> roots_;
  const ProofOptions* options_ = nullptr;
  int64_t work_ = 0;
  uint64_t asked_ = 0;
  bool is_over_ = false;
};

}  // namespace

EliminationProof::EliminationProof(const EliminationProblem& problem,
                                   const std::vector<std::vector<uint32_t>>& clusters)
    : search_(by_width(problem.vertices(), [&](auto width) -> std::unique_ptr<Search> {
        return std::make_unique<LastFirst<width>>(problem, clusters);
      })) {}

EliminationProof::~EliminationProof() = default;

void EliminationProof::raise(const ProofOptions& options) { search_->raise(options); }
int64_t EliminationProof::bound() const { return search_->bound(); }
bool EliminationProof::is_solved() const { return search_->is_solved(); }
size_t EliminationProof::parts() const { return search_->parts(); }
NumberedOrder EliminationProof::order() { return search_->order(); }

}  // namespace wengert
