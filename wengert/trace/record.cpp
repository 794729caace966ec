// SPDX-License-Identifier: Apache-2.0
#include "wengert/trace/record.h"

#include "wengert/ir/registry.h"
#include "wengert/primitives/guard.h"
#include "wengert/primitives/select.h"

namespace wengert {
namespace {

/// Writes a list's entries as lines, each comparison before the first operation recorded after it.
class ListWriter {
 public:
  ListWriter(const RealList& list, const std::vector<std::string>& names)
      : list_(list), builder_(list.name()), line_(list.entries(), no_value) {
    for (size_t k = 0; k < list.inputs().size(); ++k)
      line_[list.inputs()[k]] = builder_.input(f64(), k < names.size() ? names[k] : "");
  }

  /// act(condition, guard) for each comparison.
  template <class Act> void write_lines(Act act) {
    size_t next_guard = 0;
    const auto guards = list_.guards();
    for (uint32_t i = 0; i < list_.entries(); ++i) {
      for (; next_guard < guards.size() && guards[next_guard].position <= i; ++next_guard)
        act(write_comparison(guards[next_guard]), guards[next_guard]);
      if (scalar_active(list_.codes()[i]) != 0) write_operation(i);
    }
    for (const RealOutput& y : list_.outputs())
      outputs_.push_back(y.active ? line_[y.slot] : builder_.literal(y.value));
  }
  void write_guard(ValueId condition, const RealGuard& guard) {
    builder_.append_typed(guard_p, {&condition, 1}, {{"expected", guard.outcome}}, {&truth_, 1}, guard.site);
  }
  Program finish(std::span<const ValueId> more_outputs = {}) {
    outputs_.insert(outputs_.end(), more_outputs.begin(), more_outputs.end());
    return builder_.finish(outputs_);
  }

 private:
  ValueId operand(uint32_t place, bool active) {
    return active ? line_[place] : builder_.literal(list_.constants()[place]);
  }

  void write_operation(uint32_t i) {
    const uint16_t code = list_.codes()[i];
    const Primitive& p = *primitives()[scalar_primitive(code)];
    const uint32_t places[] = {list_.operands()[i].a, list_.operands()[i].b, list_.operands()[i - 1].a};
    ValueId operands[3];
    for (size_t k = 0; k < static_cast<size_t>(p.arity); ++k) operands[k] = operand(places[k], (code >> k & 1) != 0);
    line_[i] = builder_.append_typed(p, {operands, static_cast<size_t>(p.arity)}, {}, {&number_, 1}, list_.site(i));
  }

  ValueId write_comparison(const RealGuard& guard) {
    static const Primitive* const comparisons[] = {&less_p, &less_equal_p, &equal_p};
    const Primitive& p = *comparisons[static_cast<size_t>(guard.comparison)];
    const ValueId operands[] = {operand(guard.a, (guard.active & 1) != 0), operand(guard.b, (guard.active & 2) != 0)};
    return builder_.append_typed(p, operands, {}, {&truth_, 1}, guard.site);
  }

  const RealList& list_;
  ProgramBuilder builder_;
  std::vector<ValueId> line_, outputs_;  // of each entry, of each output
  const Type number_ = f64(), truth_ = boolean();
};

}  // namespace

Program to_program(const RealList& list, const std::vector<std::string>& names) {
  ListWriter writer(list, names);
  writer.write_lines([&](ValueId condition, const RealGuard& guard) { writer.write_guard(condition, guard); });
  return writer.finish();
}

OpenProgram to_open_program(const RealList& list) {
  ListWriter writer(list, {});
  std::vector<ValueId> conditions;
  std::vector<bool> outcomes;
  writer.write_lines([&](ValueId condition, const RealGuard& guard) {
    conditions.push_back(condition);
    outcomes.push_back(guard.outcome);
  });
  return {writer.finish(conditions), std::move(outcomes)};
}

}  // namespace wengert
