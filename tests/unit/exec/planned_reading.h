// SPDX-License-Identifier: Apache-2.0
//
// A reading of kernels that runs them with their scratch buffers where a plan has them, and remembers of every byte
// which buffer it was last written as: what a buffer reads is to be its own.
#pragma once

#include <string>
#include <vector>

#include "wengert/exec/memory_plan.h"
#include "wengert/kernel/interpret.h"
#include "wengert/kernel/step_form.h"

namespace wengert {

class PlannedReading {
 public:
  /// buffers: of the operands and results
  PlannedReading(const Kernel& kernel, const MemoryPlan& plan, std::vector<void*> buffers)
      : kernel_(kernel), plan_(plan), buffers_(std::move(buffers)), memory_(plan.bytes / 8 + 1, -1e300),
        owner_(plan.bytes, nobody), reals_(kernel.reals + 1), integers_(kernel.integers + 1),
        booleans_(kernel.booleans + 1) {
    for (size_t offset : plan.scratch) buffers_.push_back(reinterpret_cast<char*>(memory_.data()) + offset);
  }
  /// Empty, or the first read of what was not the buffer's own.
  std::string run() {
    interpret(kernel_, *this);
    return fault_;
  }

  double& real(uint32_t slot) { return reals_[slot]; }
  int64_t& integer(uint32_t slot) { return integers_[slot]; }
  uint8_t& boolean(uint32_t slot) { return booleans_[slot]; }
  double load_real(uint32_t b, int64_t i) {
    return dtype(b) == DType::f64 ? element<double>(b, i, false) : static_cast<double>(element<float>(b, i, false));
  }
  void store_real(uint32_t b, int64_t i, double x) {
    if (dtype(b) == DType::f64)
      element<double>(b, i, true) = x;
    else
      element<float>(b, i, true) = static_cast<float>(x);
  }
  int64_t load_integer(uint32_t b, int64_t i) { return element<int64_t>(b, i, false); }
  void store_integer(uint32_t b, int64_t i, int64_t x) { element<int64_t>(b, i, true) = x; }
  bool load_boolean(uint32_t b, int64_t i) { return element<uint8_t>(b, i, false) != 0; }
  void store_boolean(uint32_t b, int64_t i, bool x) { element<uint8_t>(b, i, true) = x ? 1 : 0; }
  double call(const ScalarFunction& function, double a, double b) {
    const double x[2] = {a, b};
    return function.value(x);
  }
  void native(const NativeCall& call) {
    std::vector<void*> addresses;
    for (size_t k = 0; k < call.buffers.size(); ++k) {
      const uint32_t b = call.buffers[k];
      const int64_t first = call.bases[k] == Place::nowhere ? 0 : integers_[call.bases[k]];
      touch(b, first, buffer_type(kernel_, b).elements() - first, k >= call.operands);
      addresses.push_back(static_cast<char*>(buffers_[b]) + first * static_cast<int64_t>(size_of(dtype(b))));
    }
    call.function(addresses);
  }
  double round_single(double x) { return static_cast<double>(static_cast<float>(x)); }
  int64_t choose(bool condition, int64_t a, int64_t b) { return condition ? a : b; }
  int64_t truncate(double x) {
    return !(x == x) ? 0 : x >= 0x1p63 ? INT64_MAX : x <= -0x1p63 ? INT64_MIN : static_cast<int64_t>(x);
  }

 private:
  static constexpr uint32_t nobody = 0xffffffff;

  DType dtype(uint32_t buffer) const { return buffer_type(kernel_, buffer).dtype; }
  template <class T> T& element(uint32_t buffer, int64_t i, bool writes) {
    touch(buffer, i, 1, writes);
    return static_cast<T*>(buffers_[buffer])[i];
  }
  void touch(uint32_t buffer, int64_t first, int64_t count, bool writes) {
    const size_t outside = first_scratch(kernel_), size = size_of(dtype(buffer));
    if (buffer < outside) return;
    const size_t from = plan_.scratch[buffer - outside] + static_cast<size_t>(first) * size;
    for (size_t at = from; at < from + static_cast<size_t>(count) * size; ++at) {
      if (writes)
        owner_[at] = buffer;
      else if (owner_[at] != buffer && owner_[at] != nobody && fault_.empty())
        fault_ = "scratch " + std::to_string(buffer - outside) + " reads what was written as " +
                 std::to_string(owner_[at] - outside);
    }
  }

  const Kernel& kernel_;
  const MemoryPlan& plan_;
  std::vector<void*> buffers_;
  std::vector<double> memory_;
  std::vector<uint32_t> owner_;
  std::vector<double> reals_;
  std::vector<int64_t> integers_;
  std::vector<uint8_t> booleans_;
  std::string fault_;
};

}  // namespace wengert
