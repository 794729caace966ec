// SPDX-License-Identifier: Apache-2.0
#include "wengert/kernel/kernel.h"

#include <bit>

#include "wengert/base/error.h"

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

}  // namespace

namespace detail {
uint32_t real_constant(double value) { return KernelBuilder::current().constant(value); }
uint32_t integer_constant(int64_t value) { return KernelBuilder::current().constant(value); }
uint32_t boolean_constant(bool value) { return KernelBuilder::current().constant(value); }
}  // namespace detail

KernelBuilder::KernelBuilder(std::span<const Type> operands, std::span<const Type> results) : outer_(current_builder) {
  kernel_.operands.assign(operands.begin(), operands.end());
  kernel_.results.assign(results.begin(), results.end());
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
  return {static_cast<uint32_t>(operands() + k), kernel_.results[static_cast<size_t>(k)]};
}

Buffer KernelBuilder::scratch(const Type& type) {
  kernel_.scratch.push_back(type);
  return {static_cast<uint32_t>(kernel_.operands.size() + kernel_.results.size() + kernel_.scratch.size() - 1), type};
}

uint32_t KernelBuilder::constant(double value) {
  return constant_register(real_constants_, std::bit_cast<uint64_t>(value), value, kernel_.reals, kernel_.real_constants);
}
uint32_t KernelBuilder::constant(int64_t value) {
  return constant_register(integer_constants_, value, value, kernel_.integers, kernel_.integer_constants);
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
  kernel_.steps.push_back({op, 0, kernel_.integers, a, b, c});
  return Integer(Scalar::Register{kernel_.integers++});
}
Boolean KernelBuilder::boolean_step(Micro op, uint32_t a, uint32_t b) {
  kernel_.steps.push_back({op, 0, kernel_.booleans, a, b, 0});
  return Boolean(Scalar::Register{kernel_.booleans++});
}

size_t KernelBuilder::begin_loop(Integer index, Integer extent) {
  kernel_.steps.push_back({Micro::loop, 0, index.slot, extent.slot, 0, 0});
  return kernel_.steps.size() - 1;
}

void KernelBuilder::end_loop(size_t start) {
  kernel_.steps[start].b = static_cast<uint32_t>(kernel_.steps.size());
  const MicroStep& head = kernel_.steps[start];
  kernel_.steps.push_back({Micro::end_loop, 0, head.to, head.a, static_cast<uint32_t>(start), 0});
}

Scalar KernelBuilder::variable(Scalar initial) { return real_step(Micro::copy_real, initial.slot); }
Integer KernelBuilder::variable(Integer initial) { return integer_step(Micro::copy_integer, initial.slot); }
Boolean KernelBuilder::variable(Boolean initial) { return boolean_step(Micro::copy_boolean, initial.slot); }
void KernelBuilder::assign(Scalar variable, Scalar value) { plain_step(Micro::copy_real, variable.slot, value.slot); }
void KernelBuilder::assign(Integer variable, Integer value) { plain_step(Micro::copy_integer, variable.slot, value.slot); }
void KernelBuilder::assign(Boolean variable, Boolean value) { plain_step(Micro::copy_boolean, variable.slot, value.slot); }

Integer Buffer::flat(std::span<const Integer> index) const {
  const auto strides = shape().strides();
  Integer position(0);
  size_t axis = 0;
  for (Integer i : index) {
    const Integer scaled = strides[axis] == 1 ? i : i * Integer(strides[axis]);
    position = axis == 0 ? scaled : position + scaled;
    ++axis;
  }
  return position;
}

Scalar Buffer::real(Integer flat) const { return KernelBuilder::current().real_step(Micro::load_real, index_, flat.slot); }
Integer Buffer::integer(Integer flat) const {
  return KernelBuilder::current().integer_step(Micro::load_integer, index_, flat.slot);
}
Boolean Buffer::boolean(Integer flat) const {
  return KernelBuilder::current().boolean_step(Micro::load_boolean, index_, flat.slot);
}
void Buffer::store(Integer flat, Scalar value) const {
  KernelBuilder::current().plain_step(Micro::store_real, 0, index_, flat.slot, value.slot);
}
void Buffer::store(Integer flat, Integer value) const {
  KernelBuilder::current().plain_step(Micro::store_integer, 0, index_, flat.slot, value.slot);
}
void Buffer::store(Integer flat, Boolean value) const {
  KernelBuilder::current().plain_step(Micro::store_boolean, 0, index_, flat.slot, value.slot);
}

}  // namespace wengert
