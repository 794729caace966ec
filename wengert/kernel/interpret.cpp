// SPDX-License-Identifier: Apache-2.0
#include "wengert/kernel/interpret.h"

#include "wengert/kernel/step_form.h"

namespace wengert {
namespace {

/// The reading on memory.
struct MemoryDomain {
  const Kernel& kernel;
  std::span<void* const> buffers;
  double* reals;
  int64_t* integers;
  uint8_t* booleans;

  double& real(uint32_t slot) { return reals[slot]; }
  int64_t& integer(uint32_t slot) { return integers[slot]; }
  uint8_t& boolean(uint32_t slot) { return booleans[slot]; }

  DType dtype(uint32_t buffer) const { return buffer_type(kernel, buffer).dtype; }
  template <class T> T& element(uint32_t buffer, int64_t index) { return static_cast<T*>(buffers[buffer])[index]; }

  double load_real(uint32_t buffer, int64_t index) {
    return dtype(buffer) == DType::f64 ? element<double>(buffer, index) : static_cast<double>(element<float>(buffer, index));
  }
  void store_real(uint32_t buffer, int64_t index, double value) {
    if (dtype(buffer) == DType::f64) element<double>(buffer, index) = value;
    else element<float>(buffer, index) = static_cast<float>(value);
  }
  int64_t load_integer(uint32_t buffer, int64_t index) { return element<int64_t>(buffer, index); }
  void store_integer(uint32_t buffer, int64_t index, int64_t value) { element<int64_t>(buffer, index) = value; }
  bool load_boolean(uint32_t buffer, int64_t index) { return element<bool>(buffer, index); }
  void store_boolean(uint32_t buffer, int64_t index, bool value) { element<bool>(buffer, index) = value; }

  double call(const ScalarFunction& function, double a, double b) {
    const double x[2] = {a, b};
    return function.value(x);
  }
  void native(const NativeCall& call) {
    std::vector<void*> addresses;
    for (size_t k = 0; k < call.buffers.size(); ++k) {
      const int64_t first = call.bases[k] == Place::nowhere ? 0 : integers[call.bases[k]];
      addresses.push_back(static_cast<char*>(buffers[call.buffers[k]]) + first * static_cast<int64_t>(size_of(dtype(call.buffers[k]))));
    }
    call.function(addresses);
  }
  double round_single(double x) { return static_cast<double>(static_cast<float>(x)); }
  int64_t choose(bool condition, int64_t a, int64_t b) { return condition ? a : b; }
  int64_t truncate(double x) {
    if (!(x == x)) return 0;
    if (x >= 0x1p63) return INT64_MAX;
    return x <= -0x1p63 ? INT64_MIN : static_cast<int64_t>(x);
  }
};

}  // namespace

int64_t integer_value(Micro op, int64_t a, int64_t b) {
  const auto x = static_cast<uint64_t>(a), y = static_cast<uint64_t>(b);
  switch (op) {
    case Micro::integer_add: return static_cast<int64_t>(x + y);
    case Micro::integer_subtract: return static_cast<int64_t>(x - y);
    case Micro::integer_multiply: return static_cast<int64_t>(x * y);
    case Micro::integer_divide: return b == 0 ? 0 : b == -1 ? static_cast<int64_t>(0 - x) : a / b;
    case Micro::integer_remainder: return b == 0 || b == -1 ? 0 : a % b;
    case Micro::bit_and: return static_cast<int64_t>(x & y);
    case Micro::bit_or: return static_cast<int64_t>(x | y);
    case Micro::bit_xor: return static_cast<int64_t>(x ^ y);
    case Micro::shift_left: return static_cast<int64_t>(x << (y & 63));
    case Micro::shift_right: return static_cast<int64_t>(x >> (y & 63));
    default: return 0;
  }
}

/// The buffers, followed by room for each scratch buffer, 8-byte aligned.
std::span<void* const> KernelInterpreter::with_scratch(const Kernel& kernel, std::span<void* const> buffers) {
  size_t words = 0;
  for (const Type& type : kernel.scratch) words += (type.bytes() + 7) / 8;
  if (scratch_.size() < words) scratch_.resize(words);
  buffers_.assign(buffers.begin(), buffers.end());
  double* next = scratch_.data();
  for (const Type& type : kernel.scratch) {
    buffers_.push_back(next);
    next += (type.bytes() + 7) / 8;
  }
  return buffers_;
}

void KernelInterpreter::run(const Kernel& kernel, std::span<void* const> buffers) {
  if (reals_.size() < kernel.reals + 1) reals_.resize(kernel.reals + 1);
  if (integers_.size() < kernel.integers + 1) integers_.resize(kernel.integers + 1);
  if (booleans_.size() < kernel.booleans + 1) booleans_.resize(kernel.booleans + 1);
  if (!kernel.scratch.empty()) buffers = with_scratch(kernel, buffers);
  MemoryDomain domain{kernel, buffers, reals_.data(), integers_.data(), booleans_.data()};
  interpret(kernel, domain);
}

}  // namespace wengert
