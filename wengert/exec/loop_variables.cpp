// SPDX-License-Identifier: Apache-2.0
#include "wengert/exec/loop_variables.h"

namespace wengert {

std::vector<std::optional<int64_t>> known_integers(const Kernel& kernel) {
  std::vector<std::optional<int64_t>> known(kernel.integers + 1);
  for (const auto& c : kernel.integer_constants) known[c.to] = c.value;
  return known;
}

bool begins_inside(const Kernel& kernel, uint32_t loop, Micro copy, uint32_t slot) {
  for (uint32_t at = 0; at < loop; ++at)
    if (kernel.steps[at].op == copy && kernel.steps[at].to == slot) return false;
  return true;
}

namespace {

bool reads_real(const MicroStep& s, uint32_t real) {
  bool reads = false;
  for_each_operand(
      s, [&](RegisterKind kind, uint32_t slot) { reads = reads || (kind == RegisterKind::real && slot == real); });
  return reads;
}

bool gathers(Micro op) { return op == Micro::add || op == Micro::minimum || op == Micro::maximum; }

}  // namespace

std::optional<Micro> gathering_of(const Kernel& kernel, uint32_t loop, uint32_t slot) {
  std::optional<Micro> how;
  std::vector<uint32_t> next, assigned;
  for (uint32_t at = loop + 1; at < kernel.steps[loop].b; ++at) {
    const MicroStep& s = kernel.steps[at];
    if (s.op == Micro::copy_real && s.to == slot)
      assigned.push_back(s.a);
    else if (gathers(s.op) && how.value_or(s.op) == s.op && (s.a == slot) != (s.b == slot))
      how = s.op, next.push_back(s.to);
    else if (reads_real(s, slot))
      return {};
  }
  return next == assigned ? how : std::nullopt;
}

}  // namespace wengert
