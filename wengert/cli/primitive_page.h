// SPDX-License-Identifier: Apache-2.0
//
// What is shown of a primitive: its derivative as formulas or as Programs, made from the record itself.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "wengert/ir/primitive.h"
#include "wengert/ir/program.h"

namespace wengert::cli {

/// The records that are operations: all but the lines `input`, `constant` and `result`; by family, then by name.
std::vector<const Primitive*> operations();

/// The partials of an elementwise operation on operands x, y, z: "cos(x)".
std::vector<std::string> partial_formulas(const Primitive& primitive);
/// "x", or "x", "y", "z".
std::vector<std::string> operand_names(int arity);

/// The operation alone, applied to the operands of its first example; nothing if it has none.
std::optional<Program> sample_program(const Primitive& primitive);

/// "2", or "any number" of operands.
std::string arity_text(const Primitive& primitive);

/// "default 0", or "must be given": of an attribute in a formula.
std::string default_text(const AttributeField& attribute);

/// docs/primitives.md.
std::string primitives_markdown();

}  // namespace wengert::cli
