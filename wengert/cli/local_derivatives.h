// SPDX-License-Identifier: Apache-2.0
//
// A Program at a point, line by line: values, the partials of each line by its operands, and the adjoints for a seed.
// What `explain` tabulates and `draw` writes into its picture.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "wengert/base/array.h"
#include "wengert/ir/program.h"

namespace wengert::cli {

/// The derivative of one line by one operand.
struct LocalPartial {
  ValueId operand = no_value;
  std::string formula;         ///< "cos(v1)"; empty where it is a linear map and no factor
  std::optional<Array> value;  ///< elementwise lines and scalar ones
};

/// The value of every line. throws : what running the Program throws
std::vector<Array> line_values(const Program& p, std::span<const Array> inputs, bool trap_nan = false);

/// The partials of every line by its operands of float dtype, at the lines' values.
std::vector<std::vector<LocalPartial>> local_partials(const Program& p, std::span<const Array> values);

/// The adjoints of the lines for the cotangents `seeds` of the outputs (missing: zero); nothing where a line does not
/// depend on an input of `wrt`.
std::vector<std::optional<Array>> line_adjoints(const Program& p, std::span<const Array> inputs,
                                                const std::vector<size_t>& wrt,
                                                const std::vector<std::optional<Array>>& seeds);

/// A number with `digits` significant digits; an array in brackets if it is short, else its shape and norm.
std::string summary(const Array& array, int digits);

}  // namespace wengert::cli
