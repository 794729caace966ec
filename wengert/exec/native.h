// SPDX-License-Identifier: Apache-2.0
//
// Kernels by shape, behind the primitives: matrix products (exec/matmul.h), convolutions (exec/convolve.h) and broadcasts as
// plain loops. They must agree with the reference kernel, and a test holds them to it.
#pragma once

#include <functional>

#include "wengert/ir/primitive.h"

namespace wengert {

/// operands, then results
using NativeKernel = std::function<void(std::span<void* const> buffers)>;

/// A native kernel for this instruction, or an empty function if none is better than the reference.
NativeKernel native_kernel(const Primitive& primitive, std::span<const Type> operands, std::span<const Type> results,
                           const Attributes& attributes);

/// The same as calls of one size that threads may share: part i reads its operands, and writes its result, steps[i] elements
/// behind those of the part before; 0: all parts have the same.
struct NativeParts {
  NativeKernel run = {};  ///< of one part; empty: as native_kernel's
  int64_t parts = 1;
  std::vector<int64_t> steps = {};  ///< of each operand, then of the result
  bool added_up = false;            ///< the parts' results are as large as the whole, which is their sum
  double multiplications = 1000;    ///< of a part
  std::shared_ptr<const NativeCall::Prepared> prepared = nullptr;  ///< of a part
};

/// In how many parts it is done, at most `most`, depends on the shapes alone, so the bits of the result do.
NativeParts native_parts(const Primitive& primitive, std::span<const Type> operands, std::span<const Type> results,
                         const Attributes& attributes, int64_t most = 8);

}  // namespace wengert
