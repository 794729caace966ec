// SPDX-License-Identifier: Apache-2.0
//
// The closed set of micro-operations in which every kernel is written. An engine is a reading of this list; a primitive
// never adds to it. Registers are of three kinds: real (f64 while computing: a store rounds to the buffer's dtype),
// integer (i64, wraps around) and boolean. `call` reaches the pure scalar functions of functions.h and nothing else.
#pragma once

#include <cstdint>

namespace wengert {

enum class Micro : uint8_t {
  // control: integer register `to` runs from 0 to the value of integer register `a`, exclusive; `b` is the partner's
  // place; `function` says what an engine may do with the iterations: 0 one after the other, 1 in any order, several at
  // once, 2 the same and worth a SIMD lane each, 3 in any order, but the lanes are those of a loop inside
  loop, end_loop,
  // memory: buffer `a` (operands, then results, then scratch), flat element index in integer register `b`; the value that
  // is stored, or added to what is there, in `c`
  load_real, load_integer, load_boolean, store_real, store_integer, store_boolean, accumulate_real,
  // library call number `a` of the kernel, on the buffers that it names
  native,
  // assignment to a variable
  copy_real, copy_integer, copy_boolean,
  // real -> real
  add, subtract, multiply, divide, negate, fused_multiply_add, square_root, absolute, floor, minimum, maximum, call,
  round_single,  // to the nearest f32: what a store and a load would do
  // comparison and logic -> boolean
  less, less_equal, equal, integer_less, integer_equal, logical_and, logical_or, logical_not,
  // `a` ? `b` : `c`
  select_real, select_integer,
  // integer -> integer; division truncates, shift_right is logical
  integer_add, integer_subtract, integer_multiply, integer_divide, integer_remainder,
  bit_and, bit_or, bit_xor, shift_left, shift_right,
  // conversions; to_integer truncates, boolean becomes 0 or 1
  to_real, to_integer, boolean_to_integer,
};

/// One micro-operation: at most three register operands (or a buffer, or a function) and one result.
struct MicroStep {
  Micro op;
  uint8_t function = 0;  ///< index into `functions`, for call; the kind of a loop
  uint32_t to = 0, a = 0, b = 0, c = 0;
};

}  // namespace wengert
