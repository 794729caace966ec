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
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "wengert/base/shape.h"
#include "wengert/kernel/functions.h"
#include "wengert/kernel/micro.h"

namespace wengert {

/// A library's function on whole arrays, inside a kernel: `function` gets the addresses of element `bases[k]` (an integer
/// register; Place::nowhere in its stead: element 0) of buffers[k].
struct NativeCall {
  using Function = std::function<void(std::span<void* const>)>;
  /// The same with one of the operands in another form: worth making where the operand stays as it is while a loop runs.
  struct Prepared {
    size_t operand = 0;
    Type type;         ///< of that form
    Function prepare;  ///< makes it, the second of two buffers, of the operand
    Function function;
    double multiplications = 0;  ///< that `prepare` takes, about
  };

  Function function;
  std::vector<uint32_t> buffers, bases;
  size_t operands = 0;  ///< so many of the buffers, the first, are only read
  double multiplications = 0;  ///< that it takes, about
  std::shared_ptr<const Prepared> prepared = nullptr;  ///< null: there is no other form
};

/// A finished kernel. Constants are in registers before the first step.
struct Kernel {
  template <class T> struct Constant { uint32_t to; T value; };

  std::vector<Type> operands, results, scratch;  ///< a buffer's number counts through them in this order
  std::vector<MicroStep> steps;
  std::vector<NativeCall> natives;
  std::vector<Constant<double>> real_constants;
  std::vector<Constant<int64_t>> integer_constants;
  std::vector<Constant<bool>> boolean_constants;
  uint32_t reals = 0, integers = 0, booleans = 0;  ///< register counts
  /// Of each scratch buffer: the step of the outermost parallel loop that it lives in, one iteration at a time, or
  /// `whole_run`.
  std::vector<uint32_t> scratch_loop;
  /// Of each scratch buffer: the step of the innermost loop that it was made in, or `whole_run`. From one iteration of that
  /// loop to the next it keeps nothing.
  std::vector<uint32_t> scratch_scope;
  static constexpr uint32_t whole_run = 0xffffffff;
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

/// Where a Buffer's elements are while a kernel is written into a larger one (KernelBuilder::frame): in a buffer of the
/// larger kernel from element `base` on, or in one register, or given and taken one by one by functions. Registers are
/// of the kind of the dtype: real, integer or boolean.
struct Place {
  static constexpr uint32_t nowhere = 0xffffffff;

  uint32_t buffer = nowhere;
  std::optional<Integer> base = {};
  std::optional<uint32_t> value = {};                         ///< the register of the only element
  std::function<uint32_t(Integer flat)> load = {};            ///< the register of an element
  std::function<void(Integer flat, uint32_t slot)> store = {};

  bool is_buffer() const { return buffer != nowhere && !load && !store; }
};

/// A buffer of the kernel: an operand (read), a result or scratch (written, and read again after it was written).
class Buffer {
 public:
  Buffer(uint32_t place, const Type& type) : index_(place), type_(type) {}
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
  /// this[flat] += value, which an engine may do for several iterations at once. Reals only.
  void add(Integer flat, Scalar value) const;

 private:
  uint32_t index_;
  Type type_;
};

/// Collects a kernel. One builder a thread at a time is current; handles belong to it. A larger kernel is put together
/// by writing kernels one after the other in frames, each with operands and results at places of the larger one.
class KernelBuilder {
 public:
  KernelBuilder(std::span<const Type> operands, std::span<const Type> results);
  ~KernelBuilder();
  KernelBuilder(const KernelBuilder&) = delete;
  KernelBuilder& operator=(const KernelBuilder&) = delete;

  int operands() const { return static_cast<int>(frame_.operands.size()); }
  Buffer operand(int k) const { return {frame_.first + static_cast<uint32_t>(k), frame_.operands[static_cast<size_t>(k)]}; }
  Buffer result(int k = 0) const;
  /// Memory that lives while the iteration of the innermost open loop does, or while the kernel runs where none is open; not
  /// initialised.
  Buffer scratch(const Type& type);
  Place scratch_place(const Type& type);
  /// The elements of `whole` from `first` on.
  Place part(const Place& whole, Integer first);

  /// body(Integer i) for i = 0 .. extent - 1; the extent may be computed (triangular loops).
  template <class Body> void loop(Integer extent, Body body) { loop_of_kind(sequential, extent, body); }
  /// The same where no iteration reads what another one writes, but for sums that they add to (accumulate, assign(sum,
  /// sum + x)) and extrema (assign(largest, max(largest, x))): an engine may run several at once.
  template <class Body> void parallel_loop(Integer extent, Body body) { loop_of_kind(parallel, extent, body); }
  /// A parallel loop over the points of a map: its iterations are worth a SIMD lane each.
  template <class Body> void loop_over_points(Integer extent, Body body) { loop_of_kind(points, extent, body); }
  /// Nested loops over every index of `shape`, row-major: body(std::span<const Integer>).
  template <class Body> void loop_over(const Shape& shape, Body body) {
    if (at_element()) return in_element([&] { body(std::span<const Integer>(decomposed(frame_.element->flat, shape))); });
    std::vector<Integer> index;
    loop_axis(sequential, shape, index, body);
  }
  /// The same where no iteration reads what another one writes.
  template <class Body> void parallel_loop_over(const Shape& shape, Body body) {
    if (at_element()) return loop_over(shape, body);
    std::vector<Integer> index;
    loop_axis(parallel, shape, index, body);
  }
  /// The same; body(Integer flat), whose index is known to kernels framed inside.
  void loop_elements(const Shape& shape, const std::function<void(Integer flat)>& body);
  /// A register that may be assigned again, inside loops too.
  Scalar variable(Scalar initial);
  Integer variable(Integer initial);
  Boolean variable(Boolean initial);
  void assign(Scalar variable, Scalar value);
  void assign(Integer variable, Integer value);
  void assign(Boolean variable, Boolean value);

  /// Writes a kernel here: `write` sees `in` and `out` as its operands and results.
  void frame(std::span<const Type> operand_types, std::span<const Place> in, std::span<const Type> result_types,
             std::span<const Place> out, const std::function<void()>& write);
  /// As frame, for a kernel that is one loop over the elements of its one result: writes the step for element `flat`
  /// alone and returns the register of what it would store there.
  uint32_t element(std::span<const Type> operand_types, std::span<const Place> in, const Type& result_type, Integer flat,
                   const std::function<void()>& write);
  /// The registers of an element of a place, and the store into it.
  uint32_t load(const Place& place, DType dtype, Integer flat);
  void store(const Place& place, DType dtype, Integer flat, uint32_t slot);
  /// A library call on arrays at `in` and `out`, which are in buffers.
  void native(NativeCall::Function function, std::span<const Place> in, std::span<const Place> out, double multiplications = 1000,
              std::shared_ptr<const NativeCall::Prepared> prepared = nullptr);
  /// place[flat] += value, reals only.
  void accumulate(const Place& place, Integer flat, Scalar value);

  /// Names the iteration of the innermost open loop; whether that iteration is still open. A register made in an
  /// iteration may be used as long as it is.
  uint32_t iteration() const { return open_.empty() ? 0 : open_.back(); }
  bool is_open(uint32_t iteration) const;
  bool inside_points() const { return parallel_depth_ > 0; }

  size_t steps() const { return kernel_.steps.size(); }
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
  friend class Buffer;
  enum LoopKind : uint8_t { sequential, parallel, points, rows };

  /// What `write` of frame() sees. `element`: only this element of the result is written.
  struct Element { Integer flat; bool inside = false; };
  struct Frame {
    std::vector<Type> operands, results;
    uint32_t first = 0;  ///< of its places
    std::optional<Element> element = {};
  };
  /// An index whose flat place is known.
  struct KnownIndex { Shape shape; std::vector<Integer> index; Integer flat; uint32_t iteration = 0; };
  static constexpr size_t most_derived = 16;

  bool at_element() const { return frame_.element && !frame_.element->inside; }
  template <class Body> void in_element(Body body) {
    frame_.element->inside = true;
    body();
    frame_.element->inside = false;
  }
  template <class Body> void loop_of_kind(LoopKind kind, Integer extent, Body& body) {
    if (at_element()) return in_element([&] { body(frame_.element->flat); });
    const Integer index(Scalar::Register{kernel_.integers++});
    const size_t start = begin_loop(kind, index, extent);
    body(index);
    end_loop(start);
  }
  template <class Body> void loop_axis(LoopKind innermost, const Shape& shape, std::vector<Integer>& index, Body& body) {
    const int axis = static_cast<int>(index.size());
    if (axis == shape.rank()) return body(std::span<const Integer>(index));
    auto next = [&](Integer i) {
      index.push_back(i);
      loop_axis(innermost, shape, index, body);
      index.pop_back();
    };
    const LoopKind outer = innermost == parallel ? rows : sequential;
    loop_of_kind(axis + 1 == shape.rank() ? innermost : outer, Integer(shape[axis]), next);
  }
  std::vector<Integer> decomposed(Integer flat, const Shape& shape);
  /// For decomposed, as long as the iteration is open: without it an inlined operand would divide to find its index.
  void remember(const Shape& shape, std::span<const Integer> index, Integer flat);
  std::optional<Integer> known_flat(const Shape& shape, std::span<const Integer> index) const;
  std::optional<int64_t> value_of(uint32_t integer) const;
  std::optional<uint32_t> folded(Micro op, uint32_t a, uint32_t b);
  uint32_t load_step(DType dtype, uint32_t buffer, Integer flat);
  Integer position(const Place& place, Integer flat);
  size_t begin_loop(LoopKind kind, Integer index, Integer extent);
  void end_loop(size_t start);

  Kernel kernel_;
  Frame frame_;
  std::deque<Place> places_;
  std::vector<KnownIndex> known_, derived_;  // of loops over elements; the last ones computed from an index or for one
  std::vector<uint32_t> integer_variables_;
  std::vector<uint32_t> open_;        // iterations of open loops, by number
  std::vector<uint32_t> open_loops_;  // and their steps
  uint32_t iterations_ = 0, parallel_depth_ = 0, outermost_parallel_ = Kernel::whole_run;
  std::map<uint64_t, uint32_t> real_constants_;  // by bit pattern
  std::map<int64_t, uint32_t> integer_constants_, boolean_constants_;
  std::unordered_map<uint32_t, int64_t> constant_integers_;
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
