// SPDX-License-Identifier: Apache-2.0
#include "wengert/kernel/kernel.h"

#include <algorithm>
#include <bit>

#include "wengert/base/error.h"
#include "wengert/kernel/interpret.h"

namespace wengert {
namespace {

thread_local KernelBuilder* current_builder = nullptr;

template <class Key, class T>
uint32_t constant_register(std::map<Key, uint32_t>& known, Key key, T value, uint32_t& registers,
                           std::vector<Kernel::Constant<T>>& constants) {
  const auto [place, added] = known.try_emplace(key, registers);
  if (added) constants.push_back({registers++, value});
  return place->second;
}

Integer row_major(const Shape& shape, std::span<const Integer> index) {
  const auto strides = shape.strides();
  Integer position(0);
  size_t axis = 0;
  for (Integer i : index) {
    const Integer scaled = strides[axis] == 1 ? i : i * Integer(strides[axis]);
    position = axis == 0 ? scaled : position + scaled;
    ++axis;
  }
  return position;
}

}  // namespace

namespace detail {
uint32_t real_constant(double value) { return KernelBuilder::current().constant(value); }
uint32_t integer_constant(int64_t value) { return KernelBuilder::current().constant(value); }
uint32_t boolean_constant(bool value) { return KernelBuilder::current().constant(value); }
}  // namespace detail

KernelBuilder::KernelBuilder(std::span<const Type> operands, std::span<const Type> results) : outer_(current_builder) {
  kernel_.operands.assign(operands.begin(), operands.end());
  kernel_.results.assign(results.begin(), results.end());
  frame_.operands = kernel_.operands;
  frame_.results = kernel_.results;
  for (uint32_t k = 0; k < operands.size() + results.size(); ++k) places_.push_back({.buffer = k});
  current_builder = this;
}

KernelBuilder::~KernelBuilder() { current_builder = outer_; }

KernelBuilder& KernelBuilder::current() {
  if (current_builder == nullptr)
    throw UsageError("W101", "a kernel's Scalar was used while no kernel is being built", {},
                     "use Scalar only inside the .kernel of a Primitive record");
  return *current_builder;
}

Buffer KernelBuilder::result(int k) const {
  return {frame_.first + static_cast<uint32_t>(operands() + k), frame_.results[static_cast<size_t>(k)]};
}

Place KernelBuilder::scratch_place(const Type& type) {
  kernel_.scratch.push_back(type);
  kernel_.scratch_loop.push_back(outermost_parallel_);
  kernel_.scratch_scope.push_back(open_loops_.empty() ? Kernel::whole_run : open_loops_.back());
  return {.buffer = static_cast<uint32_t>(kernel_.operands.size() + kernel_.results.size() + kernel_.scratch.size() - 1)};
}

Buffer KernelBuilder::scratch(const Type& type) {
  places_.push_back(scratch_place(type));
  return {static_cast<uint32_t>(places_.size() - 1), type};
}

uint32_t KernelBuilder::constant(double value) {
  return constant_register(real_constants_, std::bit_cast<uint64_t>(value), value, kernel_.reals, kernel_.real_constants);
}
uint32_t KernelBuilder::constant(int64_t value) {
  const uint32_t slot = constant_register(integer_constants_, value, value, kernel_.integers, kernel_.integer_constants);
  constant_integers_.try_emplace(slot, value);
  return slot;
}
uint32_t KernelBuilder::constant(bool value) {
  return constant_register(boolean_constants_, int64_t{value}, value, kernel_.booleans, kernel_.boolean_constants);
}

void KernelBuilder::plain_step(Micro op, uint32_t to, uint32_t a, uint32_t b, uint32_t c) {
  kernel_.steps.push_back({op, 0, to, a, b, c});
}
Scalar KernelBuilder::real_step(Micro op, uint32_t a, uint32_t b, uint32_t c, uint8_t function) {
  kernel_.steps.push_back({op, function, kernel_.reals, a, b, c});
  return Scalar(Scalar::Register{kernel_.reals++});
}
Integer KernelBuilder::integer_step(Micro op, uint32_t a, uint32_t b, uint32_t c) {
  if (const auto known = folded(op, a, b)) return Integer(Scalar::Register{*known});
  kernel_.steps.push_back({op, 0, kernel_.integers, a, b, c});
  return Integer(Scalar::Register{kernel_.integers++});
}
Boolean KernelBuilder::boolean_step(Micro op, uint32_t a, uint32_t b) {
  kernel_.steps.push_back({op, 0, kernel_.booleans, a, b, 0});
  return Boolean(Scalar::Register{kernel_.booleans++});
}

std::optional<int64_t> KernelBuilder::value_of(uint32_t integer) const {
  const auto found = constant_integers_.find(integer);
  return found == constant_integers_.end() ? std::nullopt : std::optional(found->second);
}

/// Index arithmetic on constants, and with 0 and 1, costs nothing when the kernel runs.
std::optional<uint32_t> KernelBuilder::folded(Micro op, uint32_t a, uint32_t b) {
  const auto x = value_of(a), y = value_of(b);
  const bool arithmetic = op >= Micro::integer_add && op <= Micro::integer_remainder;
  if (!arithmetic) return {};
  if (x && y) return constant(integer_value(op, *x, *y));
  if (op == Micro::integer_add && x == 0) return b;
  if ((op == Micro::integer_add || op == Micro::integer_subtract) && y == 0) return a;
  if (op == Micro::integer_multiply && x == 1) return b;
  if ((op == Micro::integer_multiply || op == Micro::integer_divide) && y == 1) return a;
  if (op == Micro::integer_multiply && (x == 0 || y == 0)) return constant(int64_t{0});
  return {};
}

size_t KernelBuilder::begin_loop(LoopKind kind, Integer index, Integer extent) {
  kernel_.steps.push_back({Micro::loop, kind, index.slot, extent.slot, 0, 0});
  const size_t start = kernel_.steps.size() - 1;
  open_.push_back(++iterations_);
  open_loops_.push_back(static_cast<uint32_t>(start));
  if (kind == points && parallel_depth_++ == 0) outermost_parallel_ = static_cast<uint32_t>(start);
  return start;
}

void KernelBuilder::end_loop(size_t start) {
  kernel_.steps[start].b = static_cast<uint32_t>(kernel_.steps.size());
  const MicroStep& head = kernel_.steps[start];
  open_.pop_back();
  open_loops_.pop_back();
  if (head.function == points && --parallel_depth_ == 0) outermost_parallel_ = Kernel::whole_run;
  kernel_.steps.push_back({Micro::end_loop, head.function, head.to, head.a, static_cast<uint32_t>(start), 0});
}

bool KernelBuilder::is_open(uint32_t iteration) const {
  return iteration == 0 || std::ranges::find(open_, iteration) != open_.end();
}

void KernelBuilder::loop_elements(const Shape& shape, const std::function<void(Integer flat)>& body) {
  std::vector<Integer> index;
  auto at_index = [&](std::span<const Integer> i) {
    const Integer flat = row_major(shape, i);
    known_.push_back({shape, {i.begin(), i.end()}, flat, iteration()});
    body(flat);
    known_.pop_back();
  };
  loop_axis(parallel, shape, index, at_index);
}

Scalar KernelBuilder::variable(Scalar initial) { return real_step(Micro::copy_real, initial.slot); }
Integer KernelBuilder::variable(Integer initial) {
  const Integer made = integer_step(Micro::copy_integer, initial.slot);
  integer_variables_.push_back(made.slot);
  return made;
}
Boolean KernelBuilder::variable(Boolean initial) { return boolean_step(Micro::copy_boolean, initial.slot); }
void KernelBuilder::assign(Scalar variable, Scalar value) { plain_step(Micro::copy_real, variable.slot, value.slot); }
void KernelBuilder::assign(Integer variable, Integer value) { plain_step(Micro::copy_integer, variable.slot, value.slot); }
void KernelBuilder::assign(Boolean variable, Boolean value) { plain_step(Micro::copy_boolean, variable.slot, value.slot); }

Integer Buffer::flat(std::span<const Integer> index) const {
  KernelBuilder& k = KernelBuilder::current();
  if (const auto known = k.known_flat(shape(), index)) return *known;
  const Integer flat = row_major(shape(), index);
  k.remember(shape(), index, flat);
  return flat;
}

Scalar Buffer::real(Integer flat) const {
  KernelBuilder& k = KernelBuilder::current();
  return Scalar(Scalar::Register{k.load(k.places_[index_], type_.dtype, flat)});
}
Integer Buffer::integer(Integer flat) const {
  KernelBuilder& k = KernelBuilder::current();
  return Integer(Scalar::Register{k.load(k.places_[index_], DType::i64, flat)});
}
Boolean Buffer::boolean(Integer flat) const {
  KernelBuilder& k = KernelBuilder::current();
  return Boolean(Scalar::Register{k.load(k.places_[index_], DType::boolean, flat)});
}
void Buffer::store(Integer flat, Scalar value) const {
  KernelBuilder& k = KernelBuilder::current();
  k.store(k.places_[index_], type_.dtype, flat, value.slot);
}
void Buffer::store(Integer flat, Integer value) const {
  KernelBuilder& k = KernelBuilder::current();
  k.store(k.places_[index_], DType::i64, flat, value.slot);
}
void Buffer::store(Integer flat, Boolean value) const {
  KernelBuilder& k = KernelBuilder::current();
  k.store(k.places_[index_], DType::boolean, flat, value.slot);
}
void Buffer::add(Integer flat, Scalar value) const {
  KernelBuilder& k = KernelBuilder::current();
  k.accumulate(k.places_[index_], flat, value);
}

}  // namespace wengert
