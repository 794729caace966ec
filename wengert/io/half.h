// SPDX-License-Identifier: Apache-2.0
//
// Halves: floats of 16 bits, as files keep them. f32 holds all of their numbers.
#pragma once

#include <bit>
#include <cstdint>

namespace wengert {

/// The number whose 16 bits are sign, 5 of exponent, 10 of fraction (IEEE 754 binary16).
inline float from_half(uint16_t bits) {
  const uint32_t sign = static_cast<uint32_t>(bits & 0x8000) << 16, exponent = bits >> 10 & 31, fraction = bits & 1023;
  if (exponent == 0) return std::bit_cast<float>(sign | std::bit_cast<uint32_t>(static_cast<float>(fraction) * 0x1p-24f));
  return std::bit_cast<float>(sign | (exponent == 31 ? 255 : exponent + 112) << 23 | fraction << 13);
}

}  // namespace wengert
