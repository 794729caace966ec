// SPDX-License-Identifier: Apache-2.0
#include "wengert/exec/c_registers.h"

#include <algorithm>

#include "wengert/kernel/interpret.h"

namespace wengert {
namespace {

constexpr RegisterKind none = RegisterKind::none, real = RegisterKind::real, integer = RegisterKind::integer,
                       flag = RegisterKind::boolean;

}  // namespace

std::vector<RegisterId> reads_of(const MicroStep& step) {
  std::vector<RegisterId> reads;
  for_each_operand(step, [&](RegisterKind kind, uint32_t slot) { reads.push_back({kind, slot}); });
  return reads;
}

RegisterTable::RegisterTable(const Kernel& kernel) : needed_(kernel.steps.size(), true) {
  uses_[static_cast<size_t>(real)].resize(kernel.reals);
  uses_[static_cast<size_t>(integer)].resize(kernel.integers);
  uses_[static_cast<size_t>(flag)].resize(kernel.booleans);
  find_blocks(kernel);
  count(kernel);
  drop_unneeded(kernel);
  place(kernel);
  bound(kernel);
  drop_known(kernel);
  drop_unneeded(kernel);
  place(kernel);  // with fewer reads
}

/// A loop's own step stands in the block around it, its end in the body.
void RegisterTable::find_blocks(const Kernel& kernel) {
  parent_ = depth_ = {0};
  uint32_t current = 0;
  for (const MicroStep& step : kernel.steps) {
    block_.push_back(current);
    if (step.op == Micro::loop) {
      parent_.push_back(current);
      depth_.push_back(depth_[current] + 1);
      current = static_cast<uint32_t>(parent_.size() - 1);
    } else if (step.op == Micro::end_loop) {
      current = parent_[current];
    }
  }
}

void RegisterTable::count(const Kernel& kernel) {
  const auto constant = [&](RegisterKind kind, const auto& constants) {
    for (const auto& c : constants) {
      at({kind, c.to}).constant = true;
      ++at({kind, c.to}).definitions;
    }
  };
  constant(real, kernel.real_constants);
  constant(integer, kernel.integer_constants);
  constant(flag, kernel.boolean_constants);
  for (const MicroStep& step : kernel.steps) {
    const StepForm form = form_of(step);
    if (form.to != none) ++at({form.to, step.to}).definitions;
    for (RegisterId id : reads_of(step)) ++at(id).uses;
  }
}

/// Removes steps whose result nobody reads, until there are none; from the end, so that chains go in one pass.
void RegisterTable::drop_unneeded(const Kernel& kernel) {
  for (bool again = true; again;) {
    again = false;
    for (size_t k = kernel.steps.size(); k-- > 0;) {
      const MicroStep& step = kernel.steps[k];
      const StepForm form = form_of(step);
      if (!needed_[k] || form.effect || at({form.to, step.to}).uses > 0) continue;
      needed_[k] = false;
      --at({form.to, step.to}).definitions;
      for (RegisterId id : reads_of(step)) again |= --at(id).uses == 0;
    }
  }
}

/// Integers that can have one value only are written as numbers: what computes them is not needed.
void RegisterTable::drop_known(const Kernel& kernel) {
  for (size_t k = 0; k < kernel.steps.size(); ++k) {
    const MicroStep& step = kernel.steps[k];
    const StepForm form = form_of(step);
    if (!needed_[k] || form.effect || form.to != integer || !known_integer({integer, step.to})) continue;
    needed_[k] = false;
    at({integer, step.to}).known = true;
    for (RegisterId id : reads_of(step)) --at(id).uses;
  }
}

uint32_t RegisterTable::common_block(uint32_t a, uint32_t b) const {
  while (a != b) (depth_[a] >= depth_[b] ? a : b) = parent_[depth_[a] >= depth_[b] ? a : b];
  return a;
}

/// A register is declared where it is first written, if that is in the innermost block with all of its places;
/// otherwise (read in a loop before it is written there, or read after the loop that wrote it) it lives as long as the
/// function.
void RegisterTable::place(const Kernel& kernel) {
  struct Span {
    uint32_t common = 0, first_block = 0;
    bool seen = false, first_writes = false;
  };
  std::array<std::vector<Span>, 4> spans;
  for (size_t kind = 0; kind < 4; ++kind) spans[kind].resize(uses_[kind].size());
  const auto visit = [&](RegisterId id, size_t step, uint32_t block, bool writes) {
    Span& span = spans[static_cast<size_t>(id.kind)][id.slot];
    if (!span.seen) {
      span = {block, block, true, writes};
      at(id).declared_at = static_cast<uint32_t>(step);
    }
    span.common = common_block(span.common, block);
    if (!writes) at(id).use_block = block;
  };
  uint32_t opened = 0;
  for (size_t k = 0; k < kernel.steps.size(); ++k) {
    const MicroStep& step = kernel.steps[k];
    if (step.op == Micro::loop) ++opened;
    if (!needed_[k]) continue;
    for (RegisterId id : reads_of(step)) visit(id, k, block_[k], false);
    const StepForm form = form_of(step);
    if (form.to != none) visit({form.to, step.to}, k, step.op == Micro::loop ? opened : block_[k], true);
  }
  for (size_t kind = 1; kind < 4; ++kind)
    for (size_t slot = 0; slot < uses_[kind].size(); ++slot) {
      const Span& span = spans[kind][slot];
      RegisterUse& use = uses_[kind][slot];
      if (use.known) continue;
      use.hoisted =
          use.constant ? use.definitions > 1 : span.seen && !(span.first_writes && span.first_block == span.common);
    }
}

std::vector<RegisterId> RegisterTable::hoisted() const {
  std::vector<RegisterId> list;
  for (size_t kind = 1; kind < 4; ++kind)
    for (size_t slot = 0; slot < uses_[kind].size(); ++slot)
      if (uses_[kind][slot].hoisted) list.push_back({static_cast<RegisterKind>(kind), static_cast<uint32_t>(slot)});
  return list;
}

std::optional<int64_t> RegisterTable::known_integer(RegisterId id) const {
  const RegisterUse& use = (*this)[id];
  if (use.low != use.high || use.variable()) return {};
  return use.low;
}

std::optional<IndexRange> exact_interval(Micro op, IndexRange a, IndexRange b) {
  int64_t corner[4];
  bool wraps = false;
  switch (op) {
    case Micro::integer_add:
      wraps = __builtin_add_overflow(a.low, b.low, &corner[0]) || __builtin_add_overflow(a.high, b.high, &corner[1]);
      return wraps ? std::optional<IndexRange>() : IndexRange{corner[0], corner[1]};
    case Micro::integer_subtract:
      wraps = __builtin_sub_overflow(a.low, b.high, &corner[0]) || __builtin_sub_overflow(a.high, b.low, &corner[1]);
      return wraps ? std::optional<IndexRange>() : IndexRange{corner[0], corner[1]};
    case Micro::integer_multiply:
      wraps = __builtin_mul_overflow(a.low, b.low, &corner[0]) || __builtin_mul_overflow(a.low, b.high, &corner[1]) ||
              __builtin_mul_overflow(a.high, b.low, &corner[2]) || __builtin_mul_overflow(a.high, b.high, &corner[3]);
      return wraps ? std::optional<IndexRange>()
                   : IndexRange{*std::min_element(corner, corner + 4), *std::max_element(corner, corner + 4)};
    case Micro::integer_divide:
      if (b.low <= 0 || a.low < 0)
        return b.low > 0 ? std::optional(IndexRange{a.low, std::max<int64_t>(a.high, 0)}) : std::nullopt;
      return IndexRange{a.low / b.high, a.high / b.low};
    case Micro::integer_remainder:
      if (b.low <= 0) return {};
      return IndexRange{a.low < 0 ? 1 - b.high : 0, b.high - 1};
    case Micro::bit_and:
      if (a.low < 0 && b.low < 0) return IndexRange{};
      return IndexRange{0, a.low < 0 ? b.high : b.low < 0 ? a.high : std::min(a.high, b.high)};
    case Micro::bit_or:
    case Micro::bit_xor: return IndexRange{};
    default: return {};
  }
}

/// One pass in order: an operand that is written later, or more than once, has the interval of all integers.
void RegisterTable::bound(const Kernel& kernel) {
  for (const auto& c : kernel.integer_constants)
    if (RegisterUse& use = at({integer, c.to}); use.definitions == 1) use.low = use.high = c.value;
  const auto interval = [&](uint32_t slot) { return IndexRange{at({integer, slot}).low, at({integer, slot}).high}; };
  for (size_t k = 0; k < kernel.steps.size(); ++k) {
    const MicroStep& step = kernel.steps[k];
    const StepForm form = form_of(step);
    if (form.to != integer || !needed_[k] || at({integer, step.to}).variable()) continue;
    std::optional<IndexRange> found;
    if (step.op == Micro::loop)
      found = IndexRange{0, std::max<int64_t>(interval(step.a).high, 1) - 1};
    else if (step.op == Micro::boolean_to_integer)
      found = IndexRange{0, 1};
    else if (step.op == Micro::copy_integer)
      found = interval(step.a);
    else if (step.op == Micro::select_integer)
      found = IndexRange{std::min(interval(step.b).low, interval(step.c).low),
                       std::max(interval(step.b).high, interval(step.c).high)};
    else if (form.a == integer && form.b == integer)
      found = exact_interval(step.op, interval(step.a), interval(step.b));
    if (!found) continue;
    at({integer, step.to}).low = found->low;
    at({integer, step.to}).high = found->high;
  }
}

}  // namespace wengert
