// SPDX-License-Identifier: Apache-2.0
#include "wengert/exec/chunks.h"

namespace wengert {
namespace {

using Kind = RegisterKind;
constexpr uint32_t none = Kernel::whole_run;

}  // namespace

std::vector<Chunk> chunks_of(const Kernel& kernel, uint32_t steps, std::span<const BlockedLoop> blocks) {
  std::vector<Chunk> chunks;
  const auto count = static_cast<uint32_t>(kernel.steps.size());
  auto blocked = blocks.begin();
  uint32_t first = 0, at = 0;
  while (at < count) {
    const uint32_t next = kernel.steps[at].op == Micro::loop ? kernel.steps[at].b + 1 : at + 1;
    const bool alone = blocked != blocks.end() && blocked->loop == at;
    if (at > first && (alone || next - first > steps)) {
      chunks.push_back({first, at});
      first = at;
    }
    if (alone) {
      chunks.push_back({at, next, &*blocked++});
      first = next;
    }
    at = next;
  }
  if (first < count || chunks.empty()) chunks.push_back({first, count});
  return chunks;
}

std::vector<CrossingRegister> crossing_registers(const Kernel& kernel, const std::vector<Chunk>& chunks) {
  ByRegister<uint32_t> writer(kernel, none), first(kernel, none), last(kernel, none);
  ByRegister<uint8_t> crosses(kernel, 0);
  std::vector<CrossingRegister> crossing;
  for (uint32_t c = 0; c < chunks.size(); ++c) {
    const auto touch = [&](Kind kind, uint32_t slot) {
      if (first(kind, slot) == none) first(kind, slot) = c;
      last(kind, slot) = c;
      const uint32_t by = writer(kind, slot);
      if (by == none || by == c || crosses(kind, slot)) return;
      crosses(kind, slot) = true;
      crossing.push_back({kind, slot, 0, 0});
    };
    for (uint32_t at = chunks[c].first; at < chunks[c].last; ++at) {
      const MicroStep& s = kernel.steps[at];
      for_each_operand(s, touch);
      const Kind to = form_of(s).to;
      if (to == Kind::none) continue;
      touch(to, s.to);  // a variable that another chunk began
      writer(to, s.to) = c;
    }
  }
  for (CrossingRegister& r : crossing) r.first = first(r.kind, r.slot), r.last = last(r.kind, r.slot);
  return crossing;
}

}  // namespace wengert
