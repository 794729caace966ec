// SPDX-License-Identifier: Apache-2.0
//
// DisjointPaths: how many paths lead from a set of sources to one end and share no other vertex? By augmenting paths
// (Ford, Fulkerson 1956) on the graph in which each vertex is an edge from its in-side to its out-side; searched from
// the end backwards.
#pragma once

#include <vector>

#include "wengert/plan/bits.h"

namespace wengert {

template <size_t W> class DisjointPaths {
 public:
  using Set = Bits<W>;

  explicit DisjointPaths(size_t vertices)
      : from_out_(vertices), from_in_(vertices), out_reached_(vertices), in_reached_(vertices) {}

  /// before : before(x) is the set of vertices with an edge into x
  /// last   : the vertices with an edge to the end
  /// A source may be entered, but a path then might as well begin there: what is before a source is not looked at.
  template <class Before> int count(const Before& before, const Set& sources, const Set& last) {
    // A source with an edge to the end is a path of its own, and through another vertex it would gain nothing.
    const Set direct = sources & last;
    sources_ = sources - direct, last_ = last - direct, barred_ = direct, ready_ = {};
    int paths = direct.count();
    while (sources_.any() && last_.any() && augment(before, sources)) ++paths;
    return paths;
  }

 private:
  static constexpr uint32_t the_end = UINT32_MAX;

  /// A depth-first search of the residual graph from the end to a source that begins no path yet.
  template <class Before> bool augment(const Before& before, const Set& all_sources) {
    Set seen_out = barred_, seen_in;
    stack_.clear();
    const auto reach_outs = [&](const Set& outs, uint32_t from) {
      const Set fresh = outs - seen_out;
      seen_out |= fresh;
      fresh.for_each([&](size_t x) { out_reached_[x] = from, stack_.push_back(static_cast<uint32_t>(x)); });
    };
    reach_outs(last_, the_end);
    while (!stack_.empty()) {
      const uint32_t x = stack_.back();
      stack_.pop_back();
      if (sources_.test(x)) return flip(x), true;
      prepare(before, x, all_sources.test(x));
      const Set ins = from_out_[x] - seen_in;
      seen_in |= ins;
      ins.for_each([&](size_t y) {
        in_reached_[y] = x;
        reach_outs(from_in_[y], static_cast<uint32_t>(y));
      });
    }
    return false;
  }

  /// Edges of a vertex that no path has met.
  template <class Before> void prepare(const Before& before, size_t x, bool is_source) {
    if (ready_.test(x)) return;
    ready_.set(x);
    from_out_[x] = {};
    if (is_source) return;
    from_out_[x].set(x);
    from_in_[x] = before(x);
  }

  /// Reverses the edges of the path that was found, from its source to the end.
  void flip(size_t x) {
    sources_.reset(x);
    if (!ready_.test(x)) ready_.set(x), from_out_[x] = {};
    while (out_reached_[x] != the_end) {
      const uint32_t y = out_reached_[x];
      from_in_[y].reset(x), from_out_[x].set(y);
      x = in_reached_[y];
      from_out_[x].reset(y), from_in_[y].set(x);
    }
    last_.reset(x);
  }

  Set sources_, last_;                   ///< still to be used
  Set barred_;                           ///< used up beforehand
  Set ready_;                            ///< vertices whose edges below are those of this count
  std::vector<Set> from_out_, from_in_;  ///< residual edges: out-side to in-sides, in-side to out-sides
  std::vector<uint32_t> out_reached_, in_reached_, stack_;
};

}  // namespace wengert
