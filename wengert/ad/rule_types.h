// SPDX-License-Identifier: Apache-2.0
//
// What a record's derivative rule hands back is checked before it is used: a tangent of another shape than its result
// would otherwise run through the rest of the Program, where broadcasting hides it.
#pragma once

#include <span>

#include "wengert/ir/primitive.h"

namespace wengert {

/// A JVP gives a tangent, or nothing, for each result of the instruction on line `v` of p.
/// throws : ShapeError W208
void check_tangents(const Program& p, ValueId v, const Tangents& tangents);

/// A transpose gives a cotangent, or nothing, for each operand of `primitive`; a literal stands for an array full of
/// it. throws : ShapeError W208
void check_cotangents(const Primitive& primitive, std::span<const Type> operands, const Tangents& cotangents);

}  // namespace wengert
