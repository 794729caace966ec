// SPDX-License-Identifier: Apache-2.0
#include "wengert/passes/value_table.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "wengert/primitives/arithmetic.h"
#include "wengert/primitives/select.h"

namespace wengert {
namespace {

/// One step of a multiplicative hash; the final mixing of MurmurHash3 spreads the low bits.
uint64_t mixed(uint64_t hash, uint64_t word) {
  hash = (hash ^ word) * 0xff51afd7ed558ccdu;
  return hash ^ hash >> 33;
}

uint64_t hash_bytes(const void* data, size_t bytes) {
  const auto* at = static_cast<const unsigned char*>(data);
  uint64_t hash = bytes;
  for (; bytes >= 8; bytes -= 8, at += 8) {
    uint64_t word;
    std::memcpy(&word, at, 8);
    hash = mixed(hash, word);
  }
  for (; bytes > 0; --bytes) hash = mixed(hash, *at++);
  return hash;
}

uint64_t hash_type(const Type& type) {
  return mixed(hash_bytes(type.shape.begin(), static_cast<size_t>(type.shape.rank()) * sizeof(int64_t)),
               static_cast<uint64_t>(type.dtype));
}

uint64_t hash_array(const Array& array) {
  return mixed(hash_bytes(array.view().data, array.type().bytes()), hash_type(array.type()));
}

/// The names of the primitives and the outputs: enough to tell most bodies apart.
uint64_t hash_program(const Program& p) {
  uint64_t hash = mixed(p.size(), p.inputs());
  for (uint32_t v = 0; v < p.size(); ++v) hash = mixed(hash, p.primitive(ValueId{v}).id);
  for (ValueId v : p.outputs()) hash = mixed(hash, index(v));
  return hash;
}

struct ValueHash {
  uint64_t operator()(bool x) const { return x; }
  uint64_t operator()(int64_t x) const { return static_cast<uint64_t>(x); }
  uint64_t operator()(double x) const { return std::bit_cast<uint64_t>(x); }
  uint64_t operator()(DType x) const { return static_cast<uint64_t>(x); }
  uint64_t operator()(const std::vector<int64_t>& x) const { return hash_bytes(x.data(), x.size() * sizeof(int64_t)); }
  uint64_t operator()(const std::string& x) const { return hash_bytes(x.data(), x.size()); }
  uint64_t operator()(const Array& x) const { return hash_array(x); }
  uint64_t operator()(const NestedProgram& x) const { return hash_program(*x); }
};

/// Operands in one order for all that may change places.
struct Ordered {
  Ordered(const Primitive& primitive, std::span<const ValueId> operands) : all(operands) {
    if (interchangeable_operands(primitive) == 2) first = std::minmax(operands[0], operands[1]), swaps = true;
  }
  ValueId operator[](size_t k) const { return !swaps || k > 1 ? all[k] : k == 0 ? first.first : first.second; }
  friend bool operator==(const Ordered& a, const Ordered& b) {
    if (a.all.size() != b.all.size()) return false;
    for (size_t k = 0; k < a.all.size(); ++k)
      if (a[k] != b[k]) return false;
    return true;
  }
  std::span<const ValueId> all;
  std::pair<ValueId, ValueId> first;
  bool swaps = false;
};

uint32_t hash_line(const Primitive& primitive, const Ordered& operands, const Attributes& attributes) {
  uint64_t hash = primitive.id;
  for (size_t k = 0; k < operands.all.size(); ++k) hash = mixed(hash, index(operands[k]));
  for (const auto& [name, value] : attributes)
    hash = mixed(mixed(hash, hash_bytes(name.data(), name.size())), std::visit(ValueHash{}, value));
  return static_cast<uint32_t>(hash ^ hash >> 32);
}

uint32_t hash_constant(const Array& value) {
  const uint64_t hash = mixed(constant_p.id, hash_array(value));
  return static_cast<uint32_t>(hash ^ hash >> 32);
}

}  // namespace

int interchangeable_operands(const Primitive& primitive) {
  const Primitive* const commutative[] = {&add_p, &mul_p, &fma_p, &equal_p, &logical_and_p, &logical_or_p};
  return std::ranges::find(commutative, &primitive) == std::end(commutative) ? 0 : 2;
}

template <class Equal> ValueId ValueTable::probe(uint32_t hash, Equal equal) const {
  const size_t mask = slots_.size() - 1;
  for (size_t at = hash & mask; slots_[at].line != no_value; at = (at + 1) & mask)
    if (slots_[at].hash == hash && equal(slots_[at].line)) return slots_[at].line;
  return no_value;
}

ValueId ValueTable::find(const Primitive& primitive, std::span<const ValueId> operands,
                         const Attributes& attributes) const {
  const Ordered ordered(primitive, operands);
  return probe(hash_line(primitive, ordered, attributes), [&](ValueId line) {
    return &lines_.primitive(line) == &primitive && Ordered(primitive, lines_.operands(line)) == ordered &&
           lines_.attributes(line) == attributes;
  });
}

ValueId ValueTable::find(const Array& constant) const {
  return probe(hash_constant(constant), [&](ValueId line) {
    return lines_.is_constant(line) && lines_.type(line) == constant.type() && lines_.constant(line) == constant;
  });
}

uint32_t ValueTable::hash_of(ValueId line) const {
  if (lines_.is_constant(line)) return hash_constant(lines_.constant(line));
  const Primitive& primitive = lines_.primitive(line);
  return hash_line(primitive, Ordered(primitive, lines_.operands(line)), lines_.attributes(line));
}

void ValueTable::enter(Slots& slots, Slot slot) {
  size_t at = slot.hash & (slots.size() - 1);
  while (slots[at].line != no_value) at = (at + 1) & (slots.size() - 1);
  slots[at] = slot;
}

void ValueTable::add(ValueId line) {
  if (2 * ++used_ > slots_.size()) {
    Slots larger(2 * slots_.size());
    for (const Slot& slot : slots_)
      if (slot.line != no_value) enter(larger, slot);
    slots_ = std::move(larger);
  }
  enter(slots_, {hash_of(line), line});
}

}  // namespace wengert
