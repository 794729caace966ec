// SPDX-License-Identifier: Apache-2.0
#include "wengert/passes/keep_steps.h"

#include <algorithm>
#include <unordered_map>

#include "wengert/passes/rewrite.h"
#include "wengert/passes/value_table.h"
#include "wengert/passes/work.h"
#include "wengert/primitives/control.h"
#include "wengert/primitives/control_rules.h"

namespace wengert {
namespace {

using Values = std::vector<ValueId>;

/// Writing an element and reading it again, in additions: what work_of says of moving it, twice and half as much more for
/// memory that is not at hand.
constexpr double work_of_keeping = 6;
constexpr double work_of_reading = 2;

ValueId next(ValueId v, size_t by) { return ValueId{static_cast<uint32_t>(index(v) + by)}; }

struct Loop {
  ValueId line;
  const Program* body = nullptr;
  size_t carries = 0;
  Flags mapped;  ///< of the operands behind the carries

  Loop(const Program& p, ValueId v)
      : line(v), body(&p.attributes(v).program("body")), carries(static_cast<size_t>(p.attributes(v).integer("carries"))),
        mapped(flags(p.attributes(v), "mapped")) {}
  bool is_slice(size_t operand) const { return operand >= carries && mapped[operand - carries]; }
};

/// What the body of `later` computes that the body of `earlier` did, and which of it is better kept.
class Common {
 public:
  Common(const Program& p, const Loop& earlier, const Loop& later)
      : p_(p), earlier_(earlier), later_(later), body_(*later.body), table_(*earlier.body), same_(body_.size(), no_value), work_(body_.size(), 0) {
    for_each_instruction(*earlier.body, [&](ValueId v) { table_.add(v); });
    for (size_t k = later.carries; k < body_.inputs(); ++k) same_[k] = of_operand(k);
    for_each_instruction(body_, [&](ValueId v) { look_at(body_[v]); });
    choose();
  }

  Values kept;      ///< values of the later body, now slices
  Flags needed;     ///< lines of the later body that stay
  ValueId source(ValueId v) const { return same_[index(v)]; }

 private:
  /// The value of the earlier body that a slice or shared operand of the later loop is.
  ValueId of_operand(size_t k) const {
    const ValueId operand = p_.operands(later_.line)[k];
    const auto results = earlier_.body->outputs();
    for (size_t r = earlier_.carries; r < results.size(); ++r)
      if (later_.is_slice(k) && operand == next(earlier_.line, r)) return results[r];
    const auto operands = p_.operands(earlier_.line);
    for (size_t j = earlier_.carries; j < operands.size(); ++j)
      if (operands[j] == operand && earlier_.is_slice(j) == later_.is_slice(k)) return ValueId{static_cast<uint32_t>(j)};
    return no_value;
  }

  void look_at(const Instruction& line) {
    const size_t at = index(line.value);
    if (body_.is_constant(line.value)) {
      same_[at] = table_.find(body_.constant(line.value));
      return;
    }
    Values operands;
    double work = work_of(body_, line);
    for (ValueId v : line.operands) {
      operands.push_back(same_[index(v)]);
      work += std::min(work_[index(v)], work_of_reading * elements(v));
    }
    if (line.results != 1 || line.primitive.is_guard() || std::ranges::find(operands, no_value) != operands.end()) return;
    same_[at] = table_.find(line.primitive, operands, line.attributes);
    work_[at] = work;
  }

  bool pays(ValueId v) const {
    return !body_.is_input(v) && !body_.is_constant(v) && same_[index(v)] != no_value && work_[index(v)] > work_of_keeping * elements(v);
  }

  /// Backwards: a value that is read is kept if that pays, else computed, from what is read then.
  void choose() {
    needed.assign(body_.size(), false);
    Flags read(body_.size(), false);
    for (ValueId v : body_.outputs()) read[index(v)] = true;
    for (size_t i = body_.size(); i-- > body_.inputs();) {
      const ValueId v{static_cast<uint32_t>(i)};
      if (&body_.primitive(v) == &result_p) continue;
      const Instruction line = body_[v];
      bool wanted = line.primitive.is_guard();
      for (size_t k = 0; k < static_cast<size_t>(line.results); ++k) wanted = wanted || read[i + k];
      if (!wanted) continue;
      if (pays(v)) {
        kept.push_back(v);
        continue;
      }
      needed[i] = true;
      for (ValueId operand : line.operands) read[index(operand)] = true;
    }
  }

  double elements(ValueId v) const { return static_cast<double>(body_.type(v).elements()); }

  const Program& p_;
  const Loop &earlier_, &later_;
  const Program& body_;
  ValueTable table_;
  Values same_;  // values of the earlier body
  std::vector<double> work_;
};

/// Of a scan: the results that it gets behind its own, values of its body; and the slices that it gets behind its operands.
struct Change {
  Values results;
  struct Slice {
    ValueId scan;
    size_t result;
  };
  std::vector<Slice> slices;
  std::optional<Program> body;  ///< with the slices as last inputs
};

class Keeper {
 public:
  explicit Keeper(const Program& p) : p_(p) {}

  Program operator()() {
    for_each_instruction(p_, [&](ValueId v) {
      if (&p_.primitive(v) == &scan_p) find_earlier(v);
    });
    Rewriter rewriter(p_);
    BodyRewriter bodies(keep_steps);
    for_each_instruction(p_, [&](ValueId v) {
      const auto change = changes_.find(static_cast<uint32_t>(v));
      if (change == changes_.end()) rewriter.copy(v, bodies(p_.attributes(v)));
      else record(rewriter, v, change->second);
    });
    return rewriter.finish();
  }

 private:
  /// The scan whose results this one goes over.
  void find_earlier(ValueId v) {
    const Loop later(p_, v);
    const auto operands = p_.operands(v);
    for (size_t k = later.carries; k < operands.size(); ++k) {
      if (!later.is_slice(k) || p_.is_input(operands[k])) continue;
      ValueId producer = operands[k];
      while (&p_.primitive(producer) == &result_p) producer = ValueId{static_cast<uint32_t>(producer) - 1};
      if (&p_.primitive(producer) != &scan_p || p_.attributes(producer).integer("length") != p_.attributes(v).integer("length")) continue;
      const Loop earlier(p_, producer);
      if (index(operands[k]) < index(producer) + earlier.carries) continue;
      return take(earlier, later);
    }
  }

  /// A scan that reads kept values itself has another body by then, and keeps nothing.
  void take(const Loop& earlier, const Loop& later) {
    if (const auto changed = changes_.find(static_cast<uint32_t>(earlier.line)); changed != changes_.end() && changed->second.body) return;
    const Common common(p_, earlier, later);
    if (common.kept.empty() || bytes(*later.body, common.kept) > bytes_of_slices(earlier) + bytes_of_slices(later)) return;
    Change& source = changes_[static_cast<uint32_t>(earlier.line)];
    Change& change = changes_[static_cast<uint32_t>(later.line)];
    Rewriter body(*later.body);
    for (ValueId v : common.kept) {
      body.set(v, body.to().input(later.body->type(v)));
      change.slices.push_back({earlier.line, earlier.body->outputs().size() + source.results.size()});
      source.results.push_back(common.source(v));
    }
    for_each_instruction(*later.body, [&](ValueId v) {
      if (common.needed[index(v)]) body.copy(v);
    });
    change.body = body.finish();
  }

  static size_t bytes(const Program& body, std::span<const ValueId> values) {
    size_t total = 0;
    for (ValueId v : values) total += body.type(v).bytes();
    return total;
  }
  /// Of a step: its slices and stacked results.
  static size_t bytes_of_slices(const Loop& loop) {
    size_t total = bytes(*loop.body, loop.body->outputs().subspan(loop.carries));
    for (uint32_t k = 0; k < loop.body->inputs(); ++k)
      if (loop.is_slice(k)) total += loop.body->type(ValueId{k}).bytes();
    return total;
  }

  void record(Rewriter& rewriter, ValueId v, const Change& change) {
    Attributes attributes = p_.attributes(v);
    Program body = change.body ? *change.body : attributes.program("body");
    if (!change.results.empty()) {
      Values outputs(body.outputs().begin(), body.outputs().end());
      outputs.insert(outputs.end(), change.results.begin(), change.results.end());
      body = with_outputs(body, outputs);
    }
    Values operands(rewriter.operands(v).begin(), rewriter.operands(v).end());
    auto mapped = attributes.integers("mapped");
    std::vector<int64_t> all_mapped(mapped.begin(), mapped.end());
    for (const Change::Slice& slice : change.slices) {
      operands.push_back(next(now_.at(static_cast<uint32_t>(slice.scan)), slice.result));
      all_mapped.push_back(1);
    }
    attributes.set("mapped", all_mapped);
    attributes.set("body", NestedProgram(body));
    std::vector<Type> types = body.output_types();
    for (size_t k = static_cast<size_t>(attributes.integer("carries")); k < types.size(); ++k)
      types[k].shape = types[k].shape.with(0, attributes.integer("length"));
    const ValueId first = rewriter.to().append_typed(scan_p, operands, attributes, types, p_.site(v));
    rewriter.set_all(v, p_[v].results, first);
    now_[static_cast<uint32_t>(v)] = first;
  }

  const Program& p_;
  std::unordered_map<uint32_t, Change> changes_;
  std::unordered_map<uint32_t, ValueId> now_;  // what a changed scan became
};

}  // namespace

Program keep_steps(const Program& p) { return Keeper(p)(); }

}  // namespace wengert
