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

namespace {

/// The axes of two shapes with as many elements, in the smallest groups with as many: of [6, 4] and [2, 3, 2, 2] the first
/// with the first two, the second with the last two.
struct AxisGroup {
  int first_a = 0, last_a = 0, first_b = 0, last_b = 0;  ///< the axes first .. last - 1
};

std::vector<AxisGroup> common_groups(const Shape& a, const Shape& b) {
  std::vector<AxisGroup> groups;
  int i = 0, j = 0;
  while (i < a.rank() || j < b.rank()) {
    AxisGroup group{i, i, j, j};
    int64_t of_a = 1, of_b = 1;
    do {
      const bool more_a = j == b.rank() || (i < a.rank() && of_a <= of_b);
      if (more_a) of_a *= a[i++];
      else of_b *= b[j++];
    } while (of_a != of_b);
    group.last_a = i, group.last_b = j;
    groups.push_back(group);
  }
  return groups;
}

/// Appends the index along axes first .. last - 1 of `shape` of element `flat` of those axes, by division.
void append_divided(Integer flat, const Shape& shape, int first, int last, std::vector<Integer>& index) {
  int64_t stride = 1;
  for (int axis = first; axis < last; ++axis) stride *= shape[axis];
  Integer rest = flat;
  for (int axis = first; axis < last; ++axis) {
    stride /= shape[axis];
    index.push_back(shape[axis] == 1 ? Integer(0) : stride == 1 ? rest : rest / Integer(stride));
    if (stride != 1 && shape[axis] != 1) rest = rest % Integer(stride);
  }
}

/// The index in an array of shape `b` of the element that is at `index` in one of shape `a` with the same elements.
std::vector<Integer> realigned(const Shape& a, std::span<const Integer> index, const Shape& b) {
  std::vector<Integer> result;
  for (const AxisGroup& group : common_groups(a, b)) {
    Integer flat(0);
    for (int axis = group.first_a; axis < group.last_a; ++axis)
      if (a[axis] != 1) flat = flat * Integer(a[axis]) + index[static_cast<size_t>(axis)];
    append_divided(flat, b, group.first_b, group.last_b, result);
  }
  return result;
}

}  // namespace

/// The index at `flat` of an array of `shape`: known, or from what is known of another shape, or by division.
std::vector<Integer> KernelBuilder::decomposed(Integer flat, const Shape& shape) {
  const KnownIndex* other = nullptr;
  for (const auto* all : {&known_, &derived_})
    for (const KnownIndex& known : *all) {
      if (known.flat.slot != flat.slot || !is_open(known.iteration)) continue;
      if (known.shape == shape) return known.index;
      if (known.shape.elements() == shape.elements()) other = &known;
    }
  if (shape.elements() == 0) return std::vector<Integer>(static_cast<size_t>(shape.rank()), flat);
  auto index = other != nullptr ? realigned(other->shape, other->index, shape) : realigned({shape.elements()}, {{flat}}, shape);
  remember(shape, index, flat);
  return index;
}

std::optional<Integer> KernelBuilder::known_flat(const Shape& shape, std::span<const Integer> index) const {
  const auto same = [](Integer a, Integer b) { return a.slot == b.slot; };
  for (const auto* all : {&known_, &derived_})
    for (const KnownIndex& known : *all)
      if (known.shape == shape && is_open(known.iteration) && std::ranges::equal(known.index, index, same)) return known.flat;
  return {};
}

void KernelBuilder::remember(const Shape& shape, std::span<const Integer> index, Integer flat) {
  const auto may_change = [&](Integer i) { return std::ranges::find(integer_variables_, i.slot) != integer_variables_.end(); };
  if (shape.rank() < 2 || value_of(flat.slot) || may_change(flat) || std::ranges::any_of(index, may_change)) return;
  if (derived_.size() == most_derived) derived_.erase(derived_.begin());
  derived_.push_back({shape, {index.begin(), index.end()}, flat, iteration()});
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

void KernelBuilder::native(NativeCall::Function function, std::span<const Place> in, std::span<const Place> out,
                           double multiplications, std::shared_ptr<const NativeCall::Prepared> prepared) {
  NativeCall call{std::move(function), {}, {}, in.size(), multiplications, std::move(prepared)};
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
