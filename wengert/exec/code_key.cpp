// SPDX-License-Identifier: Apache-2.0
#include "wengert/exec/code_key.h"

#include <bit>
#include <fmt/format.h>

namespace wengert {
namespace {

/// Two chains of multiply-and-shift over 64-bit words, with other multipliers (those of splitmix64 and of MurmurHash3).
class Hash {
 public:
  void add(uint64_t word) {
    a_ = mixed((a_ ^ word) * 0xbf58476d1ce4e5b9);
    b_ = mixed((b_ + word) * 0xff51afd7ed558ccd + 0x9e3779b97f4a7c15);
  }
  void add(std::string_view text) {
    add(text.size());
    for (char c : text) add(static_cast<uint64_t>(static_cast<unsigned char>(c)));
  }
  void add(const std::vector<Type>& types) {
    add(types.size());
    for (const Type& type : types) {
      add(static_cast<uint64_t>(type.dtype) * 16 + static_cast<uint64_t>(type.shape.rank()));
      for (int64_t extent : type.shape) add(static_cast<uint64_t>(extent));
    }
  }
  template <class T> void add_constants(const std::vector<Kernel::Constant<T>>& constants) {
    add(constants.size());
    for (const auto& c : constants) {
      add(c.to);
      if constexpr (std::is_same_v<T, double>) add(std::bit_cast<uint64_t>(c.value));
      else add(static_cast<uint64_t>(c.value));
    }
  }
  std::string text() const { return fmt::format("{:016x}{:016x}", a_, b_); }

 private:
  static uint64_t mixed(uint64_t x) { return x ^ (x >> 29); }
  uint64_t a_ = 0x243f6a8885a308d3, b_ = 0x13198a2e03707344;
};

void add_kernel(Hash& hash, const Kernel& kernel) {
  hash.add(kernel.operands);
  hash.add(kernel.results);
  hash.add(kernel.scratch);
  for (uint32_t loop : kernel.scratch_loop) hash.add(loop);
  hash.add(kernel.steps.size());
  for (const MicroStep& s : kernel.steps) {
    hash.add(uint64_t{s.to} << 32 | static_cast<uint64_t>(s.op) << 8 | s.function);
    hash.add(uint64_t{s.a} << 32 | s.b);
    hash.add(s.c);
  }
  hash.add_constants(kernel.real_constants);
  hash.add_constants(kernel.integer_constants);
  hash.add_constants(kernel.boolean_constants);
  hash.add(kernel.natives.size());
  for (const NativeCall& call : kernel.natives)
    for (size_t k = 0; k < call.buffers.size(); ++k) hash.add(uint64_t{call.buffers[k]} << 32 | call.bases[k]);
}

}  // namespace

std::string code_key(const CodeRequest& request, std::string_view host) {
  Hash hash;
  hash.add(host);
  hash.add(component_layout);
  hash.add(request.symbol);
  hash.add(static_cast<uint64_t>(request.level) << 8 | uint64_t{request.contract} << 1 | uint64_t{request.fast_math});
  hash.add(request.chunk);
  hash.add(static_cast<uint64_t>(request.stream_bytes));
  add_kernel(hash, *request.kernel);
  for (Precision p : *request.precisions) hash.add(static_cast<uint64_t>(p));
  for (uint8_t lanes : *request.lanes) hash.add(lanes);
  for (size_t offset : request.memory->scratch) hash.add(offset);
  for (const MemoryPlan::LaneSum& sum : request.memory->sums) hash.add(sum.offset);
  for (const BlockedLoop& loop : *request.blocks) hash.add(uint64_t{loop.loop} << 32 | static_cast<uint64_t>(loop.blocks));  // the rest follows
  return hash.text();
}

}  // namespace wengert
