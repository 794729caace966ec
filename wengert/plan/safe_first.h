// SPDX-License-Identifier: Apache-2.0
//
// SafeFirst: may a vertex be eliminated now, whatever the order of the others, without making the cheapest order
// dearer?
//
// Let v have a single predecessor x, which stays to the end, with the partial a on x -> v (or the mirror image, a
// single successor that stays). Eliminating v earlier changes nothing but that others see x in its place among their
// predecessors, or merged with it. That costs nothing more
//
//   Counting::all  if v has as many successors as disjoint paths lead from it to what stays: later it costs no less;
//   otherwise      if a is 1 or -1, v is free at any time, and x -> w stays as free as v -> w was, unless two numbers
//   are
//                  added: no w may be reached by numbers alone both from v and from x past v;
//                  if a is something else, x -> w is surely multiplied by: v may have no numbers on edges to vertices
//                  that go, and as many partials to multiply by a as disjoint paths begin with an edge that is no
//                  number.
//
// The proofs are in docs/planning.md.
#pragma once

#include "wengert/plan/disjoint_paths.h"
#include "wengert/plan/elimination_state.h"

namespace wengert {

template <size_t W> class SafeFirst {
 public:
  using Set = Bits<W>;
  using State = EliminationState<W>;

  explicit SafeFirst(const EliminationProblem& problem) : counting_(problem.counting), paths_(problem.vertices()) {
    for (size_t v = 0; v < problem.vertices(); ++v) all_.set(v);
  }

  /// left : what is to be eliminated; all others stay, or are gone
  bool operator()(const State& state, const Set& left, size_t v) {
    const Set &before = state.predecessors(v), &after = state.successors(v);
    if (!before.any() || !after.any()) return true;  // on no path: free now and later
    return (before.count() == 1 && !(before & left).any() && is_safe<true>(state, left, v, before.first())) ||
           (after.count() == 1 && !(after & left).any() && is_safe<false>(state, left, v, after.first()));
  }

  /// Most paths from what stays to v (from v to what stays) that share no other vertex and whose edge at v is no
  /// number: v has at least so many such predecessors (successors) whenever it goes.
  int paths_in(const State& state, const Set& left, size_t v) {
    return paths_.count([&](size_t x) -> const Set& { return state.predecessors(x); }, all_ - left,
                        state.unknown_predecessors(v));
  }
  int paths_out(const State& state, const Set& left, size_t v) {
    return paths_.count([&](size_t x) -> const Set& { return state.successors(x); }, all_ - left,
                        state.unknown_successors(v));
  }

 private:
  /// Vertices after u (before u, in the mirror image), and those by edges that are numbers.
  template <bool forward> static const Set& next(const State& state, size_t u) {
    return forward ? state.successors(u) : state.predecessors(u);
  }
  template <bool forward> static Set next_by_number(const State& state, size_t u) {
    return next<forward>(state, u) - (forward ? state.unknown_successors(u) : state.unknown_predecessors(u));
  }

  template <bool forward> bool is_safe(const State& state, const Set& left, size_t v, size_t x) {
    const auto paths = [&] { return forward ? paths_out(state, left, v) : paths_in(state, left, v); };
    if (counting_ == Counting::all) return next<forward>(state, v).count() == paths();
    const Set numbers = next_by_number<forward>(state, v) & left;
    const bool is_unit = forward ? state.is_unit(x, v) : state.is_unit(v, x);
    if (!is_unit) return !numbers.any() && state.multiplications(v) == paths();
    if (!numbers.any()) return true;
    Set past = next_by_number<forward>(state, x);
    past.reset(v);
    return !(by_numbers<forward>(state, left, numbers, v) & by_numbers<forward>(state, left, past, v) & left).any();
  }

  /// What is reached from `from` by numbers alone, through vertices of `left` other than v.
  template <bool forward> static Set by_numbers(const State& state, const Set& left, const Set& from, size_t v) {
    Set seen = from, todo = from & left;
    while (todo.any()) {
      const size_t y = todo.first();
      todo.reset(y);
      Set fresh = next_by_number<forward>(state, y) - seen;
      fresh.reset(v);
      seen |= fresh, todo |= fresh & left;
    }
    return seen;
  }

  Counting counting_;
  DisjointPaths<W> paths_;
  Set all_;
};

}  // namespace wengert
