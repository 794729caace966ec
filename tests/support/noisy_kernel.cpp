// SPDX-License-Identifier: Apache-2.0
#include "noisy_kernel.h"

#include <algorithm>
#include <cmath>

#include "wengert/base/random.h"
#include "wengert/kernel/interpret.h"
#include "wengert/kernel/step_form.h"

namespace wengert {
namespace {

/// What happens to a number that is computed or loaded, to one that the kernel states, and to a product and a sum at
/// once.
struct Noise {
  virtual double moved(double x, bool single) = 0;
  virtual double stated(double x) { return x; }
  virtual double fused(double a, double b, double c) { return std::fma(a, b, c); }
  virtual ~Noise() = default;
};
thread_local Noise* noise = nullptr;

/// A real number of these readings.
struct Moved {
  enum Kind : uint8_t { constant, single, full };
  double value = 0;
  Kind kind = constant;

  Moved() = default;
  Moved(double v) : value(noise->stated(v)) {}
  Moved(double v, Kind k) : value(v), kind(k) {}
};

Moved::Kind common(Moved::Kind a, Moved::Kind b) { return std::max(a, b); }
Moved computed(double value, Moved::Kind kind) { return {noise->moved(value, kind == Moved::single), kind}; }

Moved operator+(Moved a, Moved b) { return computed(a.value + b.value, common(a.kind, b.kind)); }
Moved operator-(Moved a, Moved b) { return computed(a.value - b.value, common(a.kind, b.kind)); }
Moved operator*(Moved a, Moved b) { return computed(a.value * b.value, common(a.kind, b.kind)); }
Moved operator/(Moved a, Moved b) { return computed(a.value / b.value, common(a.kind, b.kind)); }
Moved operator-(Moved a) { return {-a.value, a.kind}; }
Moved fma(Moved a, Moved b, Moved c) {
  return computed(noise->fused(a.value, b.value, c.value), common(common(a.kind, b.kind), c.kind));
}
Moved sqrt(Moved a) { return computed(std::sqrt(a.value), a.kind); }
Moved abs(Moved a) { return {std::abs(a.value), a.kind}; }
Moved floor(Moved a) { return {std::floor(a.value), a.kind}; }
Moved max(Moved a, Moved b) { return {wengert::max(a.value, b.value), common(a.kind, b.kind)}; }
Moved min(Moved a, Moved b) { return {wengert::min(a.value, b.value), common(a.kind, b.kind)}; }
bool less(Moved a, Moved b) { return a.value < b.value; }
bool less_equal(Moved a, Moved b) { return a.value <= b.value; }
bool equal(Moved a, Moved b) { return a.value == b.value; }
Moved select(bool condition, Moved a, Moved b) { return {condition ? a.value : b.value, common(a.kind, b.kind)}; }

/// Where a reading has its registers and its memory; every buffer of reals holds doubles, whatever its dtype.
struct Domain {
  const Kernel& kernel;
  std::vector<std::vector<double>> reals_in;
  std::vector<std::vector<int64_t>> integers_in;
  std::vector<Moved> reals = std::vector<Moved>(kernel.reals + 1);
  std::vector<int64_t> integers = std::vector<int64_t>(kernel.integers + 1);
  std::vector<uint8_t> booleans = std::vector<uint8_t>(kernel.booleans + 1);

  Moved& real(uint32_t slot) { return reals[slot]; }
  int64_t& integer(uint32_t slot) { return integers[slot]; }
  uint8_t& boolean(uint32_t slot) { return booleans[slot]; }
  Moved load_real(uint32_t buffer, int64_t at) {
    const bool narrow = buffer_type(kernel, buffer).dtype == DType::f32;
    return computed(reals_in[buffer].at(static_cast<size_t>(at)), narrow ? Moved::single : Moved::full);
  }
  void store_real(uint32_t buffer, int64_t at, Moved x) {
    const bool narrow = buffer_type(kernel, buffer).dtype == DType::f32;
    reals_in[buffer].at(static_cast<size_t>(at)) = narrow ? round_single(x).value : x.value;
  }
  int64_t load_integer(uint32_t buffer, int64_t at) { return integers_in[buffer].at(static_cast<size_t>(at)); }
  void store_integer(uint32_t buffer, int64_t at, int64_t x) { integers_in[buffer].at(static_cast<size_t>(at)) = x; }
  bool load_boolean(uint32_t buffer, int64_t at) { return load_integer(buffer, at) != 0; }
  void store_boolean(uint32_t buffer, int64_t at, bool x) { store_integer(buffer, at, x); }
  Moved call(const ScalarFunction& function, Moved a, Moved b) {
    const double x[2] = {a.value, b.value};
    return computed(function.value(x), function.arity > 1 ? common(a.kind, b.kind) : a.kind);
  }
  void native(const NativeCall&) {}  // lower() writes none here
  Moved round_single(Moved x) { return {static_cast<double>(static_cast<float>(x.value)), Moved::single}; }
  int64_t choose(bool condition, int64_t a, int64_t b) { return condition ? a : b; }
  int64_t truncate(Moved x) {
    if (!(x.value == x.value)) return 0;
    if (x.value >= 0x1p63) return INT64_MAX;
    return x.value <= -0x1p63 ? INT64_MIN : static_cast<int64_t>(x.value);
  }

  explicit Domain(const Kernel& k) : kernel(k) {
    for (size_t buffer = 0; buffer < first_scratch(k) + k.scratch.size(); ++buffer) {
      const auto elements = static_cast<size_t>(buffer_type(k, static_cast<uint32_t>(buffer)).elements());
      reals_in.emplace_back(elements);
      integers_in.emplace_back(elements);
    }
  }
  void set(size_t buffer, const Array& x) {
    for (int64_t i = 0; i < x.elements(); ++i) {
      reals_in[buffer][static_cast<size_t>(i)] = x[i];
      if (x.dtype() == DType::i64)
        integers_in[buffer][static_cast<size_t>(i)] = x.values<int64_t>()[static_cast<size_t>(i)];
      if (x.dtype() == DType::boolean) integers_in[buffer][static_cast<size_t>(i)] = x[i] != 0;
    }
  }
  Array get(size_t buffer) const {
    const Type& type = buffer_type(kernel, static_cast<uint32_t>(buffer));
    if (type.dtype == DType::i64) return Array::of<int64_t>(type.shape, integers_in[buffer]);
    std::vector<double> values = reals_in[buffer];
    if (type.dtype == DType::boolean) values.assign(integers_in[buffer].begin(), integers_in[buffer].end());
    return Array(type.shape, values).as(type.dtype);
  }
};

std::vector<Array> read(const LoweredProgram& p, const std::vector<Array>& x, Noise& with) {
  noise = &with;
  Domain domain(p.kernel);
  for (size_t k = 0; k < x.size(); ++k) domain.set(k, x[k]);
  for (size_t k = 0; k < p.constants.size(); ++k) domain.set(x.size() + k, p.constants[k]);
  interpret(p.kernel, domain);
  std::vector<Array> outputs;
  for (size_t k = p.kernel.operands.size(); k < p.failures(); ++k) outputs.push_back(domain.get(k));
  return outputs;
}

struct Signs : Noise {
  Random random;
  explicit Signs(uint64_t key) : random(key) {}
  double moved(double x, bool single) override {
    const double e = single ? 0x1p-21 : 0x1p-50;
    return x * (random.bits() % 2 == 0 ? 1 + e : 1 - e);
  }
};

struct Rounding : Noise {
  double moved(double x, bool) override { return stated(x); }
  double stated(double x) override { return static_cast<double>(static_cast<float>(x)); }
  double fused(double a, double b, double c) override {  // rounded twice it would be another number
    return static_cast<double>(std::fma(static_cast<float>(a), static_cast<float>(b), static_cast<float>(c)));
  }
};

}  // namespace

std::vector<Array> read_with_noise(const LoweredProgram& p, const std::vector<Array>& x, uint64_t key) {
  Signs signs(key);
  return read(p, x, signs);
}

std::vector<Array> read_in_float(const LoweredProgram& p, const std::vector<Array>& x) {
  Rounding rounding;
  return read(p, x, rounding);
}

}  // namespace wengert
