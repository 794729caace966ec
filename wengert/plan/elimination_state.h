// SPDX-License-Identifier: Apache-2.0
//
// EliminationState: an EliminationProblem of up to 64 W vertices after some of its intermediates were eliminated. The
// same whatever the order in which they were. Copied and assigned without allocating once it has its size; what was
// eliminated since a mark is taken back in the time that it took, which is far less than a copy takes.
#pragma once

#include <vector>

#include "wengert/plan/bits.h"
#include "wengert/plan/elimination_problem.h"

namespace wengert {

template <size_t W> class EliminationState {
 public:
  using Set = Bits<W>;

  /// table : of the numbers on edges; shared by all states of a search, which is one thread's
  EliminationState(const EliminationProblem& problem, NumberTable& table)
      : size_(problem.vertices()), counting_(problem.counting), table_(&table), successors_(size_),
        predecessors_(size_) {
    if (has_numbers())
      numbers_out_.resize(size_), numbers_in_.resize(size_), units_out_.resize(size_), units_in_.resize(size_),
          number_.resize(size_ * size_);
    for (const auto& edge : problem.edges) {
      successors_[edge.from].set(edge.to), predecessors_[edge.to].set(edge.from);
      if (has_numbers() && edge.is_number) set_number(edge.from, edge.to, table.index(edge.number));
    }
  }

  const Set& successors(size_t v) const { return successors_[v]; }
  const Set& predecessors(size_t v) const { return predecessors_[v]; }
  /// Predecessors (successors) of v by edges that are no number.
  Set unknown_predecessors(size_t v) const {
    return has_numbers() ? predecessors_[v] - numbers_in_[v] : predecessors_[v];
  }
  Set unknown_successors(size_t v) const { return has_numbers() ? successors_[v] - numbers_out_[v] : successors_[v]; }
  /// Whether the edge u -> v is 1 or -1.
  bool is_unit(size_t u, size_t v) const { return has_numbers() && units_out_[u].test(v); }
  bool is_number(size_t u, size_t v) const { return has_numbers() && number_[u * size_ + v] != 0; }
  double number(size_t u, size_t v) const { return is_number(u, v) ? table_->value(number_[u * size_ + v]) : 0; }
  size_t size() const { return size_; }

  /// Multiplications that eliminating v takes now.
  int32_t multiplications(size_t v) const {
    const Set &before = predecessors_[v], &after = successors_[v];
    if (!has_numbers()) return before.count() * after.count();
    const Set in = before - units_in_[v], out = after - units_out_[v];
    const int32_t products = in.count() * out.count();
    if (counting_ == Counting::units_free) return products;
    return products - (in & numbers_in_[v]).count() * (out & numbers_out_[v]).count();
  }

  /// What eliminating v costs now: an addition wherever there is an edge u -> w beside a path u -> v -> w.
  OrderCost cost(size_t v) const {
    OrderCost cost{multiplications(v), 0};
    predecessors_[v].for_each([&](size_t u) { cost.additions += (successors_[u] & successors_[v]).count(); });
    return cost;
  }

  /// What is eliminated from now on, take_back() restores. Marks nest.
  void mark() { marks_.push_back({{}, rows_.size(), old_numbers_.size()}); }
  /// The state at the last mark, and that mark is gone.
  void take_back() {
    const Mark mark = marks_.back();
    for (; rows_.size() > mark.rows; rows_.pop_back())
      successors_[rows_.back().vertex] = rows_.back().successors,
      predecessors_[rows_.back().vertex] = rows_.back().predecessors;
    for (; old_numbers_.size() > mark.numbers; old_numbers_.pop_back())
      put_number(old_numbers_.back().from, old_numbers_.back().to, old_numbers_.back().number);
    marks_.pop_back();
  }

  OrderCost eliminate(size_t v) {
    OrderCost cost{multiplications(v), 0};
    const Set before = predecessors_[v], after = successors_[v];
    if (!marks_.empty()) keep(v), before.for_each([&](size_t u) { keep(u); }), after.for_each([&](size_t w) { keep(w); });
    if (has_numbers()) multiply_numbers(v);
    before.for_each([&](size_t u) {
      cost.additions += (successors_[u] & after).count();
      successors_[u] |= after;
      successors_[u].reset(v);
    });
    after.for_each([&](size_t w) {
      predecessors_[w] |= before;
      predecessors_[w].reset(v);
    });
    successors_[v] = predecessors_[v] = {};
    return cost;
  }

 private:
  bool has_numbers() const { return counting_ != Counting::all; }

  void set_number(size_t u, size_t w, uint8_t number) {
    const uint8_t old = number_[u * size_ + w];
    if (old == number) return;
    if (!marks_.empty()) old_numbers_.push_back({static_cast<uint32_t>(u), static_cast<uint32_t>(w), old});
    put_number(u, w, number);
  }

  void put_number(size_t u, size_t w, uint8_t number) {
    number_[u * size_ + w] = number;
    const auto put = [](Set& set, size_t member, bool is) { is ? set.set(member) : set.reset(member); };
    put(numbers_out_[u], w, number != 0), put(numbers_in_[w], u, number != 0);
    put(units_out_[u], w, table_->is_unit(number)), put(units_in_[w], u, table_->is_unit(number));
  }

  /// What the edges u -> w will be once those u -> v -> w are added.
  void multiply_numbers(size_t v) {
    const Set known = numbers_out_[v], unknown = successors_[v] - known;
    predecessors_[v].for_each([&](size_t u) {
      const uint8_t by = number_[u * size_ + v];
      const Set lost = (by == 0 ? successors_[v] : unknown) & numbers_out_[u];
      lost.for_each([&](size_t w) { set_number(u, w, 0); });
      if (by != 0)
        known.for_each([&](size_t w) {
          const uint8_t product = table_->product(by, number_[v * size_ + w]);
          set_number(u, w, successors_[u].test(w) ? table_->sum(product, number_[u * size_ + w]) : product);
        });
      set_number(u, v, 0);
    });
    successors_[v].for_each([&](size_t w) { set_number(v, w, 0); });
  }

  /// What a vertex had before it was changed.
  struct Row {
    size_t vertex;
    Set successors, predecessors;
  };
  struct OldNumber {
    uint32_t from, to;
    uint8_t number;
  };
  struct Mark {
    Set kept;  ///< vertices with a row since
    size_t rows, numbers;  ///< before
  };

  void keep(size_t x) {
    Set& kept = marks_.back().kept;
    if (kept.test(x)) return;
    kept.set(x);
    rows_.push_back({x, successors_[x], predecessors_[x]});
  }

  size_t size_;
  Counting counting_;
  NumberTable* table_;
  std::vector<Set> successors_, predecessors_;
  std::vector<Set> numbers_out_, numbers_in_, units_out_, units_in_;  ///< edges that are numbers, and +-1 of those
  std::vector<uint8_t> number_;                                       ///< of the edge u -> w, at u * size + w
  std::vector<Mark> marks_;
  std::vector<Row> rows_;
  std::vector<OldNumber> old_numbers_;
};

}  // namespace wengert
