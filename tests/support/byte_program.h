// SPDX-License-Identifier: Apache-2.0
//
// Well-typed Programs out of any bytes, with a point: what a fuzzer turns into work for the engines. Beside what
// random_program draws there are integers and bools, arrays without elements, values at kinks and poles, NaN, infinity
// and numbers too small for f32; operands are any values whose types an instruction takes. Equal bytes give equal
// Programs.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "wengert/base/array.h"
#include "wengert/ir/program.h"

namespace wengert {

struct ByteProgram {
  Program program;  ///< as drawn, or a derivative of that
  std::vector<Array> point;
};

/// The first byte says which derivative is taken, if there is one; the Program itself otherwise.
///
/// throws : InternalError only
ByteProgram program_of_bytes(std::span<const uint8_t> bytes);

/// `count` bytes of a key, for tests that draw.
std::vector<uint8_t> random_bytes(uint64_t key, size_t count);

}  // namespace wengert
