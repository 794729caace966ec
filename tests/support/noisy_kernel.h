// SPDX-License-Identifier: Apache-2.0
//
// Two more readings of a kernel, for tests: with every number moved a little, and with every number a float.
#pragma once

#include <vector>

#include "wengert/exec/lower.h"

namespace wengert {

/// The outputs where every real number that is loaded or computed is moved by a relative 2^-50, up or down; by 2^-21
/// where it is made of f32 alone. Numbers that operations give exactly (a maximum, a choice, a sign) are not.
std::vector<Array> read_with_noise(const LoweredProgram& p, const std::vector<Array>& x, uint64_t key);

/// The outputs where every real number that is loaded or computed is rounded to f32: what emitted C computes in float,
/// but for the last digits of functions.
std::vector<Array> read_in_float(const LoweredProgram& p, const std::vector<Array>& x);

}  // namespace wengert
