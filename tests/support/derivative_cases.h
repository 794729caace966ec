// SPDX-License-Identifier: Apache-2.0
//
// What the generated tests of primitives run on: one instruction alone, as a Program, at a point. Records give theirs by
// `examples`; the control records (call, map, scan, custom), whose operands are whole Programs, are given here by hand.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "wengert/ir/primitive.h"

namespace wengert {

struct Case {
  std::string name;  ///< "matmul 2"
  Program program;
  std::vector<Array> x;
  std::vector<Array> results = {};  ///< where they are known exactly
  bool may_be_kink = false;         ///< only samples are promised to lie away from kinks
};

/// The instruction alone, its operands as inputs.
Program alone(const Primitive& primitive, std::span<const Array> operands, const Attributes& attributes = {});

/// The examples of a record, as stated; for the control records those below.
std::vector<Case> cases_of(const Primitive& primitive);
/// The same in f32: operands, results and dtype attributes, under the same names; those without any f64 are left out.
std::vector<Case> cases_in_f32(const Primitive& primitive);

/// Whether the partial by that operand is stated to be NaN: it counts something, and there is no derivative by it.
bool has_no_partial(const Primitive& primitive, size_t operand);

/// The case with everything held fixed that has no derivative: integers, bools, and the inputs marked in `also`.
Case with_data_fixed(const Case& c, const std::vector<bool>& also = {});
/// All cases of a record with float inputs, so fixed: those whose derivatives are checked.
std::vector<Case> differentiable_cases(const Primitive& primitive);

std::vector<Type> float_types(std::vector<Type> types);

/// Derivative rules for custom_jvp and custom_vjp that say what the library says of p.
Program jvp_rule(const Program& p);
Program vjp_rule(const Program& p);

/// Names of the control records, which have cases by hand.
std::vector<std::string_view> control_records();
std::vector<Case> control_cases(std::string_view name);

}  // namespace wengert
