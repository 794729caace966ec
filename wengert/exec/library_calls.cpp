// SPDX-License-Identifier: Apache-2.0
#include "wengert/exec/library_calls.h"

#include "wengert/exec/native.h"

namespace wengert {
namespace {

/// A product of so few terms is written out sooner than it is called: for A[m, k] B[k, n] = C[m, n] the product of all
/// sizes is (m n k)^2.
bool is_small(std::span<const Type> operands, std::span<const Type> results) {
  constexpr double fewest_terms = 512;
  double sizes = 1;
  for (const auto types : {operands, results})
    for (const Type& type : types) sizes *= static_cast<double>(type.elements());
  return sizes < fewest_terms * fewest_terms;
}

void call_parts(KernelBuilder& k, const NativeParts& native, std::span<const Place> in, const Place& out) {
  if (native.parts == 1) return k.native(native.run, in, {&out, 1}, native.multiplications, native.prepared);
  k.parallel_loop(Integer(native.parts), [&](Integer part) {
    const auto of_part = [&](const Place& whole, size_t which) {
      return native.steps[which] == 0 ? whole : k.part(whole, part * Integer(native.steps[which]));
    };
    std::vector<Place> own;
    for (size_t which = 0; which < in.size(); ++which) own.push_back(of_part(in[which], which));
    const Place result = of_part(out, in.size());
    k.native(native.run, own, {&result, 1}, native.multiplications, native.prepared);
  });
}

void call_parts_and_add(KernelBuilder& k, const NativeParts& native, std::span<const Place> in, const Place& out, const Type& type) {
  const Place parts = k.scratch_place({type.dtype, Shape{native.parts * type.elements()}});
  call_parts(k, native, in, parts);
  k.parallel_loop(Integer(type.elements()), [&](Integer flat) {
    Scalar sum(Scalar::Register{k.load(parts, type.dtype, flat)});
    for (int64_t part = 1; part < native.parts; ++part)
      sum = sum + Scalar(Scalar::Register{k.load(parts, type.dtype, flat + Integer(part * type.elements()))});
    const uint32_t slot = type.dtype == DType::f32 ? k.real_step(Micro::round_single, sum.slot).slot : sum.slot;
    k.store(out, type.dtype, flat, slot);
  });
}

}  // namespace

/// What follows a product element by element stays a loop of its own: done tile by tile it would gain little. Such loops
/// take 14 and 16% of the training steps of 784-512-256-10 (Adam) and 64-64-64-10 at batch 128, the products 76 to 79%.
bool call_library(KernelBuilder& k, const Instruction& line, std::span<const Type> operands, std::span<const Type> results,
                  std::span<const Place> in, std::span<const Place> out) {
  // One result: of a NativeCall's buffers the last one is written, and no other (exec/blocks).
  if (results.size() != 1 || is_small(operands, results)) return false;
  for (const auto places : {in, out})
    for (const Place& place : places)
      if (!place.is_buffer()) return false;
  const int64_t most_parts = k.iteration() == 0 ? 8 : 1;  // loops inside loops are not shared by threads
  const NativeParts native = native_parts(line.primitive, operands, results, line.attributes, most_parts);
  if (!native.run) return false;
  if (native.added_up) call_parts_and_add(k, native, in, out[0], results[0]);
  else call_parts(k, native, in, out[0]);
  return true;
}

}  // namespace wengert
