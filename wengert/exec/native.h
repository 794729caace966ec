// SPDX-License-Identifier: Apache-2.0
//
// Library kernels by shape, behind the primitives: they must agree with the reference kernel, and a test holds them to
// it. The library is loaded at its first use; without it the reference runs.
#pragma once

#include <functional>

#include "wengert/ir/primitive.h"

namespace wengert {

/// operands, then results
using NativeKernel = std::function<void(std::span<void* const> buffers)>;

/// A library's kernel for this instruction, or an empty function if none is better than the reference.
NativeKernel native_kernel(const Primitive& primitive, std::span<const Type> operands, std::span<const Type> results,
                           const Attributes& attributes);

}  // namespace wengert
