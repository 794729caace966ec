// SPDX-License-Identifier: Apache-2.0
#include "wengert/exec/convolve_plan.h"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <vector>

namespace wengert {
namespace {

using List = std::vector<int64_t>;

/// A plan and all that it points to.
struct OwnedPlan {
  ConvolvePlan plan;
  std::deque<List> lists;
  std::deque<std::vector<ConvolveRun>> runs;
  std::deque<std::vector<ConvolveLine>> lines;
  std::vector<ConvolveClass> classes;

  template <class T> static ConvolveList<T> kept(std::deque<std::vector<T>>& where, std::vector<T> list) {
    where.push_back(std::move(list));
    return {where.back().data(), static_cast<int64_t>(where.back().size())};
  }
};

/// Row-major strides of the extents, the last of them `unit`.
List strides_of(const List& extents, int64_t unit) {
  List strides(extents.size());
  for (size_t k = extents.size(); k-- > 0; unit *= extents[k]) strides[k] = unit;
  return strides;
}

/// The sums over axes of lists[axis][i_axis] * strides[axis] for all i, row-major.
List sums(const std::vector<List>& lists, const List& strides) {
  List all{0};
  for (size_t axis = 0; axis < lists.size(); ++axis) {
    List longer;
    for (int64_t sum : all)
      for (int64_t i : lists[axis]) longer.push_back(sum + i * strides[axis]);
    all = std::move(longer);
  }
  return all;
}

List counting(int64_t count, int64_t first = 0, int64_t step = 1) {
  List list;
  for (int64_t i = 0; i < count; ++i) list.push_back(first + i * step);
  return list;
}

std::vector<ConvolveLine> lines(const List& from, const List& to) {
  std::vector<ConvolveLine> all;
  for (size_t k = 0; k < from.size(); ++k) all.push_back({from[k], to[k]});
  return all;
}

/// A tap along one axis: its number, and how far behind the beginning of a window it lies in the source.
struct Tap {
  int64_t number, offset;
};

/// Elements of the result along one axis that have the same taps: those from `first` on in the order of rows of
/// weights.
struct AxisClass {
  List from, to, offsets;
  int64_t first = 0;
};

/// One axis of a convolution that makes y or x.
struct AxisPlan {
  List order;  ///< numbers of taps as their rows of weights lie
  std::vector<AxisClass> classes;

  /// Adds elements of the result whose windows begin at from[i] of the source's `extent`; ascending, as are the taps.
  void add(const List& from, const List& to, const std::vector<Tap>& taps, int64_t extent) {
    const auto row = static_cast<int64_t>(order.size());
    for (const Tap& tap : taps) order.push_back(tap.number);
    for (size_t i = 0; i < from.size(); ++i) {
      const auto inside = [&](const Tap& tap) { return from[i] + tap.offset >= 0 && from[i] + tap.offset < extent; };
      const auto begin = std::ranges::find_if(taps, inside), end = std::find_if_not(begin, taps.end(), inside);
      AxisClass found;
      found.first = row + (begin - taps.begin());
      for (auto tap = begin; tap != end; ++tap) found.offsets.push_back(tap->offset - begin->offset);
      auto same = std::ranges::find_if(
          classes, [&](const AxisClass& c) { return c.first == found.first && c.offsets == found.offsets; });
      if (same == classes.end()) same = classes.insert(classes.end(), std::move(found));
      same->from.push_back(begin == end ? 0 : from[i] + begin->offset);
      same->to.push_back(to[i]);
    }
  }
};

AxisPlan plan_for_y(const ConvolveAxis& a) {
  AxisPlan plan;
  std::vector<Tap> taps;
  for (int64_t k = 0; k < a.window; ++k) taps.push_back({k, k * a.dilation});
  plan.add(counting(a.places, -a.low, a.stride), counting(a.places), taps, a.input);
  return plan;
}

/// Element i of x lies under tap k at place o where o * stride = i + low - k * dilation. With i + low = q * stride +
/// remainder and k * dilation = t * stride + remainder, o = q - t.
AxisPlan plan_for_x(const ConvolveAxis& a) {
  AxisPlan plan;
  for (int64_t start = 0; start < std::min(a.stride, a.input); ++start) {
    const int64_t remainder = (start + a.low) % a.stride;
    List from, to;
    for (int64_t i = start; i < a.input; i += a.stride) {
      from.push_back((i + a.low) / a.stride);
      to.push_back(i);
    }
    std::vector<Tap> taps;
    for (int64_t k = a.window; k-- > 0;)  // the last tap lies on the first place
      if (k * a.dilation % a.stride == remainder) taps.push_back({k, -(k * a.dilation / a.stride)});
    plan.add(from, to, taps, a.places);
  }
  return plan;
}

/// Runs of `count` elements at each of `firsts` with rows of weights from rows[i] * count on, joined where one ends at
/// the next.
std::vector<ConvolveRun> runs_of(const List& firsts, const List& rows, int64_t count) {
  std::vector<ConvolveRun> runs;
  for (size_t k = 0; k < firsts.size(); ++k) {
    const ConvolveRun next{firsts[k], count, rows[k] * count};
    const bool follows = !runs.empty() && runs.back().first + runs.back().count == next.first &&
                         runs.back().row + runs.back().count == next.row;
    if (follows)
      runs.back().count += count;
    else
      runs.push_back(next);
  }
  return runs;
}

/// Strides of the arrays' spatial axes.
struct Layout {
  List source, result, window;

  explicit Layout(const ConvolveShape& s) {
    const bool of_x = s.result == ConvolveShape::Result::x;
    List from, to, taps;
    for (const ConvolveAxis& a : s.axes) {
      from.push_back(of_x ? a.places : a.input);
      to.push_back(of_x ? a.input : a.places);
      taps.push_back(a.window);
    }
    source = strides_of(from, s.groups * (of_x ? s.e : s.c));
    result = strides_of(to, s.groups * (of_x ? s.c : s.e));
    window = strides_of(taps, 1);
  }
};

/// Every combination of the axes' classes.
void add_classes(OwnedPlan& owned, const std::vector<AxisPlan>& axes, const Layout& layout,
                 const std::vector<const AxisClass*>& chosen = {}) {
  if (chosen.size() < axes.size()) {
    auto longer = chosen;
    longer.push_back(nullptr);
    for (const AxisClass& c : axes[chosen.size()].classes) {
      longer.back() = &c;
      add_classes(owned, axes, layout, longer);
    }
    return;
  }
  List counts;  // of taps in the order of rows: fewer than there are where x is shorter than a stride
  for (const AxisPlan& axis : axes) counts.push_back(static_cast<int64_t>(axis.order.size()));
  std::vector<List> from, to, offsets, rows;
  for (const AxisClass* c : chosen) {
    from.push_back(c->from);
    to.push_back(c->to);
    offsets.push_back(c->offsets);
    rows.push_back(counting(static_cast<int64_t>(c->offsets.size()), c->first));
  }
  owned.classes.push_back({OwnedPlan::kept(owned.lines, lines(sums(from, layout.source), sums(to, layout.result))),
                           OwnedPlan::kept(owned.runs, runs_of(sums(offsets, layout.source),
                                                               sums(rows, strides_of(counts, 1)), owned.plan.inner))});
}

void plan_gather(OwnedPlan& owned, const ConvolveShape& s) {
  const bool of_x = s.result == ConvolveShape::Result::x;
  const Layout layout(s);
  std::vector<AxisPlan> axes;
  std::vector<List> orders;
  for (const ConvolveAxis& a : s.axes) {
    axes.push_back(of_x ? plan_for_x(a) : plan_for_y(a));
    orders.push_back(axes.back().order);
  }
  owned.plan.inner = of_x ? s.e : s.c;
  owned.plan.outer = of_x ? s.c : s.e;
  owned.plan.taps = OwnedPlan::kept(owned.lists, sums(orders, layout.window));
  add_classes(owned, axes, layout);
  owned.plan.classes = {owned.classes.data(), static_cast<int64_t>(owned.classes.size())};
}

void plan_weights(OwnedPlan& owned, const ConvolveShape& s) {
  ConvolvePlan& plan = owned.plan;
  const Layout layout(s);
  const int64_t channels = s.groups * s.c;
  List extents;
  std::vector<List> copy_from, copy_to, from, to, taps;
  for (const ConvolveAxis& a : s.axes) {
    extents.push_back(std::max((a.places - 1) * a.stride + (a.window - 1) * a.dilation + 1, a.low + a.input));
    copy_from.push_back(counting(a.input));
    copy_to.push_back(counting(a.input, a.low));
    from.push_back(counting(a.places, 0, a.stride));
    to.push_back(counting(a.places));
    taps.push_back(counting(a.window, 0, a.dilation));
  }
  const List strides = strides_of(extents, channels);
  plan.padded = strides.front() * extents.front();
  copy_from.back() = from.back() = to.back() = {0};
  copy_to.back() = {s.axes.back().low};
  if (plan.padded > plan.source) {
    plan.copied = s.axes.back().input * channels;
    plan.copies = OwnedPlan::kept(owned.lines, lines(sums(copy_from, layout.source), sums(copy_to, strides)));
  }
  List weights;
  for (int64_t tap : sums(taps, strides))
    for (int64_t channel = 0; channel < s.c; ++channel) weights.push_back(tap + channel);
  plan.rows = OwnedPlan::kept(owned.lines, lines(sums(from, strides), sums(to, layout.result)));
  plan.weights = OwnedPlan::kept(owned.lists, weights);
  plan.places = s.axes.back().places;
  plan.step = s.axes.back().stride * channels;
}

/// Entries of the tables, no fewer than there are.
double table_size(const ConvolveShape& s) {
  double places = 1, taps = 1, classes = 1;
  for (const ConvolveAxis& a : s.axes) {
    places *= static_cast<double>(std::max(a.input, a.places));
    taps *= static_cast<double>(a.window);
    classes *= static_cast<double>(std::min(std::max(a.input, a.places), 2 * a.window + a.stride));
  }
  return places + taps * (classes + static_cast<double>(s.c));
}

}  // namespace

std::shared_ptr<const ConvolvePlan> plan_convolve(const ConvolveShape& s) {
  constexpr double most_entries = 4e6;
  if (table_size(s) > most_entries) return nullptr;
  const auto owned = std::make_shared<OwnedPlan>();
  owned->plan = {.made = s.result, .batch = s.batch, .groups = s.groups, .c = s.c, .e = s.e};
  int64_t x = s.groups * s.c, y = s.groups * s.e;
  for (const ConvolveAxis& a : s.axes) {
    x *= a.input;
    y *= a.places;
  }
  owned->plan.source = s.result == ConvolveShape::Result::x ? y : x;
  owned->plan.result = s.result == ConvolveShape::Result::x ? x : y;
  if (s.result == ConvolveShape::Result::w)
    plan_weights(*owned, s);
  else
    plan_gather(*owned, s);
  return {owned, &owned->plan};
}

void* convolve_memory(int which, int64_t bytes) {
  thread_local std::vector<std::max_align_t> memory[2];
  auto& own = memory[which];
  const auto size = (static_cast<size_t>(bytes) + sizeof(std::max_align_t) - 1) / sizeof(std::max_align_t);
  if (own.size() < size) own.resize(size);
  return own.data();
}

}  // namespace wengert
