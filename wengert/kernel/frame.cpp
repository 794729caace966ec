// SPDX-License-Identifier: Apache-2.0
//
// KernelBuilder's frames: a kernel written into a larger one, at places of the larger one's choosing, whole or for one
// element of its result. What a primitive's author writes is never changed for it: its Buffers lead here.
#include <algorithm>

#include "wengert/base/error.h"
#include "wengert/kernel/kernel.h"

namespace wengert {

void KernelBuilder::frame(std::span<const Type> operand_types, std::span<const Place> in,
                          std::span<const Type> result_types, std::span<const Place> out,
                          const std::function<void()>& write) {
  Frame inner{{operand_types.begin(), operand_types.end()}, {result_types.begin(), result_types.end()},
              static_cast<uint32_t>(places_.size())};
  places_.insert(places_.end(), in.begin(), in.end());
  places_.insert(places_.end(), out.begin(), out.end());
  std::swap(frame_, inner);
  write();
  places_.resize(frame_.first);
  std::swap(frame_, inner);
}

uint32_t KernelBuilder::element(std::span<const Type> operand_types, std::span<const Place> in, const Type& result_type,
                                Integer flat, const std::function<void()>& write) {
  std::optional<uint32_t> stored;
  const Place out{.store = [&](Integer, uint32_t slot) { stored = slot; }};
  frame(operand_types, in, {&result_type, 1}, {&out, 1}, [&] {
    frame_.element = Element{flat};
    write();
  });
  if (!stored) throw InternalError("W907", "a kernel said to go element by element stored nothing for one");
  return result_type.dtype == DType::f32 ? real_step(Micro::round_single, *stored).slot : *stored;
}

/// The index at `flat` of an array of `shape`: known, or by division.
std::vector<Integer> KernelBuilder::decomposed(Integer flat, const Shape& shape) {
  for (auto known = known_.rbegin(); known != known_.rend(); ++known)
    if (known->flat.slot == flat.slot && known->shape == shape) return known->index;
  const auto strides = shape.strides();
  std::vector<Integer> index;
  Integer rest = flat;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const bool last = axis + 1 == shape.rank();
    const Integer stride(strides[static_cast<size_t>(axis)]);
    index.push_back(shape[axis] == 1 ? Integer(0) : last ? rest : rest / stride);
    if (!last && shape[axis] != 1) rest = rest % stride;
  }
  return index;
}

std::optional<Integer> KernelBuilder::known_flat(const Shape& shape, std::span<const Integer> index) const {
  const auto same = [](Integer a, Integer b) { return a.slot == b.slot; };
  for (auto known = known_.rbegin(); known != known_.rend(); ++known)
    if (known->shape == shape && std::ranges::equal(known->index, index, same)) return known->flat;
  return {};
}

Integer KernelBuilder::position(const Place& place, Integer flat) { return place.base ? *place.base + flat : flat; }

Place KernelBuilder::part(const Place& whole, Integer first) {
  if (whole.value) return whole;
  Place result = whole;
  if (whole.load) result.load = [whole, first](Integer flat) { return whole.load(first + flat); };
  if (whole.store) result.store = [whole, first](Integer flat, uint32_t slot) { whole.store(first + flat, slot); };
  if (whole.is_buffer()) result.base = whole.base ? *whole.base + first : first;
  return result;
}

uint32_t KernelBuilder::load_step(DType dtype, uint32_t buffer, Integer flat) {
  if (is_float(dtype)) return real_step(Micro::load_real, buffer, flat.slot).slot;
  if (dtype == DType::i64) return integer_step(Micro::load_integer, buffer, flat.slot).slot;
  return boolean_step(Micro::load_boolean, buffer, flat.slot).slot;
}

uint32_t KernelBuilder::load(const Place& place, DType dtype, Integer flat) {
  if (place.value) return *place.value;
  if (place.load) return place.load(flat);
  return load_step(dtype, place.buffer, position(place, flat));
}

void KernelBuilder::store(const Place& place, DType dtype, Integer flat, uint32_t slot) {
  if (place.store) return place.store(flat, slot);
  const Micro op = is_float(dtype) ? Micro::store_real : dtype == DType::i64 ? Micro::store_integer : Micro::store_boolean;
  plain_step(op, 0, place.buffer, position(place, flat).slot, slot);
}

void KernelBuilder::native(std::function<void(std::span<void* const>)> function, std::span<const Place> in,
                           std::span<const Place> out) {
  NativeCall call{std::move(function), {}, {}, in.size()};
  for (const auto places : {in, out})
    for (const Place& place : places) {
      call.buffers.push_back(place.buffer);
      call.bases.push_back(place.base ? place.base->slot : Place::nowhere);
    }
  plain_step(Micro::native, 0, static_cast<uint32_t>(kernel_.natives.size()));
  kernel_.natives.push_back(std::move(call));
}

void KernelBuilder::accumulate(const Place& place, Integer flat, Scalar value) {
  plain_step(Micro::accumulate_real, 0, place.buffer, position(place, flat).slot, value.slot);
}

}  // namespace wengert
