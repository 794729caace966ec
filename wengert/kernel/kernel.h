// SPDX-License-Identifier: Apache-2.0
//
// Kernel: how one primitive computes, as a list of micro-operations over buffers; and the builder that an author writes
// it in. `Scalar`, `Integer` and `Boolean` are handles to registers of the kernel being built on this thread:
//
//     [](KernelBuilder& k) {                                         // row sums
//       auto x = k.operand(0), y = k.result(0);
//       k.loop(x.extent(0), [&](Integer i) {
//         Scalar sum = k.variable(0.0);
//         k.loop(x.extent(1), [&](Integer j) { k.assign(sum, sum + x.real({i, j})); });
//         y.store({i}, sum);
//       });
//     }
#pragma once

#include <concepts>
#include <map>
#include <span>
#include <vector>

#include "wengert/base/shape.h"
#include "wengert/kernel/functions.h"
#include "wengert/kernel/micro.h"

namespace wengert {

/// A finished kernel. Constants are in registers before the first step.
struct Kernel {
  template <class T> struct Constant { uint32_t to; T value; };

  std::vector<Type> operands, results, scratch;  ///< a buffer's number counts through them in this order
  std::vector<MicroStep> steps;
  std::vector<Constant<double>> real_constants;
  std::vector<Constant<int64_t>> integer_constants;
  std::vector<Constant<bool>> boolean_constants;
  uint32_t reals = 0, integers = 0, booleans = 0;  ///< register counts
};

class KernelBuilder;

namespace detail {
uint32_t real_constant(double value);
uint32_t integer_constant(int64_t value);
uint32_t boolean_constant(bool value);
}  // namespace detail

/// A real register of the kernel under construction.
struct Scalar {
  uint32_t slot;
  struct Register { uint32_t slot; };
  explicit Scalar(Register r) : slot(r.slot) {}
  template <class T> requires std::is_arithmetic_v<T>
  Scalar(T value) : slot(detail::real_constant(static_cast<double>(value))) {}
};

struct Integer {
  uint32_t slot;
  explicit Integer(Scalar::Register r) : slot(r.slot) {}
  template <std::integral T>
  Integer(T value) : slot(detail::integer_constant(static_cast<int64_t>(value))) {}
};

struct Boolean {
  uint32_t slot;
  explicit Boolean(Scalar::Register r) : slot(r.slot) {}
  Boolean(bool value) : slot(detail::boolean_constant(value)) {}
};

/// A buffer of the kernel: an operand (read), a result or scratch (written, and read again after it was written).
class Buffer {
 public:
  Buffer(uint32_t index, const Type& type) : index_(index), type_(type) {}
  const Type& type() const { return type_; }
  const Shape& shape() const { return type_.shape; }
  Integer extent(int axis) const { return Integer(shape()[axis]); }
  Integer elements() const { return Integer(type_.elements()); }

  Integer flat(std::span<const Integer> index) const;  ///< row-major position
  Integer flat(std::initializer_list<Integer> index) const { return flat(std::span(index.begin(), index.size())); }
  Scalar real(Integer flat) const;
  Integer integer(Integer flat) const;
  Boolean boolean(Integer flat) const;
  Scalar real(std::initializer_list<Integer> index) const { return real(flat(index)); }
  void store(Integer flat, Scalar value) const;
  void store(Integer flat, Integer value) const;
  void store(Integer flat, Boolean value) const;
  template <class T> void store(std::initializer_list<Integer> index, T value) const { store(flat(index), value); }

 private:
  uint32_t index_;
  Type type_;
};

/// Collects a kernel. One builder a thread at a time is current; handles belong to it.
class KernelBuilder {
 public:
  KernelBuilder(std::span<const Type> operands, std::span<const Type> results);
  ~KernelBuilder();
  KernelBuilder(const KernelBuilder&) = delete;
  KernelBuilder& operator=(const KernelBuilder&) = delete;

  int operands() const { return static_cast<int>(kernel_.operands.size()); }
  Buffer operand(int k) const { return {static_cast<uint32_t>(k), kernel_.operands[static_cast<size_t>(k)]}; }
  Buffer result(int k = 0) const;
  /// Memory that lives while the kernel runs; not initialised.
  Buffer scratch(const Type& type);

  /// body(Integer i) for i = 0 .. extent - 1; the extent may be computed (triangular loops).
  template <class Body> void loop(Integer extent, Body body) {
    const Integer index(Scalar::Register{kernel_.integers++});
    const size_t start = begin_loop(index, extent);
    body(index);
    end_loop(start);
  }
  /// Nested loops over every index of `shape`, row-major: body(std::span<const Integer>).
  template <class Body> void loop_over(const Shape& shape, Body body) {
    std::vector<Integer> index;
    loop_axis(shape, index, body);
  }
  /// A register that may be assigned again, inside loops too.
  Scalar variable(Scalar initial);
  Integer variable(Integer initial);
  Boolean variable(Boolean initial);
  void assign(Scalar variable, Scalar value);
  void assign(Integer variable, Integer value);
  void assign(Boolean variable, Boolean value);

  Kernel finish() { return std::move(kernel_); }

  static KernelBuilder& current();
  Scalar real_step(Micro op, uint32_t a, uint32_t b = 0, uint32_t c = 0, uint8_t function = 0);
  Integer integer_step(Micro op, uint32_t a, uint32_t b = 0, uint32_t c = 0);
  Boolean boolean_step(Micro op, uint32_t a, uint32_t b = 0);
  void plain_step(Micro op, uint32_t to, uint32_t a, uint32_t b = 0, uint32_t c = 0);
  uint32_t constant(double value);
  uint32_t constant(int64_t value);
  uint32_t constant(bool value);

 private:
  template <class Body> void loop_axis(const Shape& shape, std::vector<Integer>& index, Body& body) {
    if (static_cast<int>(index.size()) == shape.rank()) return body(std::span<const Integer>(index));
    loop(Integer(shape[static_cast<int>(index.size())]), [&](Integer i) {
      index.push_back(i);
      loop_axis(shape, index, body);
      index.pop_back();
    });
  }
  size_t begin_loop(Integer index, Integer extent);
  void end_loop(size_t start);

  Kernel kernel_;
  std::map<uint64_t, uint32_t> real_constants_;  // by bit pattern
  std::map<int64_t, uint32_t> integer_constants_, boolean_constants_;
  KernelBuilder* outer_;
};

// The vocabulary of rules, for a kernel's operand.
inline Scalar operator+(Scalar a, Scalar b) { return KernelBuilder::current().real_step(Micro::add, a.slot, b.slot); }
inline Scalar operator-(Scalar a, Scalar b) { return KernelBuilder::current().real_step(Micro::subtract, a.slot, b.slot); }
inline Scalar operator*(Scalar a, Scalar b) { return KernelBuilder::current().real_step(Micro::multiply, a.slot, b.slot); }
inline Scalar operator/(Scalar a, Scalar b) { return KernelBuilder::current().real_step(Micro::divide, a.slot, b.slot); }
inline Scalar operator-(Scalar a) { return KernelBuilder::current().real_step(Micro::negate, a.slot); }
inline Scalar sqrt(Scalar a) { return KernelBuilder::current().real_step(Micro::square_root, a.slot); }
inline Scalar abs(Scalar a) { return KernelBuilder::current().real_step(Micro::absolute, a.slot); }
inline Scalar floor(Scalar a) { return KernelBuilder::current().real_step(Micro::floor, a.slot); }
inline Scalar max(Scalar a, Scalar b) { return KernelBuilder::current().real_step(Micro::maximum, a.slot, b.slot); }
inline Scalar min(Scalar a, Scalar b) { return KernelBuilder::current().real_step(Micro::minimum, a.slot, b.slot); }
inline Scalar fma(Scalar a, Scalar b, Scalar c) {
  return KernelBuilder::current().real_step(Micro::fused_multiply_add, a.slot, b.slot, c.slot);
}
inline Boolean less(Scalar a, Scalar b) { return KernelBuilder::current().boolean_step(Micro::less, a.slot, b.slot); }
inline Boolean less_equal(Scalar a, Scalar b) { return KernelBuilder::current().boolean_step(Micro::less_equal, a.slot, b.slot); }
inline Boolean equal(Scalar a, Scalar b) { return KernelBuilder::current().boolean_step(Micro::equal, a.slot, b.slot); }
inline Boolean integer_less(Integer a, Integer b) { return KernelBuilder::current().boolean_step(Micro::integer_less, a.slot, b.slot); }
inline Boolean integer_equal(Integer a, Integer b) { return KernelBuilder::current().boolean_step(Micro::integer_equal, a.slot, b.slot); }
inline Boolean logical_and(Boolean a, Boolean b) { return KernelBuilder::current().boolean_step(Micro::logical_and, a.slot, b.slot); }
inline Boolean logical_or(Boolean a, Boolean b) { return KernelBuilder::current().boolean_step(Micro::logical_or, a.slot, b.slot); }
inline Boolean logical_not(Boolean a) { return KernelBuilder::current().boolean_step(Micro::logical_not, a.slot); }
inline Scalar select(Boolean condition, Scalar a, Scalar b) {
  return KernelBuilder::current().real_step(Micro::select_real, condition.slot, a.slot, b.slot);
}
inline Integer select_integer(Boolean condition, Integer a, Integer b) {
  return KernelBuilder::current().integer_step(Micro::select_integer, condition.slot, a.slot, b.slot);
}
inline Scalar to_real(Integer a) { return KernelBuilder::current().real_step(Micro::to_real, a.slot); }
inline Integer to_integer(Scalar a) { return KernelBuilder::current().integer_step(Micro::to_integer, a.slot); }
inline Integer to_integer(Boolean a) { return KernelBuilder::current().integer_step(Micro::boolean_to_integer, a.slot); }

inline Integer operator+(Integer a, Integer b) { return KernelBuilder::current().integer_step(Micro::integer_add, a.slot, b.slot); }
inline Integer operator-(Integer a, Integer b) { return KernelBuilder::current().integer_step(Micro::integer_subtract, a.slot, b.slot); }
inline Integer operator*(Integer a, Integer b) { return KernelBuilder::current().integer_step(Micro::integer_multiply, a.slot, b.slot); }
inline Integer operator/(Integer a, Integer b) { return KernelBuilder::current().integer_step(Micro::integer_divide, a.slot, b.slot); }
inline Integer operator%(Integer a, Integer b) { return KernelBuilder::current().integer_step(Micro::integer_remainder, a.slot, b.slot); }
inline Integer operator&(Integer a, Integer b) { return KernelBuilder::current().integer_step(Micro::bit_and, a.slot, b.slot); }
inline Integer operator|(Integer a, Integer b) { return KernelBuilder::current().integer_step(Micro::bit_or, a.slot, b.slot); }
inline Integer operator^(Integer a, Integer b) { return KernelBuilder::current().integer_step(Micro::bit_xor, a.slot, b.slot); }
inline Integer operator<<(Integer a, Integer b) { return KernelBuilder::current().integer_step(Micro::shift_left, a.slot, b.slot); }
inline Integer operator>>(Integer a, Integer b) { return KernelBuilder::current().integer_step(Micro::shift_right, a.slot, b.slot); }

namespace detail {
template <uint8_t F> Scalar call(Scalar a, Scalar b = Scalar(Scalar::Register{0})) {
  return KernelBuilder::current().real_step(Micro::call, a.slot, b.slot, 0, F);
}
}  // namespace detail

inline Scalar exp(Scalar x) { return detail::call<function_index("exp")>(x); }
inline Scalar expm1(Scalar x) { return detail::call<function_index("expm1")>(x); }
inline Scalar log(Scalar x) { return detail::call<function_index("log")>(x); }
inline Scalar log1p(Scalar x) { return detail::call<function_index("log1p")>(x); }
inline Scalar cbrt(Scalar x) { return detail::call<function_index("cbrt")>(x); }
inline Scalar pow(Scalar x, Scalar y) { return detail::call<function_index("pow")>(x, y); }
inline Scalar hypot(Scalar x, Scalar y) { return detail::call<function_index("hypot")>(x, y); }
inline Scalar sin(Scalar x) { return detail::call<function_index("sin")>(x); }
inline Scalar cos(Scalar x) { return detail::call<function_index("cos")>(x); }
inline Scalar tan(Scalar x) { return detail::call<function_index("tan")>(x); }
inline Scalar asin(Scalar x) { return detail::call<function_index("asin")>(x); }
inline Scalar acos(Scalar x) { return detail::call<function_index("acos")>(x); }
inline Scalar atan(Scalar x) { return detail::call<function_index("atan")>(x); }
inline Scalar atan2(Scalar y, Scalar x) { return detail::call<function_index("atan2")>(y, x); }
inline Scalar sinh(Scalar x) { return detail::call<function_index("sinh")>(x); }
inline Scalar cosh(Scalar x) { return detail::call<function_index("cosh")>(x); }
inline Scalar tanh(Scalar x) { return detail::call<function_index("tanh")>(x); }
inline Scalar asinh(Scalar x) { return detail::call<function_index("asinh")>(x); }
inline Scalar acosh(Scalar x) { return detail::call<function_index("acosh")>(x); }
inline Scalar atanh(Scalar x) { return detail::call<function_index("atanh")>(x); }
inline Scalar erf(Scalar x) { return detail::call<function_index("erf")>(x); }
inline Scalar erfc(Scalar x) { return detail::call<function_index("erfc")>(x); }
inline Scalar lgamma(Scalar x) { return detail::call<function_index("lgamma")>(x); }
inline Scalar polygamma(Scalar n, Scalar x) { return detail::call<function_index("polygamma")>(n, x); }

}  // namespace wengert
