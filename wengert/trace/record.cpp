// SPDX-License-Identifier: Apache-2.0
#include "wengert/trace/record.h"

#include "wengert/ir/registry.h"
#include "wengert/primitives/guard.h"
#include "wengert/primitives/select.h"

namespace wengert {
namespace {

/// Writes a list's entries as lines, each guard before the first operation recorded after it.
class ListWriter {
 public:
  ListWriter(const RealList& list, const std::vector<std::string>& names)
      : list_(list), builder_(list.name()), line_(list.entries(), no_value) {
    for (size_t k = 0; k < list.inputs().size(); ++k)
      line_[list.inputs()[k]] = builder_.input(f64(), k < names.size() ? names[k] : "");
  }

  Program write() {
    size_t next_guard = 0;
    const auto guards = list_.guards();
    for (uint32_t i = 0; i < list_.entries(); ++i) {
      for (; next_guard < guards.size() && guards[next_guard].position <= i; ++next_guard) write_guard(guards[next_guard]);
      if (scalar_active(list_.codes()[i]) != 0) write_operation(i);
    }
    std::vector<ValueId> outputs;
    for (const RealOutput& y : list_.outputs()) outputs.push_back(y.active ? line_[y.slot] : builder_.literal(y.value));
    return builder_.finish(outputs);
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

  void write_guard(const RealGuard& guard) {
    static const Primitive* const comparisons[] = {&less_p, &less_equal_p, &equal_p};
    const Primitive& p = *comparisons[static_cast<size_t>(guard.comparison)];
    const ValueId operands[] = {operand(guard.a, (guard.active & 1) != 0), operand(guard.b, (guard.active & 2) != 0)};
    const ValueId condition = builder_.append_typed(p, operands, {}, {&truth_, 1}, guard.site);
    builder_.append_typed(guard_p, {&condition, 1}, {{"expected", guard.outcome}}, {&truth_, 1}, guard.site);
  }

  const RealList& list_;
  ProgramBuilder builder_;
  std::vector<ValueId> line_;  // of each entry
  const Type number_ = f64(), truth_ = boolean();
};

}  // namespace

Program to_program(const RealList& list, const std::vector<std::string>& names) { return ListWriter(list, names).write(); }

}  // namespace wengert
