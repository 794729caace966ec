// SPDX-License-Identifier: Apache-2.0
#include "wengert/passes/merge_scans.h"

#include <algorithm>

#include "wengert/passes/rewrite.h"
#include "wengert/primitives/control.h"

namespace wengert {
namespace {

using Values = std::vector<ValueId>;

size_t carries(const Attributes& attributes) { return static_cast<size_t>(attributes.integer("carries")); }

/// Scans of which one does for all: what it returns, and which lines those are.
struct Group {
  Program lines;  ///< of the body, without outputs
  Attributes attributes;
  Values scans;
  std::vector<Values> returned;  ///< by each scan, of the body's values
  Values outputs;                ///< by the one: the carries first, then what any scan returns
};

class Merger {
 public:
  explicit Merger(const Program& p) : p_(p), group_of_(p.size(), nowhere) {}

  Program operator()() {
    BodyRewriter bodies(merge_scans);
    for_each_instruction(p_, [&](ValueId v) {
      if (&p_.primitive(v) == &scan_p) place(v, bodies(p_.attributes(v)));
    });
    Rewriter rewriter(p_);
    for_each_instruction(p_, [&](ValueId v) {
      const size_t group = group_of_[index(v)];
      if (group == nowhere) return void(rewriter.copy(v, bodies(p_.attributes(v))));
      if (groups_[group].scans.front() == v) record(rewriter, groups_[group]);
    });
    return rewriter.finish();
  }

 private:
  static constexpr size_t nowhere = static_cast<size_t>(-1);

  void place(ValueId v, const Attributes& attributes) {
    const Program& body = attributes.program("body");
    const auto own = body.outputs();
    const Program lines = with_outputs(body, {});
    for (size_t g = 0; g < groups_.size(); ++g)
      if (is_alike(groups_[g], v, attributes, lines)) return join(g, v, Values(own.begin(), own.end()));
    groups_.push_back({lines, attributes, {}, {}, Values(own.begin(), own.begin() + static_cast<std::ptrdiff_t>(carries(attributes)))});
    join(groups_.size() - 1, v, Values(own.begin(), own.end()));
  }

  bool is_alike(const Group& group, ValueId v, const Attributes& attributes, const Program& lines) const {
    const Attributes& other = group.attributes;
    const auto own = attributes.program("body").outputs();
    return std::ranges::equal(p_.operands(group.scans.front()), p_.operands(v)) && attributes.integer("length") == other.integer("length") &&
           carries(attributes) == carries(other) && attributes.integers("mapped") == other.integers("mapped") &&
           attributes.flag("reverse") == other.flag("reverse") &&
           std::equal(own.begin(), own.begin() + static_cast<std::ptrdiff_t>(carries(attributes)), group.outputs.begin()) && lines == group.lines;
  }

  void join(size_t g, ValueId v, const Values& outputs) {
    Group& group = groups_[g];
    group.scans.push_back(v);
    group.returned.push_back(outputs);
    group_of_[index(v)] = g;
    for (size_t k = carries(group.attributes); k < outputs.size(); ++k)
      if (place_of(group, outputs[k]) == group.outputs.size()) group.outputs.push_back(outputs[k]);
  }
  /// Among the results behind the carries; the end if it is not there.
  static size_t place_of(const Group& group, ValueId output) {
    const auto first = group.outputs.begin() + static_cast<std::ptrdiff_t>(carries(group.attributes));
    return static_cast<size_t>(std::find(first, group.outputs.end(), output) - group.outputs.begin());
  }

  void record(Rewriter& rewriter, const Group& group) {
    const size_t carried = carries(group.attributes);
    const Program body = with_outputs(group.attributes.program("body"), group.outputs);
    Attributes attributes = group.attributes;
    attributes.set("body", NestedProgram(body));
    std::vector<Type> types = body.output_types();
    for (size_t k = carried; k < types.size(); ++k) types[k].shape = types[k].shape.with(0, attributes.integer("length"));
    const ValueId front = group.scans.front();
    const ValueId first = rewriter.to().append_typed(scan_p, rewriter.operands(front), attributes, types, p_.site(front));
    for (size_t j = 0; j < group.scans.size(); ++j)
      for (size_t k = 0; k < group.returned[j].size(); ++k) {
        const size_t at = k < carried ? k : place_of(group, group.returned[j][k]);
        rewriter.set(ValueId{static_cast<uint32_t>(index(group.scans[j]) + k)}, ValueId{static_cast<uint32_t>(index(first) + at)});
      }
  }

  const Program& p_;
  std::vector<size_t> group_of_;  // of a scan
  std::vector<Group> groups_;
};

}  // namespace

Program merge_scans(const Program& p) { return Merger(p)(); }

}  // namespace wengert
