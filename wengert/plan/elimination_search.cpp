// SPDX-License-Identifier: Apache-2.0
#include "wengert/plan/elimination_search.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "wengert/base/random.h"
#include "wengert/plan/by_width.h"
#include "wengert/plan/elimination_state.h"

namespace wengert {
namespace {

/// Costs as one number: an addition decides between orders of equal multiplications.
double weight(const OrderCost& cost) {
  return static_cast<double>(cost.multiplications) + static_cast<double>(cost.additions) / 4096;
}

/// An order under change, with the states at every few of its places.
template <size_t W> class Path {
 public:
  using State = EliminationState<W>;

  Path(const EliminationProblem& problem, NumberTable& table, NumberedOrder order)
      : order_(std::move(order)), step_(order_.size()), state_(problem, table),
        states_(order_.size() / stride + 1, state_) {
    update(0, order_.size());
  }

  const NumberedOrder& order() const { return order_; }
  size_t size() const { return order_.size(); }
  int64_t eliminations() const { return eliminations_; }

  double cost() const { return std::accumulate(step_.begin(), step_.end(), 0.0); }
  double cost(size_t first, size_t last) const {
    return std::accumulate(step_.begin() + place(first), step_.begin() + place(last), 0.0);
  }

  /// Sets `state` to the one before place `first`.
  void go_to(size_t first, State& state) {
    state = states_[first / stride];
    for (size_t k = first / stride * stride; k < first; ++k) state.eliminate(order_[k]);
    eliminations_ += static_cast<int64_t>(first % stride);
  }

  /// Cost of eliminating `segment` from `state` on; more than `limit` if it is more.
  double cost(State& state, std::span<const uint32_t> segment, double limit) {
    double total = 0;
    for (const uint32_t v : segment) {
      total += weight(state.eliminate(v));
      ++eliminations_;
      if (total > limit) break;
    }
    return total;
  }

  void replace(size_t first, std::span<const uint32_t> segment) {
    std::copy(segment.begin(), segment.end(), order_.begin() + place(first));
    update(first, first + segment.size());
  }

 private:
  static constexpr size_t stride = 6;
  static std::ptrdiff_t place(size_t k) { return static_cast<std::ptrdiff_t>(k); }

  /// Steps and states that depend on the places first ... last - 1.
  void update(size_t first, size_t last) {
    size_t k = first / stride * stride;
    state_ = states_[k / stride];
    for (; k < last; ++k) {
      if (k % stride == 0 && k > first) states_[k / stride] = state_;
      step_[k] = weight(state_.eliminate(order_[k]));
      ++eliminations_;
    }
    if (k % stride == 0 && k / stride < states_.size()) states_[k / stride] = state_;
  }

  NumberedOrder order_;
  std::vector<double> step_;
  State state_;
  std::vector<State> states_;
  int64_t eliminations_ = 0;
};

/// A change of the places that it covers: moves one vertex or a block from one end to the other, or swaps the ends.
struct Move {
  size_t first = 0, length = 0;

  static Move random(Random& random, size_t n) {
    // Short moves are likelier: half of them span up to a sixteenth of the order.
    const double share = random.uniform();
    const auto most = std::max<size_t>(2, static_cast<size_t>(share * share * share * share * static_cast<double>(n)) + 2);
    const size_t length = std::min(n, most);
    return {random.below(n - length + 1), length};
  }

  /// `segment`, changed by chance.
  static void apply(Random& random, std::span<uint32_t> segment) {
    const size_t n = segment.size();
    const uint64_t kind = random.below(4);
    if (kind == 0) {
      std::swap(segment.front(), segment.back());
      return;
    }
    const size_t block = kind == 3 ? 1 + random.below(n - 1) : 1;
    std::rotate(segment.begin(), (kind == 1 ? segment.end() - 1 : segment.begin() + static_cast<std::ptrdiff_t>(block)),
                segment.end());
  }
};

template <size_t W> class Search {
 public:
  using State = EliminationState<W>;

  Search(const EliminationProblem& problem, const SearchOptions& options)
      : problem_(problem), options_(options), random_(options.key), prefix_(problem, table_) {}

  SearchResult run(const std::vector<NumberedOrder>& starts) {
    for (const NumberedOrder& start : starts) offer(start);
    if (best_.order.size() < 2 || is_over()) return best_;
    polish();
    // Small problems are solved by few moves, and cut off in the heat an annealing is worth nothing.
    for (int64_t moves = 40 * static_cast<int64_t>(problem_.intermediates); !is_over(); moves *= 2) {
      anneal(moves);
      polish();
    }
    best_.eliminations = eliminations_;
    return best_;
  }

 private:
  bool is_over() const {
    return eliminations_ >= options_.eliminations || best_.cost.multiplications <= options_.target ||
           (options_.stop && options_.stop());
  }

  void offer(const NumberedOrder& order) {
    const OrderCost cost = order_cost(problem_, order);
    if (best_.order.empty() || cost < best_.cost) best_ = {order, cost, 0};
  }

  /// Simulated annealing from the best order: temperatures fall geometrically from half a multiplication to a twentieth.
  /// Hotter ones undo what constructive orders have right.
  void anneal(int64_t moves) {
    constexpr int tries = 2;  // from one prefix
    Path<W> path(problem_, table_, best_.order);
    double current = path.cost(), least = current;
    NumberedOrder best = path.order();
    const double hottest = 0.5, coolest = 0.05;
    std::vector<uint32_t> segment;
    for (int64_t k = 0; k < moves && !(k % 256 == 0 && is_over_after(path)); ++k) {
      const double temperature =
          hottest * std::pow(coolest / hottest, static_cast<double>(k) / static_cast<double>(moves));
      Move move = Move::random(random_, path.size());
      path.go_to(move.first, prefix_);
      for (int t = 0; t < tries; ++t) {
        const double old = path.cost(move.first, move.first + move.length);
        segment.assign(path.order().begin() + static_cast<std::ptrdiff_t>(move.first),
                       path.order().begin() + static_cast<std::ptrdiff_t>(move.first + move.length));
        Move::apply(random_, segment);
        const double limit = old - temperature * std::log(1 - random_.uniform());
        prefix_.mark();
        const double cost = path.cost(prefix_, segment, limit);
        prefix_.take_back();
        if (cost > limit) continue;
        path.replace(move.first, segment);
        current += cost - old;
        if (current < least - 1e-9) least = current, best = path.order();
      }
    }
    eliminations_ += path.eliminations();
    offer(best);
  }

  bool is_over_after(const Path<W>& path) const {
    return eliminations_ + path.eliminations() >= options_.eliminations || (options_.stop && options_.stop());
  }

  /// Solves windows of the best order exactly until none gets better.
  void polish() {
    constexpr size_t most = 8;
    const size_t length = std::min(most, best_.order.size());
    Path<W> path(problem_, table_, best_.order);
    size_t since = 0;
    const size_t windows = path.size() - length + 1;
    for (size_t first = 0; since < windows && !is_over_after(path); first = (first + 1) % windows, ++since) {
      path.go_to(first, prefix_);
      std::vector<uint32_t> window(path.order().begin() + static_cast<std::ptrdiff_t>(first),
                                   path.order().begin() + static_cast<std::ptrdiff_t>(first + length));
      const double old = path.cost(first, first + length);
      if (solve_window(path, window) < old - 1e-9) path.replace(first, window), since = 0;
    }
    eliminations_ += path.eliminations();
    offer(path.order());
  }

  /// The cheapest order of `window` from prefix_ on, by dynamic programming over its subsets; its cost.
  double solve_window(Path<W>& path, std::vector<uint32_t>& window) {
    const size_t sets = size_t{1} << window.size();
    window_cost_.assign(sets, INFINITY);
    window_last_.assign(sets, 0);
    window_cost_[0] = 0;
    visit_subsets(path, window, window.size(), 0);
    const std::vector<uint32_t> old = window;
    for (size_t set = sets - 1, at = window.size(); set != 0; set &= ~(size_t{1} << window_last_[set]))
      window[--at] = old[window_last_[set]];
    return window_cost_[sets - 1];
  }

  /// Extends all subsets that agree with `set` on the places from `left` on, ascending; prefix_ is the state after `set`.
  void visit_subsets(Path<W>& path, const std::vector<uint32_t>& window, size_t left, size_t set) {
    if (left == 0) {
      for (size_t k = 0; k < window.size(); ++k) {
        if (set >> k & 1) continue;
        const double cost = window_cost_[set] + weight(prefix_.cost(window[k]));
        const size_t next = set | size_t{1} << k;
        if (cost < window_cost_[next]) window_cost_[next] = cost, window_last_[next] = k;
      }
      return;
    }
    visit_subsets(path, window, left - 1, set);
    prefix_.mark();
    path.cost(prefix_, {&window[left - 1], 1}, INFINITY);
    visit_subsets(path, window, left - 1, set | size_t{1} << (left - 1));
    prefix_.take_back();
  }

  const EliminationProblem& problem_;
  const SearchOptions& options_;
  NumberTable table_;
  Random random_;
  State prefix_;
  std::vector<double> window_cost_;
  std::vector<size_t> window_last_;
  SearchResult best_;
  int64_t eliminations_ = 0;
};

/// Dynamic programming over the subsets of eliminated vertices. Subsets come in ascending order, so that those with one
/// vertex less come before.
template <size_t W> class Enumeration {
 public:
  explicit Enumeration(const EliminationProblem& problem)
      : n_(problem.intermediates), least_(size_t{1} << n_, {INT64_MAX, 0}), last_(least_.size()), state_(problem, table_) {
    least_[0] = {};
  }

  SearchResult run() {
    visit(n_, 0);
    SearchResult result{{}, least_.back(), eliminations_};
    for (size_t set = least_.size() - 1; set != 0; set &= ~(size_t{1} << last_[set]))
      result.order.push_back(last_[set]);
    std::reverse(result.order.begin(), result.order.end());
    return result;
  }

 private:
  /// All subsets that agree with `set` on the vertices from `left` on; state_ is the one after `set`.
  void visit(size_t left, size_t set) {
    if (left == 0) return extend(set);
    visit(left - 1, set);
    state_.mark();
    state_.eliminate(left - 1);
    ++eliminations_;
    visit(left - 1, set | size_t{1} << (left - 1));
    state_.take_back();
  }

  void extend(size_t set) {
    for (uint32_t v = 0; v < n_; ++v) {
      if (set >> v & 1) continue;
      const OrderCost cost = least_[set] + state_.cost(v);
      const size_t next = set | size_t{1} << v;
      if (cost < least_[next]) least_[next] = cost, last_[next] = v;
    }
  }

  size_t n_;
  NumberTable table_;
  std::vector<OrderCost> least_;
  std::vector<uint32_t> last_;
  EliminationState<W> state_;
  int64_t eliminations_ = 0;
};

/// Greedy choice of the next vertex.
template <size_t W> class Greedy {
 public:
  Greedy(const EliminationProblem& problem, GreedyRule rule)
      : rule_(rule), state_(problem, table_), before_(problem.vertices()), after_(before_) {
    EliminationState<W> all = state_;
    for (size_t v = 0; v < problem.intermediates; ++v) all.eliminate(v);
    // Inputs before v are those before its predecessors, and v's own; edges come in topological order of their ends.
    const auto n = problem.intermediates;
    for (size_t v = 0; v < n; ++v)
      state_.predecessors(v).for_each([&](size_t u) { u < n ? void(before_[v] |= before_[u]) : before_[v].set(u); });
    for (size_t v = n; v-- > 0;)
      state_.successors(v).for_each([&](size_t w) { w < n ? void(after_[v] |= after_[w]) : after_[v].set(w); });
  }

  int64_t badness(size_t v) const {
    const int64_t products = int64_t{state_.predecessors(v).count()} * state_.successors(v).count();
    if (rule_ == GreedyRule::markowitz) return products;
    if (rule_ == GreedyRule::relative_markowitz) return products - int64_t{before_[v].count()} * after_[v].count();
    int64_t fill = 0;
    state_.predecessors(v).for_each([&](size_t u) { fill += (state_.successors(v) - state_.successors(u)).count(); });
    return fill;
  }

  void eliminate(size_t v) { state_.eliminate(v); }

 private:
  GreedyRule rule_;
  NumberTable table_;
  EliminationState<W> state_;
  std::vector<Bits<W>> before_, after_;
};

}  // namespace

NumberedOrder greedy_order(const EliminationProblem& problem, GreedyRule rule, Ties ties, uint64_t key) {
  return by_width(problem.vertices(), [&](auto width) {
    Greedy<width> greedy(problem, rule);
    Random random(key);
    NumberedOrder left(problem.intermediates), order;
    std::iota(left.begin(), left.end(), 0U);
    if (ties == Ties::highest) std::reverse(left.begin(), left.end());
    while (!left.empty()) {
      size_t best = 0, equals = 0;
      int64_t least = INT64_MAX;
      for (size_t k = 0; k < left.size(); ++k) {
        const int64_t badness = greedy.badness(left[k]);
        if (badness > least) continue;
        equals = badness < least ? 1 : equals + 1;
        if (badness < least || (ties == Ties::random && random.below(equals) == 0)) best = k;
        least = badness;
      }
      order.push_back(left[best]);
      greedy.eliminate(left[best]);
      left.erase(left.begin() + static_cast<std::ptrdiff_t>(best));
    }
    return order;
  });
}

OrderCost order_cost(const EliminationProblem& problem, const NumberedOrder& order) {
  return by_width(problem.vertices(), [&](auto width) {
    NumberTable table;
    EliminationState<width> state(problem, table);
    OrderCost total;
    for (const uint32_t v : order) total += state.eliminate(v);
    return total;
  });
}

SearchResult search_order(const EliminationProblem& problem, const std::vector<NumberedOrder>& starts,
                          const SearchOptions& options) {
  return by_width(problem.vertices(), [&](auto width) { return Search<width>(problem, options).run(starts); });
}

SearchResult exact_order(const EliminationProblem& problem) {
  return by_width(problem.vertices(), [&](auto width) { return Enumeration<width>(problem).run(); });
}

std::vector<RuleOrder> rule_orders(const EliminationProblem& problem) {
  NumberedOrder forward(problem.intermediates);
  std::iota(forward.begin(), forward.end(), 0U);
  return {{"forward", forward},
          {"reverse", {forward.rbegin(), forward.rend()}},
          {"Markowitz, ties to the first", greedy_order(problem, GreedyRule::markowitz, Ties::lowest)},
          {"Markowitz, ties to the last", greedy_order(problem, GreedyRule::markowitz, Ties::highest)},
          {"relative Markowitz", greedy_order(problem, GreedyRule::relative_markowitz, Ties::highest)},
          {"minimum fill", greedy_order(problem, GreedyRule::minimum_fill, Ties::highest)}};
}

}  // namespace wengert
