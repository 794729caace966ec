// SPDX-License-Identifier: Apache-2.0
#include "wengert/exec/native.h"

namespace wengert {

NativeKernel native_kernel(const Primitive&, std::span<const Type>, std::span<const Type>, const Attributes&) { return {}; }

}  // namespace wengert
