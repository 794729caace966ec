// SPDX-License-Identifier: Apache-2.0
//
// The engines against the reference: what must be equal to the last bit, and how far what computes otherwise may be
// off.
//
// The error model of the compiled engine's default options. It rounds a product and a sum once (contract), takes vector
// functions that are a few ulps off, adds the terms of a sum in another order, and computes what is made of f32 alone
// in f32. So every number that a micro-operation computes or loads may be another by a relative e = 2^-50, or 2^-21
// where it is made of f32 alone. What that does to an output is measured: the kernel is read several times with every
// such number moved by its own +-e, and an output may be off by 16 times the farthest of them, and 4 ulps. Outputs that
// overflow, or integers and bools that come out otherwise in one of those readings, are left to it.
#pragma once

#include <string>
#include <vector>

#include "wengert/base/array.h"
#include "wengert/ir/program.h"
#include "wengert/kernel/kernel.h"

namespace wengert {

/// What the reference makes of a Program, or the id of the error that it ends with.
struct ReferenceRun {
  std::vector<Array> outputs;
  std::string error = {};
};
ReferenceRun reference_run(const Program& p, const std::vector<Array>& x);

/// Empty, or what is wrong: an engine's name, the output, the two numbers.
std::string check_interpreter(const Program& p, const std::vector<Array>& x, const ReferenceRun& expected);
/// Compiled at that level without lanes, contraction, f32 arithmetic, libraries and scalars for arrays: the
/// reference's bits.
std::string check_compiled_bits(const Program& p, const std::vector<Array>& x, const ReferenceRun& expected, int level);
/// Compiled with default options: within the error model.
std::string check_compiled(const Program& p, const std::vector<Array>& x, const ReferenceRun& expected);

/// How far each element of the outputs may be off by the error model; infinity: anywhere.
std::vector<std::vector<double>> allowed_errors(const Program& p, const std::vector<Array>& x,
                                                const std::vector<Array>& expected);

/// Steps of the Program's kernel, bodies once, and elements of all its values: what a check costs.
bool is_quick(const Program& p);

}  // namespace wengert
