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

}  // namespace wengert
