// SPDX-License-Identifier: Apache-2.0
//
// Folding: the vertices of a large diagram are put into groups such that the groups form no circle, and each group
// becomes a box. A chain is such a group; so is a connected part of a band of layers, since its edges to other groups
// all leave the band downward.
#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "wengert/draw/diagram.h"
#include "wengert/draw/layout.h"

namespace wengert {
namespace {

using Kind = DiagramVertex::Kind;

/// Disjoint sets.
class Groups {
 public:
  explicit Groups(size_t size) : parent_(size) { std::iota(parent_.begin(), parent_.end(), size_t{0}); }
  size_t of(size_t v) {
    while (parent_[v] != v) v = parent_[v] = parent_[parent_[v]];
    return v;
  }
  void join(size_t a, size_t b) { parent_[std::max(of(a), of(b))] = std::min(of(a), of(b)); }
  size_t count() {
    size_t roots = 0;
    for (size_t v = 0; v < parent_.size(); ++v) roots += of(v) == v ? 1 : 0;
    return roots;
  }

 private:
  std::vector<size_t> parent_;
};

struct Degrees {
  std::vector<size_t> in, out;
  explicit Degrees(const Diagram& d) : in(d.vertices.size(), 0), out(d.vertices.size(), 0) {
    for (const DiagramEdge& e : d.edges) ++out[e.from], ++in[e.to];
  }
};

Groups chains(const Diagram& d, const Degrees& degrees) {
  Groups groups(d.vertices.size());
  for (const DiagramEdge& e : d.edges) {
    const bool operations = d.vertices[e.from].kind == Kind::operation && d.vertices[e.to].kind == Kind::operation;
    if (operations && degrees.out[e.from] == 1 && degrees.in[e.to] == 1) groups.join(e.from, e.to);
  }
  return groups;
}

/// Sources and final results keep their own boxes as long as there are few of them.
class Bands {
 public:
  explicit Bands(const Diagram& d) : d_(d), degrees_(d) {
    std::vector<LayoutEdge> edges;
    for (const DiagramEdge& e : d.edges) edges.push_back({e.from, e.to});
    layers_ = longest_path_layers(d.vertices.size(), edges);
    depth_ = layers_.empty() ? 1 : *std::ranges::max_element(layers_) + 1;
    size_t results = 0;
    for (size_t v = 0; v < d.vertices.size(); ++v) results += is_result(v) ? 1 : 0;
    results_apart_ = results <= most_apart;
  }

  /// The finest grouping with at most `boxes` groups and few arrows between them, since arrows are what makes a picture
  /// unreadable; everything of a band together where its parts are too many.
  Groups grouped(size_t boxes) {
    for (const bool whole : {false, true})
      for (size_t bands = std::min({depth_, boxes, most_bands}); bands > 0; bands = bands * 4 / 5) {
        Groups groups = parts(bands, whole);
        if (groups.count() <= boxes && arrows(groups) <= std::max<size_t>(boxes, 3 * groups.count() / 2)) return groups;
      }
    return parts(1, true);
  }

  size_t arrows(Groups& groups) const {
    std::set<std::pair<size_t, size_t>> pairs;
    for (const DiagramEdge& e : d_.edges)
      if (groups.of(e.from) != groups.of(e.to)) pairs.emplace(groups.of(e.from), groups.of(e.to));
    return pairs.size();
  }

 private:
  static constexpr size_t most_apart = 12, most_bands = 24;

  bool is_source(size_t v) const { return degrees_.in[v] == 0 && degrees_.out[v] > 0; }
  bool is_result(size_t v) const { return d_.vertices[v].kind == Kind::output && degrees_.out[v] == 0; }
  bool is_inner(size_t v) const { return !is_source(v) && !(results_apart_ && is_result(v)); }

  Groups parts(size_t bands, bool whole) {
    Groups groups(d_.vertices.size());
    const auto band = [&](size_t v) { return layers_[v] * bands / depth_; };
    std::vector<size_t> first(bands, d_.vertices.size());
    for (size_t v = 0; v < d_.vertices.size(); ++v) {
      if (!whole || !is_inner(v)) continue;
      if (first[band(v)] == d_.vertices.size()) first[band(v)] = v;
      groups.join(first[band(v)], v);
    }
    for (const DiagramEdge& e : d_.edges)
      if (is_inner(e.from) && is_inner(e.to) && band(e.from) == band(e.to)) groups.join(e.from, e.to);
    join_small_parts(groups, bands);
    join_sources(groups);
    return groups;
  }

  /// Parts of a band much smaller than its largest join that one: they would be specks beside it.
  void join_small_parts(Groups& groups, size_t bands) {
    constexpr size_t speck = 8;
    std::map<size_t, size_t> sizes;
    for (size_t v = 0; v < d_.vertices.size(); ++v)
      if (is_inner(v)) ++sizes[groups.of(v)];
    std::vector<std::pair<size_t, size_t>> largest(bands, {0, 0});
    for (const auto& [root, size] : sizes) {
      auto& best = largest[layers_[root] * bands / depth_];
      best = std::max(best, std::pair(size, root));
    }
    for (const auto& [root, size] : sizes)
      if (const auto& best = largest[layers_[root] * bands / depth_]; size * speck <= best.first)
        groups.join(best.second, root);
  }

  /// Sources used first by the same box are one box, if there are many sources.
  void join_sources(Groups& groups) {
    std::vector<size_t> user(d_.vertices.size(), d_.vertices.size());
    size_t sources = 0;
    for (size_t v = 0; v < d_.vertices.size(); ++v) sources += is_source(v) ? 1 : 0;
    if (sources <= most_apart) return;
    for (const DiagramEdge& e : d_.edges)
      if (is_source(e.from)) user[e.from] = std::min(user[e.from], groups.of(e.to));
    std::map<size_t, size_t> first;
    for (size_t v = 0; v < d_.vertices.size(); ++v)
      if (is_source(v)) groups.join(first.try_emplace(user[v], v).first->second, v);
  }

  const Diagram& d_;
  Degrees degrees_;
  std::vector<size_t> layers_;
  size_t depth_ = 1;
  bool results_apart_ = true;
};

std::string contents(const std::vector<const DiagramVertex*>& members) {
  std::map<std::string, size_t> counts;
  for (const DiagramVertex* v : members)
    if (v->kind != Kind::input) ++counts[v->operation];
  std::vector<std::pair<size_t, std::string>> sorted;
  for (const auto& [name, count] : counts) sorted.emplace_back(count, name);
  std::ranges::stable_sort(sorted, std::greater<>{}, &std::pair<size_t, std::string>::first);
  std::vector<std::string> texts;
  for (const auto& [count, name] : sorted) texts.push_back(fmt::format("{} {}", count, name));
  if (texts.size() > 3) {
    texts.resize(3);
    texts.push_back("…");
  }
  return fmt::format("{}", fmt::join(texts, ", "));
}

DiagramVertex group_box(const std::vector<const DiagramVertex*>& members) {
  if (members.size() == 1) return *members[0];
  DiagramVertex box;
  const bool inputs = std::ranges::all_of(members, [](const DiagramVertex* v) { return v->kind == Kind::input; });
  const auto results = std::ranges::count(members, Kind::output, &DiagramVertex::kind);
  box.kind = Kind::group;
  box.lines = members.size();
  box.name = fmt::format("{} {}", members.size(), inputs ? "inputs" : "lines");
  if (results > 0) box.name += fmt::format(", {} of them outputs", results);
  box.formula = inputs ? fmt::format("{} … {}", members.front()->name, members.back()->name) : contents(members);
  box.hint = fmt::format("{} … {}: {}", members.front()->name, members.back()->name, box.formula);
  return box;
}

Diagram contracted(const Diagram& d, Groups groups) {
  Diagram result;
  result.title = d.title;
  std::map<size_t, std::vector<const DiagramVertex*>> members;
  for (size_t v = 0; v < d.vertices.size(); ++v) members[groups.of(v)].push_back(&d.vertices[v]);
  std::map<size_t, size_t> place;
  for (const auto& [root, inside] : members) {
    place[root] = result.vertices.size();
    result.vertices.push_back(group_box(inside));
  }
  std::map<std::pair<size_t, size_t>, size_t> known;
  for (const DiagramEdge& e : d.edges) {
    const size_t from = place[groups.of(e.from)], to = place[groups.of(e.to)];
    if (from == to) continue;
    const bool lines = result.vertices[from].lines == 1 && result.vertices[to].lines == 1;
    const auto [entry, added] = known.try_emplace({from, to}, result.edges.size());
    if (added || lines)
      result.edges.push_back({from, to, e.label});
    else if (++result.edges[entry->second].operands > 1)
      result.edges[entry->second].label.clear();
  }
  return result;
}

}  // namespace

Diagram folded(const Diagram& d, size_t most) {
  Diagram result = contracted(d, chains(d, Degrees(d)));
  if (result.vertices.size() > most) result = contracted(d, Bands(d).grouped(std::max<size_t>(most / 3, 4)));
  const size_t boxes = result.vertices.size();
  result.remark = fmt::format("{} values folded into {} boxes; an arrow stands for all operands between two boxes",
                              d.vertices.size(), boxes);
  return result;
}

}  // namespace wengert
